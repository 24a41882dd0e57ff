import { writeBase64 } from './base64.ts';

const INITIAL_BYTES = 256;
const INDENT = 4;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NEW_LINE = 0x0a;

const LOWER_U = 0x75;
const ZERO = 0x30;
/** `\\u0001` */
const LONGEST_ESCAPE = 6;

/** What follows the backslash of an escaped byte; 0: it stands as it is. */
const ESCAPE_LETTERS: Uint8Array = new Uint8Array(256).fill(LOWER_U, 0, SPACE);
const SHORT_ESCAPES = { '"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' };
for (const [character, letter] of Object.entries(SHORT_ESCAPES)) ESCAPE_LETTERS[character.charCodeAt(0)] = letter.charCodeAt(0);
const HEX: Uint8Array = new TextEncoder().encode('0123456789ABCDEF');

/** A growing buffer of JSON text. */
export class JsonWriter {
  bytes: Uint8Array;
  length = 0;
  readonly #sliceBytes: number;
  #sliceEnd: number;

  /** `expectedBytes`: what will be written, roughly. `sliceBytes`: how much between two pauses. */
  constructor(expectedBytes: number = INITIAL_BYTES, sliceBytes: number = Infinity) {
    this.bytes = new Uint8Array(expectedBytes);
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
    const isPlain = content.every((byte) => byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH);
    this.reserve((isPlain ? 1 : LONGEST_ESCAPE) * content.length + 2);
    this.#byte(QUOTE);
    if (isPlain) this.bytes.set(content, this.length);
    this.length = isPlain ? this.length + content.length : writeEscaped(content, this.bytes, this.length);
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
}

/** Writes a string's content at `at`, where there is room for the longest escapes, and returns the offset after it. */
function writeEscaped(content: Uint8Array, target: Uint8Array, at: number): number {
  let offset = at;
  for (const byte of content) {
    const letter = ESCAPE_LETTERS[byte] ?? 0;
    if (letter !== 0) {
      target[offset] = BACKSLASH;
      target[offset + 1] = letter;
      offset += 2;
    } else {
      target[offset] = byte;
      offset += 1;
    }
    if (letter !== LOWER_U) continue;
    target[offset] = ZERO;
    target[offset + 1] = ZERO;
    target[offset + 2] = HEX[byte >> 4] ?? ZERO;
    target[offset + 3] = HEX[byte & 15] ?? ZERO;
    offset += 4;
  }
  return offset;
}
