import { type Address, NativeWords, type Slot } from '@servable/engine-threads/native';
import { STRING_ELEMENTS } from './element-types.ts';
import type { OrtApi } from './ort-api.ts';

/** Makes a tensor of the strings in a slot: where each ends, then all of them. ONNX Runtime copies them. @throws OrtFault */
export function createStrings(api: OrtApi, slot: Slot, input: { readonly offset: number; readonly shape: readonly number[] }): Address {
  const sizes = new NativeWords(input.shape.length);
  sizes.setAll(input.shape);
  const value = api.out('createTensor', api.allocator, sizes.address, input.shape.length, STRING_ELEMENTS);
  try {
    fillStrings(api, slot, { ...input, value });
    return value;
  } catch (fault) {
    api.release('releaseValue', value);
    throw fault;
  }
}

function fillStrings(api: OrtApi, slot: Slot, to: { readonly value: Address; readonly offset: number; readonly shape: readonly number[] }): void {
  const count = to.shape.reduce((product, size) => product * size, 1);
  const ends = new Float64Array(slot.bytes.buffer, to.offset, count);
  const first = to.offset + ends.byteLength;
  let start = first;
  for (let index = 0; index < count; index++) {
    const end = first + (ends[index] ?? 0);
    const memory = api.out('resizedStringElement', to.value, index, end - start);
    if (end > start) api.library.copy(memory, slot.bytes.subarray(start, end), end - start);
    start = end;
  }
}
