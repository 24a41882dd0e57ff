import { syntaxError } from './json-number.ts';
import { type JsonTape, KIND } from './json-tape.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const SPACE = 0x20;

/** What a one-letter escape stands for, by its letter. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(([letter, stands]) => [
    letter.charCodeAt(0),
    stands.charCodeAt(0),
  ]),
);

/**
 * The offset of the first byte from `at` on that is no plain character of a string: its closing quote, a backslash, a
 * control character or `end`.
 */
export function plainEnd(bytes: Uint8Array, at: number, end: number): number {
  let offset = at;
  while (offset < end) {
    const byte = bytes[offset] ?? 0;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
    offset += 1;
  }
  return offset;
}

/** Checks the escape whose backslash is at `at` and returns the offset after it. A surrogate pair is one escape. */
export function escapeEnd(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] ?? 0;
  if (ESCAPES.has(letter)) return at + 2;
  if (letter !== LOWER_U) throw syntaxError('Invalid escape character in string.', at);
  const unit = hexUnit(bytes, at + 2, at);
  if (unit < 0xd800 || unit > 0xdbff) return at + 6;
  if (bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== LOWER_U) throw badSurrogate(at);
  const low = hexUnit(bytes, at + 8, at);
  if (low < 0xdc00 || low > 0xdfff) throw badSurrogate(at);
  return at + 12;
}

function badSurrogate(offset: number): Error {
  return syntaxError('The surrogate pair in string is invalid.', offset);
}

function hexUnit(bytes: Uint8Array, from: number, escape: number): number {
  let unit = 0;
  for (let at = from; at < from + 4; at += 1) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) throw syntaxError('Incorrect hex digit after \\u escape in string.', escape);
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** The error of a string that ends in a control character, or not at all. */
export function unclosedError(bytes: Uint8Array, at: number): Error {
  const isEnd = (bytes[at] ?? 0) === 0;
  return syntaxError(isEnd ? 'Missing a closing quotation mark in string.' : 'Invalid escape character in string.', at);
}

/** A string's bytes with its escapes resolved: a view of the body where it has none. Not checked to be UTF-8. */
export function stringBytes(tape: JsonTape, index: number): Uint8Array {
  const raw = tape.rawBytes(index);
  return tape.kind(index) === KIND.string ? raw : unescape(raw);
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A string as text; bytes that are not UTF-8 become U+FFFD. */
export function stringText(tape: JsonTape, index: number): string {
  return UTF8.decode(stringBytes(tape, index));
}

/** Resolves escapes that were checked before. The result is never longer than the text. */
function unescape(raw: Uint8Array): Uint8Array {
  const result = new Uint8Array(raw.length);
  let length = 0;
  let at = 0;
  while (at < raw.length) {
    const byte = raw[at] ?? 0;
    if (byte !== BACKSLASH) {
      result[length] = byte;
      length += 1;
      at += 1;
      continue;
    }
    const end = escapeEnd(raw, at);
    length = writeCodePoint(result, length, codePoint(raw, at, end));
    at = end;
  }
  return result.subarray(0, length);
}

function codePoint(raw: Uint8Array, at: number, end: number): number {
  if (end === at + 2) return ESCAPES.get(raw[at + 1] ?? 0) ?? 0;
  const high = hexUnit(raw, at + 2, at);
  if (end === at + 6) return high;
  return (high - 0xd800) * 0x400 + hexUnit(raw, at + 8, at) - 0xdc00 + 0x10000;
}

/** A lone low surrogate becomes three bytes as any code point of its size does, which RapidJSON lets pass too. */
function writeCodePoint(target: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    target[at] = point;
    return at + 1;
  }
  const tails = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const lead = [0, 0xc0, 0xe0, 0xf0][tails] ?? 0;
  target[at] = lead | (point >> (6 * tails));
  for (let tail = tails - 1; tail >= 0; tail -= 1) target[at + tails - tail] = 0x80 | ((point >> (6 * tail)) & 0x3f);
  return at + tails + 1;
}
