/** Bytes that are not what they should be; the reader that knows their file turns this into a ServingError. */
export class DamagedBytes extends Error {
  /** Where, in bytes from the start of what was read. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/** Reads numbers from bytes, one after another, and never beyond their end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, start: number = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  uint8(): number {
    if (this.position >= this.end) throw new DamagedBytes('it ends too early', this.position);
    return this.bytes[this.position++] ?? 0;
  }

  uint32(): number {
    return (this.uint8() | (this.uint8() << 8) | (this.uint8() << 16) | (this.uint8() << 24)) >>> 0;
  }

  /** A varint of up to 64 bits; above 2^53 it is damage here: no length or offset is that large. */
  varint(): number {
    const { position } = this;
    let value = 0;
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      const byte = this.uint8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new DamagedBytes(`a length of ${value}`, position);
        return value;
      }
    }
    throw new DamagedBytes('an integer that does not end', position);
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw new DamagedBytes(`${length} bytes are said to follow, ${this.remaining} do`, this.position);
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}
