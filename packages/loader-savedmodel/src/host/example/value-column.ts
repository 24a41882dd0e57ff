import type { Tensor } from '@servable/core';
import { RefusedRun } from '../../compile/refused-run.ts';
import type { FeatureType, ValueSink } from './feature-values.ts';

/** A tensor of more bytes than this can not be answered, and padding may make one of a small request. */
const MOST_BYTES = 2 ** 31 - 1;
const SIZES: Readonly<Record<FeatureType, number>> = { FP32: 4, INT64: 8, BYTES: 8 };
const NOTHING = { bytes: new Uint8Array(0), words: new Int32Array(0) };

/** A tensor that is being filled. */
export interface ValueColumn {
  readonly sink: ValueSink;
  tensor(shape: readonly number[]): Tensor;
}

/** Room for so many values, all of them zeros or empty. @throws RefusedRun */
export function valueColumn(type: FeatureType, count: number): ValueColumn {
  if (count * SIZES[type] > MOST_BYTES) throw new RefusedRun('INVALID_ARGUMENT', `Parsed examples would take ${count * SIZES[type]} bytes for one feature, more than a tensor can have: send fewer at once`);
  if (type === 'BYTES') {
    const strings = Array.from<Uint8Array>({ length: count }).fill(NOTHING.bytes);
    return { sink: { ...NOTHING, strings, at: 0, end: count }, tensor: (shape) => ({ dtype: 'BYTES', shape, data: strings }) };
  }
  if (type === 'FP32') {
    const data = new Float32Array(count);
    return { sink: { ...NOTHING, bytes: new Uint8Array(data.buffer), strings: [], at: 0, end: count }, tensor: (shape) => ({ dtype: 'FP32', shape, data }) };
  }
  const data = new BigInt64Array(count);
  return { sink: { ...NOTHING, words: new Int32Array(data.buffer), strings: [], at: 0, end: count }, tensor: (shape) => ({ dtype: 'INT64', shape, data }) };
}

/** Copies a tensor of the same type to a place of a column. */
export function copyInto({ sink }: ValueColumn, tensor: Tensor, at: number): void {
  if (tensor.dtype === 'BYTES') for (const [offset, text] of tensor.data.entries()) sink.strings[at + offset] = text;
  else if (tensor.dtype === 'FP32') sink.bytes.set(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength), 4 * at);
  else if (tensor.dtype === 'INT64') new BigInt64Array(sink.words.buffer).set(tensor.data, at);
}

/** Fills a column with the only value of a tensor. */
export function fillWith(column: ValueColumn, tensor: Tensor): void {
  const { sink } = column;
  if (tensor.dtype === 'BYTES') sink.strings.fill(tensor.data[0] ?? NOTHING.bytes);
  else if (tensor.dtype === 'FP32') new Float32Array(sink.bytes.buffer).fill(tensor.data[0] ?? 0);
  else if (tensor.dtype === 'INT64') new BigInt64Array(sink.words.buffer).fill(tensor.data[0] ?? 0n);
}
