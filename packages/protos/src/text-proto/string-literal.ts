const SIMPLE_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['?', 63],
  ['\\', 92],
  ["'", 39],
  ['"', 34],
]);
const OCTAL = /[0-7]{1,3}/y;
const HEX = /[xX][0-9a-fA-F]{1,2}/y;
const UNICODE = /u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}/y;
/** Two halves of one character, each as `\uXXXX`. */
const SURROGATE_PAIR = /u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/y;

/** What is wrong with an escape, and where in the literal. */
export class EscapeError extends Error {
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/**
 * The bytes that a string literal stands for, its quotes included in `literal`. Characters are UTF-8; `\x` and octal escapes
 * are bytes.
 *
 * @throws EscapeError
 */
export function unescapeLiteral(literal: string): Uint8Array {
  const end = literal.length - 1;
  const encoder = new TextEncoder();
  // No escape stands for more than its own length; a character takes at most three bytes for each UTF-16 unit.
  const bytes = new Uint8Array(3 * literal.length);
  let length = 0;
  for (let at = 1; at < end; ) {
    const backslash = literal.indexOf('\\', at);
    const runEnd = backslash === -1 ? end : backslash;
    length += encoder.encodeInto(literal.slice(at, runEnd), bytes.subarray(length)).written;
    at = runEnd;
    if (at === end) break;
    const escape = readEscape(literal, at + 1);
    if (typeof escape.value === 'number') bytes[length++] = escape.value;
    else length += encoder.encodeInto(escape.value, bytes.subarray(length)).written;
    at = escape.end;
  }
  return bytes.slice(0, length);
}

interface Escape {
  /** A byte, or a character that is yet to be encoded. */
  readonly value: number | string;
  readonly end: number;
}

function readEscape(literal: string, at: number): Escape {
  const simple = SIMPLE_ESCAPES.get(literal.charAt(at));
  if (simple !== undefined) return { value: simple, end: at + 1 };
  const octal = matchAt(OCTAL, literal, at);
  if (octal !== undefined) return byteEscape(Number.parseInt(octal, 8), at, octal.length);
  const hex = matchAt(HEX, literal, at);
  if (hex !== undefined) return byteEscape(Number.parseInt(hex.slice(1), 16), at, hex.length);
  const pair = matchAt(SURROGATE_PAIR, literal, at);
  if (pair !== undefined) return { value: String.fromCharCode(hexAt(pair, 1), hexAt(pair, 7)), end: at + pair.length };
  const unicode = matchAt(UNICODE, literal, at);
  if (unicode !== undefined) return characterEscape(unicode, at);
  throw new EscapeError(`Invalid escape '\\${literal.charAt(at)}' in string.`, at - 1);
}

function byteEscape(value: number, at: number, length: number): Escape {
  if (value > 255) throw new EscapeError('An octal escape stands for one byte: at most \\377.', at - 1);
  return { value, end: at + length };
}

function characterEscape(escape: string, at: number): Escape {
  const codePoint = Number.parseInt(escape.slice(1), 16);
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  if (codePoint > 0x10ffff || isSurrogate) throw new EscapeError(`'\\${escape}' is not a character.`, at - 1);
  return { value: String.fromCodePoint(codePoint), end: at + escape.length };
}

function hexAt(text: string, at: number): number {
  return Number.parseInt(text.slice(at, at + 4), 16);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
