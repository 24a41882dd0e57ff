import { ByteReader, DamagedBytes } from '../bytes/byte-reader.ts';

/** No element of the format stands for more than 64 bytes by 3 (a copy with a two-byte offset), so this much is never honest. */
const MAX_EXPANSION = 22;

/**
 * Decompresses one Snappy block (without framing).
 *
 * @throws DamagedBytes when it is not one; before memory is taken that the block could not fill
 *
 * Source: Snappy, `format_description.txt`.
 */
export function decodeSnappy(block: Uint8Array): Uint8Array {
  const reader = new ByteReader(block);
  const length = reader.varint();
  if (length > MAX_EXPANSION * block.length) throw new DamagedBytes(`${block.length} compressed bytes cannot stand for ${length}`, 0);
  const output = new Uint8Array(length);
  let written = 0;
  while (reader.remaining > 0) written = decodeElement(reader, output, written);
  if (written !== length) throw new DamagedBytes(`${length} bytes are promised, ${written} are there`, reader.position);
  return output;
}

/** Writes what one element stands for; returns where the next one writes. */
function decodeElement(reader: ByteReader, output: Uint8Array, written: number): number {
  const { position } = reader;
  const tag = reader.uint8();
  const kind = tag & 3;
  const length = kind === 0 ? literalLength(reader, tag >> 2) : kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
  if (length > output.length - written) throw new DamagedBytes('more bytes than promised', position);
  if (kind === 0) {
    output.set(reader.take(length), written);
    return written + length;
  }
  const distance = copyDistance(reader, kind, tag);
  if (distance === 0 || distance > written) throw new DamagedBytes(`a copy of what is ${distance} bytes back, where there are ${written}`, position);
  copyBack(output, { from: written - distance, to: written, length });
  return written + length;
}

function literalLength(reader: ByteReader, code: number): number {
  if (code < 60) return code + 1;
  let length = 0;
  for (let byte = 0; byte < code - 59; byte++) length += reader.uint8() * 256 ** byte;
  return length + 1;
}

function copyDistance(reader: ByteReader, kind: number, tag: number): number {
  if (kind === 1) return ((tag >> 5) << 8) | reader.uint8();
  return kind === 2 ? reader.uint8() | (reader.uint8() << 8) : reader.uint32();
}

/** A copy may reach into what it writes itself: that repeats a pattern. */
function copyBack(output: Uint8Array, { from, to, length }: { readonly from: number; readonly to: number; readonly length: number }): void {
  if (to - from >= length) output.copyWithin(to, from, from + length);
  else for (let at = 0; at < length; at++) output[to + at] = output[from + at] ?? 0;
}
