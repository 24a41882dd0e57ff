import { allocateData, createTensor, type DType, elementCount, type Tensor, type TensorData } from '@servable/core';
import type { ManifestTensor } from './servable-manifest.ts';

const BIG_TYPES: ReadonlySet<DType> = new Set<DType>(['INT64', 'UINT64']);
const NUMBER_TYPES: ReadonlySet<DType> = new Set<DType>([
  'FP32',
  'FP64',
  'INT8',
  'INT16',
  'INT32',
  'UINT8',
  'UINT16',
  'UINT32',
]);

/**
 * The tensor that `servable.json` writes down, as the dtype of its input.
 *
 * @throws Error with the reason when a value is not one of that dtype
 */
export function defaultTensor(dtype: DType, { shape, values }: ManifestTensor): Tensor {
  const expected = elementCount(shape);
  if (values.length !== expected) throw new Error(`shape [${shape}] needs ${expected} values, got ${values.length}`);
  if (dtype === 'BYTES') return createTensor(dtype, shape, values.map(toBytes));
  const data = allocateData(dtype, values.length);
  for (const [at, value] of values.entries()) setValue(data, at, dtype, value);
  return createTensor(dtype, shape, data);
}

function toBytes(value: number | string | boolean): Uint8Array {
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(value)} is no text`);
  return new TextEncoder().encode(value);
}

/** A value that the array would change (300 in a `Uint8Array`) is refused; floats are rounded. */
function setValue(data: TensorData, at: number, dtype: DType, value: number | string | boolean): void {
  // Of all numeric arrays at once: what each takes is checked by reading it back.
  const array = data as unknown as Record<number, number | bigint>;
  if (dtype === 'BOOL' && typeof value === 'boolean') {
    array[at] = Number(value);
    return;
  }
  const number = BIG_TYPES.has(dtype) ? toBigInt(value) : toNumber(dtype, value);
  if (number === undefined) throw new Error(`${JSON.stringify(value)} is no ${dtype}`);
  array[at] = number;
  const isFloat = dtype === 'FP32' || dtype === 'FP64';
  if (!isFloat && array[at] !== number) throw new Error(`${JSON.stringify(value)} is no ${dtype}`);
}

function toNumber(dtype: DType, value: number | string | boolean): number | undefined {
  return NUMBER_TYPES.has(dtype) && typeof value === 'number' ? value : undefined;
}

function toBigInt(value: number | string | boolean): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}
