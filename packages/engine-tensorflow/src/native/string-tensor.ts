import type { Address, Slot } from '@servable/engine-threads/native';
import { STRING_ELEMENTS } from './element-types.ts';
import { ProtoBytes } from './proto-bytes.ts';
import type { TfApi } from './tf-api.ts';

/** `TF_TString`. Source: TensorFlow, `platform/ctstring.h`. */
const STRING_BYTES = 24;

/**
 * Makes a tensor of the strings in a slot: where each ends, then all of them.
 *
 * It goes by way of a message, which TensorFlow reads: strings of a tensor that the C API allocates are never freed, and freeing them by
 * hand would take them from a variable that the run has put the tensor into.
 *
 * @throws NativeFault
 */
export function createStrings(api: TfApi, slot: Slot, { offset, shape }: { readonly offset: number; readonly shape: readonly number[] }): Address {
  const buffer = api.newBuffer(stringTensorProto(slot, offset, shape));
  const tensor = api.allocateTensor(STRING_ELEMENTS, [0], 0);
  try {
    api.call('tensorFromProto', buffer, tensor);
    return tensor;
  } catch (fault) {
    api.library.tf.deleteTensor(tensor);
    throw fault;
  } finally {
    api.library.tf.deleteBuffer(buffer);
  }
}

/** A `TensorProto` of strings, serialized. Source: TensorFlow, `framework/tensor.proto`, `framework/tensor_shape.proto`. */
export function stringTensorProto(slot: Pick<Slot, 'bytes'>, offset: number, shape: readonly number[]): Uint8Array {
  const proto = new ProtoBytes().int(1, STRING_ELEMENTS);
  const sizes = new ProtoBytes();
  for (const size of shape) sizes.bytes(2, new ProtoBytes().int(1, size).finish());
  proto.bytes(2, sizes.finish());
  const count = shape.reduce((product, size) => product * size, 1);
  const ends = new Float64Array(slot.bytes.buffer, offset, count);
  const first = offset + ends.byteLength;
  let start = first;
  for (const end of ends) {
    proto.bytes(8, slot.bytes.subarray(start, first + end));
    start = first + end;
  }
  return proto.finish();
}

/** Strings of a tensor of the library's, as addresses and sizes. */
export interface NativeStrings {
  readonly addresses: readonly Address[];
  readonly sizes: readonly number[];
}

export function readStrings(api: TfApi, tensor: Address, count: number): NativeStrings {
  const data = count === 0 ? 0 : api.get('tensorData', tensor);
  const places = Array.from({ length: count }, (_, index) => data + index * STRING_BYTES);
  return { addresses: places.map((place) => api.get('stringData', place)), sizes: places.map((place) => api.get('stringSize', place)) };
}

/** All starts as 64-bit integers, then all strings in a row. */
export function writeStrings(api: TfApi, { addresses, sizes }: NativeStrings, target: Uint8Array): void {
  const starts = new BigUint64Array(target.buffer, target.byteOffset, sizes.length);
  const texts = target.subarray(starts.byteLength);
  let at = 0;
  for (const [index, size] of sizes.entries()) {
    starts[index] = BigInt(at);
    if (size > 0) api.library.copy(texts.subarray(at, at + size), addresses[index] ?? 0, size);
    at += size;
  }
}
