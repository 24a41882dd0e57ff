import { createTensor, type NamedTensors, type NumericData, storageOf, type Tensor } from '@servable/core';
import type { Transferable } from 'node:worker_threads';

/** A tensor on its way between threads: thousands of byte strings take longer to send than to find. */
export interface PackedTensor {
  readonly name: string;
  readonly dtype: Tensor['dtype'];
  readonly shape: readonly number[];
  /** The numbers; or the bytes of all strings, one after the other. */
  readonly data: NumericData;
  /** Where each string ends. */
  readonly ends: Uint32Array | undefined;
}

/** Copies, whose memory can be given away: whoever made the tensors keeps theirs. */
export function packTensors(tensors: NamedTensors): readonly PackedTensor[] {
  return Array.from(tensors, ([name, tensor]) => packTensor(name, tensor));
}

/** What is sent with them instead of being copied again. */
export function memoryOf(packed: readonly PackedTensor[]): Transferable[] {
  return packed.flatMap(({ data, ends }) => (ends === undefined ? [data] : [data, ends])).map(({ buffer }) => buffer as ArrayBuffer);
}

function packTensor(name: string, tensor: Tensor): PackedTensor {
  const { dtype, shape } = tensor;
  if (tensor.dtype !== 'BYTES') {
    const { array } = storageOf(tensor.dtype);
    const data = new array(tensor.data.length);
    new Uint8Array(data.buffer).set(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
    return { name, dtype, shape, data, ends: undefined };
  }
  const ends = new Uint32Array(tensor.data.length);
  let total = 0;
  for (const [at, { length }] of tensor.data.entries()) {
    total += length;
    ends[at] = total;
  }
  const data = new Uint8Array(total);
  for (const [at, string] of tensor.data.entries()) data.set(string, (ends[at] ?? 0) - string.length);
  return { name, dtype, shape, data, ends };
}

export function unpackTensors(packed: readonly PackedTensor[]): NamedTensors {
  return new Map(packed.map(({ name, dtype, shape, data, ends }) => [name, createTensor(dtype, shape, ends === undefined ? data : stringsOf(data as Uint8Array, ends))]));
}

function stringsOf(bytes: Uint8Array, ends: Uint32Array): Uint8Array[] {
  let from = 0;
  return Array.from(ends, (end) => bytes.subarray(from, (from = end)));
}
