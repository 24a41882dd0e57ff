import { writeBase64 } from './base64.ts';

const INITIAL_BYTES = 1024;
const INDENT = 4;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NEW_LINE = 0x0a;

/** Letters of the short escapes, by byte. */
const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' }).map(([character, letter]) => [
    character.charCodeAt(0),
    letter.charCodeAt(0),
  ]),
);
const HEX: Uint8Array = new TextEncoder().encode('0123456789ABCDEF');

/** A growing buffer of JSON text. */
export class JsonWriter {
  bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  length = 0;
  readonly #sliceBytes: number;
  #sliceEnd: number;

  /** `sliceBytes`: how much is written between two pauses. */
  constructor(sliceBytes: number = Infinity) {
    this.#sliceBytes = sliceBytes;
    this.#sliceEnd = sliceBytes;
  }

  /** Whether it is time for a pause; true once a slice. */
  isSliceFull(): boolean {
    if (this.length < this.#sliceEnd) return false;
    this.#sliceEnd = this.length + this.#sliceBytes;
    return true;
  }

  /** Makes room for that many further bytes. Whoever writes to `bytes` asks before and moves `length` after. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
  }

  /** Text of ASCII characters. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let at = 0; at < text.length; at += 1) this.bytes[this.length + at] = text.charCodeAt(at);
    this.length += text.length;
  }

  /** Bytes as they are. */
  put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    for (let at = 0; at < bytes.length; at += 1) this.bytes[this.length + at] = bytes[at] ?? 0;
    this.length += bytes.length;
  }

  /** A line's end and the indent of the next one. */
  newLine(depth: number): void {
    const count = 1 + INDENT * depth;
    this.reserve(count);
    this.bytes[this.length] = NEW_LINE;
    this.bytes.fill(SPACE, this.length + 1, this.length + count);
    this.length += count;
  }

  /** A JSON string of these bytes, which are not checked to be UTF-8. Escapes as RapidJSON does; `/` and 0x7F stay. */
  string(content: Uint8Array): void {
    this.reserve(content.length + 2);
    this.#byte(QUOTE);
    let from = 0;
    for (let at = 0; at < content.length; at += 1) {
      const byte = content[at] ?? 0;
      if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) continue;
      this.#copy(content, from, at);
      this.#escape(byte, content.length - at);
      from = at + 1;
    }
    this.#copy(content, from, content.length);
    this.#byte(QUOTE);
  }

  /** `{"b64": "<base64>"}` over three lines; `depth` is that of what holds the object. */
  base64Object(content: Uint8Array, depth: number): void {
    this.ascii('{');
    this.newLine(depth + 1);
    this.ascii('"b64": "');
    this.reserve(4 * Math.ceil(content.length / 3) + 1);
    this.length = writeBase64(content, this.bytes, this.length);
    this.#byte(QUOTE);
    this.newLine(depth);
    this.ascii('}');
  }

  /** What was written: a view of the buffer. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  #byte(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
  }

  #copy(content: Uint8Array, from: number, end: number): void {
    if (from === end) return;
    this.bytes.set(content.subarray(from, end), this.length);
    this.length += end - from;
  }

  /** `left`: how many bytes of the string are still to come, this one included. */
  #escape(byte: number, left: number): void {
    this.reserve(6 + left + 1);
    this.#byte(BACKSLASH);
    const letter = SHORT_ESCAPES.get(byte);
    if (letter !== undefined) {
      this.#byte(letter);
      return;
    }
    this.bytes.set([0x75, 0x30, 0x30, HEX[byte >> 4] ?? 0, HEX[byte & 15] ?? 0], this.length);
    this.length += 5;
  }
}
