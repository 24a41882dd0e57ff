import * as fc from 'fast-check';
import { halfValue } from '../src/storage/half.ts';
import type { ColumnDType } from '../src/storage/shared-arrays.ts';

export type Cell = number | bigint | string | boolean | null;

export interface RandomColumn {
  readonly name: string;
  readonly dtype: ColumnDType;
  /** What a key that is not there gets, and a row without a value. */
  readonly fallback: Exclude<Cell, null>;
  readonly values: readonly Cell[];
}

export interface RandomVectors {
  readonly dtype: 'FP32' | 'FP16';
  readonly dim: number;
  /** Numbers that the dtype holds exactly. */
  readonly values: readonly (readonly number[])[];
}

export type MissingChoice =
  | { readonly missing: 'zeros' | 'error' }
  | { readonly missing: 'default'; readonly default: readonly number[] }
  | { readonly missing: 'bucket'; readonly buckets: number };

/** Rows as a format is to hold them, and keys to ask for that are not among them. */
export interface RandomTable {
  readonly keyType: 'INT64' | 'BYTES';
  readonly keys: readonly (bigint | string)[];
  readonly columns: readonly RandomColumn[];
  readonly vectors: RandomVectors | undefined;
  readonly policy: MissingChoice;
  readonly others: readonly (bigint | string)[];
}

/** What a format can hold. */
export interface FormatLimits {
  readonly keyTypes: readonly ('INT64' | 'BYTES')[];
  readonly dtypes: readonly ColumnDType[];
  readonly vectorDTypes: readonly ('FP32' | 'FP16')[];
  readonly nulls: boolean;
  /** Whether a table has vectors: `only` where the format holds nothing else. */
  readonly vectors: 'maybe' | 'only' | 'never';
  readonly keyText: fc.Arbitrary<string>;
  /** Formats without a schema say nothing of columns when there are no rows. */
  readonly minRows: number;
}

export const ALL_DTYPES: readonly ColumnDType[] = ['BOOL', 'INT8', 'UINT8', 'INT16', 'UINT16', 'INT32', 'UINT32', 'INT64', 'UINT64', 'FP16', 'FP32', 'FP64', 'BYTES'];
export const NUMERIC_DTYPES: readonly ColumnDType[] = ALL_DTYPES.filter((dtype) => dtype !== 'BYTES');

/** Text that any format can hold as a cell; CSV takes a carriage return for a line's end, and a byte order mark for its start. */
export const cellText: fc.Arbitrary<string> = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\r\0\ud800-\udfff\ufeff]/.test(text));
/** A key of a file with one a line. */
export const lineText: fc.Arbitrary<string> = cellText.filter((text) => text !== '' && !/[\n\u0085\u2028\u2029]/.test(text));
/** A word of word vectors: spaces stand between numbers. */
export const wordText: fc.Arbitrary<string> = lineText.filter((text) => !/\s/.test(text));

const half = fc.integer({ min: 0, max: 0x7bff }).chain((bits) => fc.constantFrom(halfValue(bits), -halfValue(bits)));
const float = fc.float({ noNaN: true, noDefaultInfinity: true });

const VALUES: Readonly<Record<ColumnDType, fc.Arbitrary<Exclude<Cell, null>>>> = {
  BOOL: fc.boolean(),
  INT8: fc.integer({ min: -128, max: 127 }),
  UINT8: fc.integer({ min: 0, max: 255 }),
  INT16: fc.integer({ min: -32768, max: 32767 }),
  UINT16: fc.integer({ min: 0, max: 65535 }),
  INT32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  UINT32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  UINT64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  FP16: half,
  FP32: float,
  FP64: fc.double({ noNaN: true, noDefaultInfinity: true }),
  BYTES: cellText,
};

/** Any table that a format can hold. */
export function randomTable(limits: FormatLimits): fc.Arbitrary<RandomTable> {
  const shape = fc.record({
    keyType: fc.constantFrom(...limits.keyTypes),
    rows: fc.integer({ min: limits.minRows, max: 24 }),
    dtypes: fc.array(fc.constantFrom(...limits.dtypes), { minLength: 1, maxLength: 5 }),
    dim: limits.vectors === 'never' ? fc.constant(0) : fc.integer({ min: limits.vectors === 'only' ? 1 : 0, max: 9 }),
    vectorDType: fc.constantFrom(...limits.vectorDTypes),
  });
  return shape.chain(({ keyType, rows, dtypes, dim, vectorDType }) => {
    const key: fc.Arbitrary<bigint | string> = keyType === 'INT64' ? fc.oneof(fc.bigInt({ min: -9n, max: 9n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })) : limits.keyText;
    const vector = fc.array(vectorDType === 'FP16' ? half : float, { minLength: dim, maxLength: dim });
    return fc
      .record({
        all: fc.uniqueArray(key, { minLength: rows, maxLength: rows + 4 }),
        columns: limits.vectors === 'only' ? fc.constant([]) : fc.tuple(...dtypes.map((dtype, at) => randomColumn(`c${at} ${dtype}`, dtype, rows, limits.nulls))),
        vectors: fc.array(vector, { minLength: rows, maxLength: rows }),
        policy: randomPolicy(vector, rows),
      })
      .map(({ all, columns, vectors, policy }) => ({
        keyType,
        keys: all.slice(0, rows),
        others: all.slice(rows),
        columns,
        vectors: dim === 0 ? undefined : { dtype: vectorDType, dim, values: vectors },
        policy,
      }));
  });
}

/** `JSON.stringify`, which writes `table.json`, knows no negative zero. */
function unsigned<T>(value: T): T {
  return Object.is(value, -0) ? (0 as T) : value;
}

function randomColumn(name: string, dtype: ColumnDType, rows: number, nulls: boolean): fc.Arbitrary<RandomColumn> {
  const value = VALUES[dtype];
  const fallback = value.map(unsigned);
  const cell: fc.Arbitrary<Cell> = nulls ? fc.option(value, { freq: 6 }) : value;
  return fc.record({ name: fc.constant(name), dtype: fc.constant(dtype), fallback, values: fc.array(cell, { minLength: rows, maxLength: rows }) });
}

function randomPolicy(vector: fc.Arbitrary<number[]>, rows: number): fc.Arbitrary<MissingChoice> {
  const plain = fc.constantFrom<MissingChoice>({ missing: 'zeros' }, { missing: 'error' });
  const fixed = vector.map((numbers): MissingChoice => ({ missing: 'default', default: numbers.map(unsigned) }));
  const bucket = fc.integer({ min: 1, max: Math.max(rows, 1) }).map((buckets): MissingChoice => ({ missing: 'bucket', buckets }));
  return rows === 0 ? fc.oneof(plain, fixed) : fc.oneof(plain, fixed, bucket);
}
