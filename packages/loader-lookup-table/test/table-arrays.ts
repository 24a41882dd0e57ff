import { halfBits } from '../src/storage/half.ts';
import { ARRAYS, type ColumnDType, type NumericDType } from '../src/storage/shared-arrays.ts';
import type { ArrayOf } from './array-writers.ts';
import type { Cell, RandomColumn, RandomTable } from './random-table.ts';

const NAMES: Readonly<Record<NumericDType, readonly [npy: string, safetensors: string]>> = {
  BOOL: ['|b1', 'BOOL'],
  INT8: ['|i1', 'I8'],
  UINT8: ['|u1', 'U8'],
  INT16: ['<i2', 'I16'],
  UINT16: ['<u2', 'U16'],
  INT32: ['<i4', 'I32'],
  UINT32: ['<u4', 'U32'],
  INT64: ['<i8', 'I64'],
  UINT64: ['<u8', 'U64'],
  FP16: ['<f2', 'F16'],
  FP32: ['<f4', 'F32'],
  FP64: ['<f8', 'F64'],
};

/** A column without nulls as an array. */
export function arrayOfColumn({ dtype, values }: Pick<RandomColumn, 'dtype' | 'values'>): ArrayOf {
  return dtype === 'BYTES' ? textArray(values.map(String)) : numberArray(dtype, values, [values.length]);
}

export function arrayOfKeys({ keyType: dtype, keys: values }: RandomTable): ArrayOf {
  return arrayOfColumn({ dtype, values });
}

export function arrayOfVectors({ vectors, keys }: RandomTable): ArrayOf {
  return numberArray(vectors?.dtype ?? 'FP32', vectors?.values.flat() ?? [], [keys.length, vectors?.dim ?? 0]);
}

function numberArray(dtype: NumericDType, values: readonly Cell[], shape: readonly number[]): ArrayOf {
  const data = new ARRAYS[dtype](values.length);
  for (const [at, value] of values.entries()) data[at] = elementOf(dtype, value);
  const [npy, safetensors] = NAMES[dtype];
  return { npy, safetensors, shape, data };
}

function elementOf(dtype: ColumnDType, value: Cell): number | bigint {
  if (typeof value === 'bigint') return value;
  return dtype === 'FP16' ? halfBits(Number(value)) : Number(value);
}

/** NumPy's `U`: code points of 32 bits, as many as the longest has. */
function textArray(texts: readonly string[]): ArrayOf {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = Math.max(1, ...points.map(({ length }) => length));
  const data = new Uint32Array(texts.length * width);
  for (const [row, each] of points.entries()) data.set(each, row * width);
  return { npy: `<U${width}`, safetensors: '', shape: [texts.length], data };
}
