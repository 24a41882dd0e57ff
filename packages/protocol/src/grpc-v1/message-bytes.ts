import { uint53Size, WireWriter } from './wire-writer.ts';
import { WireType } from './wire-reader.ts';

/**
 * Messages in parts, for answers that are small and seldom: each function gives the bytes of one field, or none where
 * proto3 writes none. `PredictResponse`, which is neither small nor seldom, is written in one piece instead.
 */
export function bytesField(number: number, value: Uint8Array): Uint8Array {
  const writer = new WireWriter(1 + uint53Size(value.length) + value.length);
  writer.byte((number << 3) | WireType.bytes);
  writer.varint(value.length);
  writer.raw(value);
  return writer.finish();
}

/** A string; nothing when it is empty. */
export function textField(number: number, value: string): Uint8Array {
  return value === '' ? new Uint8Array(0) : bytesField(number, Buffer.from(value));
}

/** A whole number of at most 64 bits, negative ones as int64; nothing when it is 0. */
export function varintField(number: number, value: number | bigint): Uint8Array {
  const wide = BigInt.asIntN(64, BigInt(value));
  if (wide === 0n) return new Uint8Array(0);
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, wide); rest > 0n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
  return Uint8Array.from([(number << 3) | WireType.varint, ...bytes]);
}

/** One entry of a map with text keys. Its key is written even when it is empty. */
export function entryField(number: number, key: string, value: Uint8Array): Uint8Array {
  return bytesField(number, joinFields([bytesField(1, Buffer.from(key)), bytesField(2, value)]));
}

/** A message of its fields. */
export function joinFields(fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}
