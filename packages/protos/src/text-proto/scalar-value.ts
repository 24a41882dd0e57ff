import { ScalarType } from '@bufbuild/protobuf';
import { EscapeError, unescapeLiteral } from './string-literal.ts';
import type { Tokenizer } from './tokenizer.ts';

export type ScalarValue = number | bigint | boolean | string | Uint8Array;

type IntegerType = Exclude<ScalarType, ScalarType.DOUBLE | ScalarType.FLOAT | ScalarType.BOOL | ScalarType.STRING | ScalarType.BYTES>;
interface IntegerRange {
  readonly bits: 32 | 64;
  readonly min: bigint;
  readonly max: bigint;
}

const SIGNED_32: IntegerRange = { bits: 32, min: -(2n ** 31n), max: 2n ** 31n - 1n };
const SIGNED_64: IntegerRange = { bits: 64, min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UNSIGNED_32: IntegerRange = { bits: 32, min: 0n, max: 2n ** 32n - 1n };
const UNSIGNED_64: IntegerRange = { bits: 64, min: 0n, max: 2n ** 64n - 1n };

const RANGES: Readonly<Record<IntegerType, IntegerRange>> = {
  [ScalarType.INT32]: SIGNED_32,
  [ScalarType.SINT32]: SIGNED_32,
  [ScalarType.SFIXED32]: SIGNED_32,
  [ScalarType.INT64]: SIGNED_64,
  [ScalarType.SINT64]: SIGNED_64,
  [ScalarType.SFIXED64]: SIGNED_64,
  [ScalarType.UINT32]: UNSIGNED_32,
  [ScalarType.FIXED32]: UNSIGNED_32,
  [ScalarType.UINT64]: UNSIGNED_64,
  [ScalarType.FIXED64]: UNSIGNED_64,
};

const INTEGER = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/;
/** A float may be written as an integer, but not in another base. */
const OTHER_BASE = /^0(?:[xX]|\d)/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Takes one value of this type. */
export function readScalar(tokens: Tokenizer, type: ScalarType): ScalarValue {
  switch (type) {
    case ScalarType.STRING:
      return readText(tokens);
    case ScalarType.BYTES:
      return readBytes(tokens, 'bytes');
    case ScalarType.BOOL:
      return readBool(tokens);
    case ScalarType.DOUBLE:
      return readFloat(tokens);
    case ScalarType.FLOAT:
      return Math.fround(readFloat(tokens));
    default: {
      const range = RANGES[type];
      const value = readInteger(tokens, range);
      return range.bits === 32 ? Number(value) : value;
    }
  }
}

/** Takes an integer that may be negative, for an enum's number. */
export function readInt32(tokens: Tokenizer): number {
  return Number(readInteger(tokens, SIGNED_32));
}

function readInteger(tokens: Tokenizer, range: IntegerRange): bigint {
  const { start } = tokens;
  const isNegative = tokens.take('-');
  const { text } = tokens;
  if (tokens.kind !== 'number' || !INTEGER.test(text)) throw tokens.fault(`Expected an integer but found: ${tokens.describe()}`);
  const value = parseInteger(text) * (isNegative ? -1n : 1n);
  if (value < range.min || value > range.max) {
    throw tokens.faultAt(start, `Value out of range: ${isNegative ? '-' : ''}${text} is not between ${range.min} and ${range.max}.`);
  }
  tokens.advance();
  return value;
}

function parseInteger(text: string): bigint {
  // Digits without end cost quadratic time, and none of them can be in range.
  if (text.length > 30) return 2n ** 80n;
  return /^0[0-7]/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
}

function readFloat(tokens: Tokenizer): number {
  const sign = tokens.take('-') ? -1 : 1;
  const { text } = tokens;
  const value = tokens.kind === 'number' ? parseFloatLiteral(text) : specialFloat(tokens);
  if (value === undefined) throw tokens.fault(`Expected a decimal number but found: ${tokens.describe()}`);
  tokens.advance();
  return sign * value;
}

function parseFloatLiteral(text: string): number | undefined {
  return OTHER_BASE.test(text) && !/[.eE]/.test(text) ? undefined : Number.parseFloat(text);
}

function specialFloat(tokens: Tokenizer): number | undefined {
  if (tokens.kind !== 'identifier') return undefined;
  const name = tokens.text.toLowerCase();
  if (name === 'nan') return Number.NaN;
  return name === 'inf' || name === 'infinity' ? Infinity : undefined;
}

function readBool(tokens: Tokenizer): boolean {
  const { text, kind } = tokens;
  const isTrue = ['true', 'True', 't', '1'].includes(text);
  const isFalse = ['false', 'False', 'f', '0'].includes(text);
  if (kind === 'string' || !(isTrue || isFalse)) throw tokens.fault(`Expected true or false but found: ${tokens.describe()}`);
  tokens.advance();
  return isTrue;
}

function readText(tokens: Tokenizer): string {
  const { start } = tokens;
  const bytes = readBytes(tokens, 'string');
  try {
    return UTF8.decode(bytes);
  } catch {
    throw tokens.faultAt(start, 'String is not UTF-8.');
  }
}

/** Literals that follow one another are one value. */
function readBytes(tokens: Tokenizer, expected: string): Uint8Array {
  if (tokens.kind !== 'string') throw tokens.fault(`Expected ${expected} but found: ${tokens.describe()}`);
  const parts: Uint8Array[] = [];
  for (; tokens.kind === 'string'; tokens.advance()) parts.push(unescape(tokens));
  const [first, second] = parts;
  return first !== undefined && second === undefined ? first : concat(parts);
}

function unescape(tokens: Tokenizer): Uint8Array {
  try {
    return unescapeLiteral(tokens.text);
  } catch (error) {
    if (error instanceof EscapeError) throw tokens.faultAt(tokens.start + error.offset, error.message);
    throw error;
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
