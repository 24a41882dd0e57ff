/** What a reader gives where there is nothing left to read, or what is there is damaged. */
export const DAMAGED = -1;

/**
 * Reads protobuf's wire format from bytes, without an object for anything that it reads. It is as strict as TensorFlow's own reader of examples, and
 * no stricter: a part that says to be longer than what it is in ends where that ends.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** Where what is being read ends. */
  end = 0;
  /** The upper half of the 64 bits that were read last. */
  high = 0;

  /** Reads from here on. */
  open(bytes: Uint8Array, at: number, end: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** The next byte, which stays; 0 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] ?? 0) : 0;
  }

  /** Goes on behind a tag of one byte, if that comes next. */
  skipTag(tag: number): boolean {
    if (this.peek() !== tag) return false;
    this.at++;
    return true;
  }

  /** The lower 32 bits of a number, as one without a sign. */
  varint(): number {
    const first = this.peek();
    if (first < 0x80 && this.at < this.end) {
      this.at++;
      return first;
    }
    const low = this.varint64();
    return low === undefined ? DAMAGED : low >>> 0;
  }

  /** The lower half of 64 bits; the upper one is in `high`. `undefined`: damaged. */
  varint64(): number | undefined {
    const { bytes } = this;
    let [low, high] = [0, 0];
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) return undefined;
      const byte = bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 64) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.high = high;
        return low;
      }
    }
    return undefined;
  }

  /** Reads a length, and from here on only what it covers. @returns where it was to end before; `DAMAGED` */
  enter(): number {
    const length = this.varint();
    if (length === DAMAGED) return DAMAGED;
    const outer = this.end;
    this.end = Math.min(outer, this.at + length);
    return outer;
  }

  /** Reads a length, and goes on behind what it covers. @returns where that begins; `DAMAGED`, also when it is not all there */
  skipPart(): number {
    const length = this.varint();
    if (length === DAMAGED || length > this.end - this.at) return DAMAGED;
    const start = this.at;
    this.at += length;
    return start;
  }

  /** Goes on behind a field that means nothing here. @returns whether it could be read */
  skipUnknown(): boolean {
    const tag = this.varint();
    switch (tag === DAMAGED ? 0 : tag & 7) {
      case 0:
        return this.varint() !== DAMAGED;
      case 1:
        return this.#skipBytes(8);
      case 2:
        return this.#skipLength();
      case 5:
        return this.#skipBytes(4);
      default:
        return false;
    }
  }

  #skipBytes(count: number): boolean {
    if (this.end - this.at < count) return false;
    this.at += count;
    return true;
  }

  #skipLength(): boolean {
    const length = this.varint();
    if (length === DAMAGED) return false;
    this.at = Math.min(this.end, this.at + length);
    return true;
  }
}
