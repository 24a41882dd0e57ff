import { allocateData, createTensor, type DType, type NumericData, type Tensor, type TensorData } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';

/** Elements up to here are looked at while compiling; larger tensors are weights. */
export const SMALL = 4096;

/** A stored tensor whose data is at hand. */
export function storedTensor(dtype: DType, shape: readonly number[], data: TensorData): StoredTensor {
  return { dtype, shape, read: () => data };
}

/** A tensor of numbers, cut to the dtype's size as when they are stored. */
export function storedNumbers(dtype: Exclude<DType, 'BYTES'>, shape: readonly number[], numbers: readonly (number | bigint)[]): StoredTensor {
  const data = allocateData(dtype, numbers.length) as NumericData;
  for (const [at, number] of numbers.entries()) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[at] = BigInt(number);
    else data[at] = Number(number);
  }
  return storedTensor(dtype, shape, data);
}

/** The tensor itself. */
export function tensorOf(stored: StoredTensor): Tensor {
  return createTensor(stored.dtype, stored.shape, stored.read());
}

/** Elements as numbers; 64-bit integers beyond 2^53 are rounded. `undefined` for strings and types of bit patterns. */
export function numbersOf(stored: StoredTensor): readonly number[] | undefined {
  if (stored.dtype === 'BYTES' || BIT_PATTERNS.has(stored.dtype)) return undefined;
  return Array.from(stored.read() as NumericData, Number);
}

const BIT_PATTERNS: ReadonlySet<DType> = new Set<DType>(['FP16', 'BF16', 'FP8_E5M2', 'FP8_E4M3FN', 'FP8_E4M3FNUZ', 'FP8_E4M3B11FNUZ', 'FP8_E5M2FNUZ', 'COMPLEX64', 'COMPLEX128']);

const FLOATS: ReadonlySet<DType> = new Set<DType>(['FP32', 'FP64', 'FP16', 'BF16']);
const INTEGERS: ReadonlySet<DType> = new Set<DType>(['INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64']);

/** Whether it holds fractions. */
export function isFloat(dtype: DType): boolean {
  return FLOATS.has(dtype);
}

/** Whether it holds whole numbers. */
export function isInteger(dtype: DType): boolean {
  return INTEGERS.has(dtype);
}

/** Whether it is a whole number without a sign. */
export function isUnsigned(dtype: DType): boolean {
  return dtype.startsWith('UINT');
}
