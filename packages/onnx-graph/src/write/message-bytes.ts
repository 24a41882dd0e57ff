/** A piece of a message: bytes, or a stretch of known length whose bytes come later. */
export type Piece<Later> = Uint8Array | { readonly byteLength: number; readonly later: Later };

const VARINT = 0;
const FIXED32 = 5;
const DELIMITED = 2;
const TEXT = new TextEncoder();

/** Builds one protocol buffer message, field after field; parts of it may be left to be filled in while it is written out. */
export class MessageBytes<Later = never> {
  readonly #pieces: Piece<Later>[] = [];
  #small: number[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength + this.#small.length;
  }

  /** An integer, also a negative one or a bigint. */
  integer(field: number, value: number | bigint): this {
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + FIXED32);
    this.#small.push(...new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, TEXT.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + DELIMITED);
    this.#varint(value.byteLength);
    this.#push(value);
    return this;
  }

  integers(field: number, values: readonly (number | bigint)[]): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  message(field: number, message: MessageBytes<Later>): this {
    this.#varint(field * 8 + DELIMITED);
    this.#varint(message.byteLength);
    for (const piece of message.pieces()) this.#push(piece);
    return this;
  }

  /** A field of bytes that come later. */
  later(field: number, byteLength: number, later: Later): this {
    this.#varint(field * 8 + DELIMITED);
    this.#varint(byteLength);
    this.#push({ byteLength, later });
    return this;
  }

  pieces(): readonly Piece<Later>[] {
    this.#flush();
    return this.#pieces;
  }

  #push(piece: Piece<Later>): void {
    this.#flush();
    this.#pieces.push(piece);
    this.#byteLength += piece.byteLength;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    this.#pieces.push(Uint8Array.from(this.#small));
    this.#byteLength += this.#small.length;
    this.#small = [];
  }

  #varint(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value;
      for (; rest > 127; rest >>>= 7) this.#small.push((rest & 127) | 128);
      this.#small.push(rest);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.#small.push(Number(rest & 127n) | 128);
    this.#small.push(Number(rest));
  }
}
