import { type NamedTensors, storageOf, type Tensor, tensorByteLength } from '@servable/core';
import type { WireTensor } from './messages.ts';

/** A message's tensors and the buffers that travel with it instead of being copied again. */
export interface PackedTensors {
  readonly tensors: readonly WireTensor[];
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * Copies tensors once, into one new buffer that can be handed to another thread. One buffer, because each buffer handed
 * over costs as much as copying a few kilobytes.
 */
export function packTensors(tensors: NamedTensors): PackedTensors {
  let bytes = 0;
  for (const tensor of tensors.values()) bytes += aligned(tensorByteLength(tensor));
  const buffer = new ArrayBuffer(bytes);
  const packed: WireTensor[] = [];
  let offset = 0;
  for (const [name, tensor] of tensors) {
    packed.push(tensor.dtype === 'BYTES' ? packStrings(name, tensor, buffer, offset) : packNumbers(name, tensor, buffer, offset));
    offset += aligned(tensorByteLength(tensor));
  }
  return { tensors: packed, transfer: [buffer] };
}

/** Tensors over the buffers that came with a message: nothing is copied. */
export function unpackTensors(packed: readonly WireTensor[]): NamedTensors {
  return new Map(packed.map((wire) => [wire.name, unpackTensor(wire)]));
}

function unpackTensor(wire: WireTensor): Tensor {
  const { dtype, shape, data, ends } = wire;
  // The other thread made data that fits the dtype: `as` is the parse of a message of our own.
  if (ends === undefined) return { dtype, shape, data } as Tensor;
  const bytes = data as Uint8Array;
  const strings = Array.from(ends, (end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end));
  return { dtype: 'BYTES', shape, data: strings };
}

function packNumbers(name: string, tensor: Exclude<Tensor, { dtype: 'BYTES' }>, buffer: ArrayBuffer, offset: number): WireTensor {
  const source = tensor.data;
  const from = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  new Uint8Array(buffer, offset, source.byteLength).set(from);
  const data = new (storageOf(tensor.dtype).array)(buffer, offset, source.length);
  return { name, dtype: tensor.dtype, shape: tensor.shape, data };
}

function packStrings(name: string, tensor: Extract<Tensor, { dtype: 'BYTES' }>, buffer: ArrayBuffer, offset: number): WireTensor {
  const data = new Uint8Array(buffer, offset, tensorByteLength(tensor));
  const ends = new Float64Array(tensor.data.length);
  let end = 0;
  for (const [at, element] of tensor.data.entries()) {
    data.set(element, end);
    end += element.byteLength;
    ends[at] = end;
  }
  return { name, dtype: 'BYTES', shape: tensor.shape, data, ends };
}

/** 8 bytes: what a `BigInt64Array` or a `Float64Array` needs. */
function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
