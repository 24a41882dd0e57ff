import { type ByteStrings, gatherStrings } from './byte-strings.ts';
import { ARRAYS, type NumericArray, type NumericDType } from './shared-arrays.ts';

/** A column of numbers: `width` a row, one after the other. */
export interface NumericColumn {
  readonly kind: 'numeric';
  readonly name: string;
  readonly dtype: NumericDType;
  readonly data: NumericArray;
  /** Sizes of one row's value: `[]` for one number, `[d]` for a vector. */
  readonly shape: readonly number[];
  /** What a key that is not there gets, for each of its numbers. */
  readonly fallback: number | bigint;
}

/** A column of byte strings. */
export interface BytesColumn {
  readonly kind: 'bytes';
  readonly name: string;
  readonly dtype: 'BYTES';
  readonly strings: ByteStrings;
  readonly shape: readonly [];
  readonly fallback: Uint8Array;
}

export type Column = NumericColumn | BytesColumn;

export function columnWidth(column: Column): number {
  return column.shape[0] ?? 1;
}

/**
 * Writes the values of these rows to `out`; the fallback where a row is negative.
 *
 * One loop a kind of array: a loop that sees several is slow for all of them.
 */
export function gatherNumbers(column: NumericColumn, rows: Int32Array, out: NumericArray): void {
  const { data, fallback, dtype } = column;
  const width = columnWidth(column);
  if (width > 1) gatherVectors(column, rows, out);
  else if (data instanceof BigInt64Array) gatherWords(data, fallback, rows, out);
  else if (data instanceof BigUint64Array) gatherWords(data, fallback, rows, out);
  else if (dtype === 'FP32' && data instanceof Float32Array && out instanceof Float32Array) gatherFloats(data, Number(fallback), rows, out);
  else gatherOthers(data, Number(fallback), rows, out as Exclude<NumericArray, BigInt64Array | BigUint64Array>);
}

function gatherFloats(data: Float32Array, fallback: number, rows: Int32Array, out: Float32Array): void {
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? -1;
    out[at] = row < 0 ? fallback : (data[row] ?? 0);
  }
}

function gatherOthers(
  data: Exclude<NumericArray, BigInt64Array | BigUint64Array>,
  fallback: number,
  rows: Int32Array,
  out: Exclude<NumericArray, BigInt64Array | BigUint64Array>,
): void {
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? -1;
    out[at] = row < 0 ? fallback : (data[row] ?? 0);
  }
}

/** 64-bit integers move as two words: a BigInt each would be an object each. */
function gatherWords(data: BigInt64Array | BigUint64Array, fallback: number | bigint, rows: Int32Array, out: NumericArray): void {
  const from = new Int32Array(data.buffer, data.byteOffset, data.length * 2);
  const to = new Int32Array(out.buffer, out.byteOffset, out.length * 2);
  const [low = 0, high = 0] = new Int32Array(BigInt64Array.of(BigInt.asIntN(64, BigInt(fallback))).buffer);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? -1;
    to[at * 2] = row < 0 ? low : (from[row * 2] ?? 0);
    to[at * 2 + 1] = row < 0 ? high : (from[row * 2 + 1] ?? 0);
  }
}

function gatherVectors(column: NumericColumn, rows: Int32Array, out: NumericArray): void {
  const { data, fallback } = column;
  const width = columnWidth(column);
  const [bytes, source] = [bytesOf(out), bytesOf(data)];
  const rowBytes = width * data.BYTES_PER_ELEMENT;
  const missing = bytesOf(new ARRAYS[column.dtype](width));
  fill(new ARRAYS[column.dtype](missing.buffer), fallback);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? -1;
    bytes.set(row < 0 ? missing : source.subarray(row * rowBytes, (row + 1) * rowBytes), at * rowBytes);
  }
}

function fill(array: NumericArray, value: number | bigint): void {
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array.fill(BigInt(value));
  else array.fill(Number(value));
}

function bytesOf(array: NumericArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function gatherBytes(column: BytesColumn, rows: Int32Array): Uint8Array[] {
  return gatherStrings(column.strings, rows, column.fallback);
}
