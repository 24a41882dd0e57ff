import type { TensorSliceProto } from '@servable/protos/saved-model';

/** The first byte of a key says that it is a part's: names of tensors begin otherwise. */
export const SLICE_KEY_START = 0;
/** Start and length of a dimension that is taken whole. */
const WHOLE_START = 0n;
const WHOLE_LENGTH = -1n;

/**
 * The key under which one part of a partitioned tensor stands in the index.
 *
 * Source: TensorFlow, `EncodeTensorNameSlice` in `util/saved_tensor_slice_util.cc` and `tsl/lib/strings/ordered_code.cc`.
 */
export function sliceKey(name: Uint8Array, slice: TensorSliceProto): Uint8Array {
  const bytes = [SLICE_KEY_START, ...escaped(name), ...unsigned(slice.extent.length)];
  for (const { start, hasLengthHack } of slice.extent) {
    const isWhole = hasLengthHack.case === undefined;
    bytes.push(...signed(isWhole ? WHOLE_START : start), ...signed(isWhole ? WHOLE_LENGTH : hasLengthHack.value));
  }
  return Uint8Array.from(bytes);
}

/** Bytes 0 and 255 are marked, and 0 1 ends the text: so encoded, texts sort as they do by themselves. */
function* escaped(text: Uint8Array): Generator<number> {
  for (const byte of text) {
    yield byte;
    if (byte === 0) yield 255;
    if (byte === 255) yield 0;
  }
  yield* [0, 1];
}

/** The number of bytes, then the bytes, most significant first. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [bytes.length, ...bytes];
}

/**
 * As few bytes as hold the number with 7 bits each, two's complement, most significant first; the first bits tell how many
 * there are: a one for each byte, flipped for negative numbers.
 */
function signed(value: bigint): number[] {
  const magnitude = value < 0n ? ~value : value;
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
  const length = Math.floor(bits / 7) + 1;
  const header = ((1n << BigInt(length)) - 1n) << BigInt(7 * length);
  const word = BigInt.asUintN(8 * length, value) ^ header;
  return Array.from({ length }, (_, at) => Number((word >> BigInt(8 * (length - 1 - at))) & 0xffn));
}
