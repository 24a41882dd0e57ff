import type { DType, TensorData } from '@servable/core';
import { fromHalfBits, toHalfBits } from '../half-float.ts';
import type { FeatureKind } from './example-reader.ts';

const KINDS: ReadonlyMap<DType, FeatureKind> = new Map<DType, FeatureKind>([
  ['BYTES', 'bytes'],
  ...(['FP32', 'FP64', 'FP16', 'BF16'] as const).map((dtype) => [dtype, 'float'] as const),
  ...(['BOOL', 'INT8', 'UINT8', 'INT16', 'UINT16', 'INT32', 'UINT32', 'INT64', 'UINT64'] as const).map((dtype) => [dtype, 'int64'] as const),
]);

/** The kind of feature that an input of this dtype is made of; `undefined`: there is none. */
export function kindOf(dtype: DType): FeatureKind | undefined {
  return KINDS.get(dtype);
}

/** Puts a value at an index; false: the dtype cannot hold it. Floats are rounded, integers must be held exactly. */
export type NumberStore = (at: number, value: number | bigint) => boolean;

/** Writes to the data of a tensor of this dtype. */
export function numberStore(dtype: DType, data: TensorData): NumberStore {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return wideStore(data);
  if (dtype === 'FP16' || dtype === 'BF16') return halfStore(dtype, data);
  const numbers = data as Exclude<TensorData, readonly Uint8Array[] | BigInt64Array | BigUint64Array>;
  return (at, value) => {
    const number = Number(value);
    if (dtype === 'BOOL' && number !== 0 && number !== 1) return false;
    numbers[at] = number;
    return typeof value === 'number' || (numbers[at] === number && BigInt(number) === value);
  };
}

function wideStore(data: BigInt64Array | BigUint64Array): NumberStore {
  return (at, value) => {
    if (typeof value === 'number') return false;
    data[at] = value;
    return data[at] === value;
  };
}

function halfStore(dtype: 'FP16' | 'BF16', data: TensorData): NumberStore {
  const bits = data as Uint16Array;
  return (at, value) => {
    const number = Number(value);
    bits[at] = toHalfBits(number, dtype);
    return typeof value === 'number' || (fromHalfBits(bits[at] ?? 0, dtype) === number && BigInt(number) === value);
  };
}
