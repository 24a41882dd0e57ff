import { grpcV1Error } from './errors.ts';

/** How a field's value is written: the low three bits of its tag. */
export const WireType: {
  readonly varint: 0;
  readonly fixed64: 1;
  readonly bytes: 2;
  readonly groupStart: 3;
  readonly groupEnd: 4;
  readonly fixed32: 5;
} = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 };

const MAX_VARINT_BYTES = 10;
/** As protobuf's own readers: a message nested deeper is refused. */
const MAX_GROUP_DEPTH = 100;

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads protobuf's wire format. Never reads outside of its bytes: whatever they hold, it gives a value or throws
 * `SRV_GRPC_V1_MALFORMED`. `name` is the message's, for that error.
 *
 * A nested message is read in place: `const outer = reader.open()`, then fields while `reader.more`, then
 * `reader.close(outer)`.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  position = 0;
  /** Where the message ends that is being read. */
  end: number;
  /** The halves of what `varint64` read. */
  low = 0;
  high = 0;
  readonly #name: string;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#name = name;
  }

  get more(): boolean {
    return this.position < this.end;
  }

  /** A field's number and wire type in one: `number << 3 | type`. */
  tag(): number {
    const start = this.position;
    const tag = this.#uint32('a field number');
    if (tag < 8) throw this.malformed('field number 0', start);
    return tag;
  }

  /** The low 32 bits of a varint, signed: an int32, an enum, or the low half of more. */
  varint32(): number {
    const first = this.bytes[this.position] ?? 0x80;
    if (first < 0x80 && this.position < this.end) {
      this.position += 1;
      return first;
    }
    this.varint64();
    return this.low;
  }

  /** Reads a varint into `low` and `high`, both signed. */
  varint64(): void {
    const { bytes, end, position: start } = this;
    let low = 0;
    let high = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const at = start + index;
      if (at >= end) throw this.malformed('a varint without an end', start);
      const byte = bytes[at] ?? 0;
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) {
        this.position = at + 1;
        this.low = low;
        this.high = high;
        return;
      }
    }
    throw this.malformed('a varint longer than 10 bytes', start);
  }

  int64(): bigint {
    this.varint64();
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** An int64 as a number: exact to 2^53, and of the right sign and size beyond. */
  int64AsNumber(): number {
    this.varint64();
    return this.high * 0x1_0000_0000 + (this.low >>> 0);
  }

  bool(): boolean {
    this.varint64();
    return (this.low | this.high) !== 0;
  }

  /** Starts what a length stands before, and makes `end` its end. Give the result to `close`. */
  open(): number {
    const start = this.position;
    const length = this.#uint32('a length');
    if (length > this.end - this.position) {
      throw this.malformed(`a length of ${length} with ${this.end - this.position} bytes left`, start);
    }
    return this.#narrow(length);
  }

  /** As `open`, for bytes whose number is known. */
  openFixed(length: number): number {
    if (length > this.end - this.position) {
      throw this.malformed(`${length} bytes wanted with ${this.end - this.position} left`, this.position);
    }
    return this.#narrow(length);
  }

  /** Ends what `open` started, read to its end or not. */
  close(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  /** The bytes of a field: a view, not a copy. */
  view(): Uint8Array {
    const outer = this.open();
    const { buffer, byteOffset } = this.bytes;
    // Not `subarray`: of a Buffer that is a Buffer, slower to make, and surprising to those who get it.
    const view = new Uint8Array(buffer, byteOffset + this.position, this.end - this.position);
    this.close(outer);
    return view;
  }

  utf8(): string {
    const start = this.position;
    const view = this.view();
    try {
      return utf8Decoder.decode(view);
    } catch (error) {
      throw this.malformed('text that is not UTF-8', start, error);
    }
  }

  /** Passes over the value of a field, whatever it is. */
  skip(tag: number): void {
    switch (tag & 7) {
      case WireType.varint:
        this.varint64();
        return;
      case WireType.fixed64:
        this.close(this.openFixed(8));
        return;
      case WireType.bytes:
        this.close(this.open());
        return;
      case WireType.groupStart:
        this.#skipGroup(tag >>> 3);
        return;
      case WireType.fixed32:
        this.close(this.openFixed(4));
        return;
      case WireType.groupEnd:
        throw this.malformed(`the end of group ${tag >>> 3}, which did not start`, this.position);
      default:
        throw this.malformed(`wire type ${tag & 7}`, this.position);
    }
  }

  malformed(reason: string, offset: number, cause?: unknown): Error {
    return grpcV1Error('SRV_GRPC_V1_MALFORMED', [this.#name, reason, offset], { cause });
  }

  #uint32(what: string): number {
    const start = this.position;
    const first = this.bytes[start] ?? 0x80;
    if (first < 0x80 && start < this.end) {
      this.position = start + 1;
      return first;
    }
    this.varint64();
    if (this.high !== 0) throw this.malformed(`${what} over 32 bits`, start);
    return this.low >>> 0;
  }

  #narrow(length: number): number {
    const outer = this.end;
    this.end = this.position + length;
    return outer;
  }

  /** Not recursive: the depth is the sender's to choose. */
  #skipGroup(field: number): void {
    const start = this.position;
    const open = [field];
    while (open.length > 0) {
      if (!this.more) throw this.malformed(`group ${field} without an end`, start);
      const tag = this.tag();
      if ((tag & 7) === WireType.groupStart) {
        open.push(tag >>> 3);
        if (open.length > MAX_GROUP_DEPTH) throw this.malformed(`groups nested deeper than ${MAX_GROUP_DEPTH}`, start);
      } else if ((tag & 7) === WireType.groupEnd) {
        if (open.pop() !== tag >>> 3) throw this.malformed(`the end of group ${tag >>> 3} inside another`, this.position);
      } else this.skip(tag);
    }
  }
}
