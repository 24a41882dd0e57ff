import { servableError } from '@servable/core';


/** Bytes of a whole number from 0 to 2^32-1 as a varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Bytes of an int32 as a varint: a negative one is written as 64 bits. */
export function int32Size(value: number): number {
  return value < 0 ? 10 : varintSize(value);
}

/** Bytes of a 64-bit integer, given as signed halves, as a varint. */
export function varint64Size(low: number, high: number): number {
  if (high === 0) return varintSize(low >>> 0);
  if (high < 0) return 10;
  // Four bytes take the first 28 bits, so that the fifth begins with bit 28; `high` begins with bit 32.
  return high < 8 ? 5 : 5 + varintSize(high >>> 3);
}

/** Bytes of a field whose tag takes one byte and which holds `length` bytes. */
export function bytesFieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

/** Bytes of a whole number from 0 to 2^53 as a varint. */
export function uint53Size(value: number): number {
  return varint64Size(value | 0, Math.floor(value / 0x1_0000_0000));
}

/**
 * Writes protobuf's wire format into memory of exactly the size that was computed before: one allocation, and every value is
 * copied once. `finish` fails when that size was wrong, because the memory is not zeroed before.
 */
export class WireWriter {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(byteLength: number) {
    this.#bytes = Buffer.allocUnsafe(byteLength);
  }

  byte(value: number): void {
    this.#bytes[this.#position] = value;
    this.#position += 1;
  }

  /** A whole number from 0 to 2^32-1; also a tag, or a length. */
  varint(value: number): void {
    let rest = value;
    let at = this.#position;
    while (rest > 0x7f) {
      this.#bytes[at] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
      at += 1;
    }
    this.#bytes[at] = rest;
    this.#position = at + 1;
  }

  int32(value: number): void {
    if (value < 0) this.varint64(value, -1);
    else this.varint(value);
  }

  /** A 64-bit integer, given as halves. */
  varint64(low: number, high: number): void {
    let lowRest = low >>> 0;
    let highRest = high >>> 0;
    while (highRest !== 0) {
      this.byte((lowRest & 0x7f) | 0x80);
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    this.varint(lowRest);
  }

  /** A whole number from 0 to 2^53. */
  uint53(value: number): void {
    this.varint64(value | 0, Math.floor(value / 0x1_0000_0000));
  }

  int64(value: bigint): void {
    this.varint64(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** Text that takes `byteLength` bytes as UTF-8. */
  utf8(text: string, byteLength: number): void {
    this.#bytes.write(text, this.#position);
    this.#position += byteLength;
  }

  /** All that was written; from now on the caller's. */
  finish(): Uint8Array {
    if (this.#position !== this.#bytes.length) {
      throw servableError('SRV_INTERNAL', [`a message of ${this.#bytes.length} bytes was written with ${this.#position}`]);
    }
    return this.#bytes;
  }
}
