import { restError } from './errors.ts';
import { type JsonTape, KIND } from './json-tape.ts';

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const UPPER_E = 0x45;
const UPPER_I = 0x49;
const UPPER_N = 0x4e;
const LOWER_E = 0x65;
const LOWER_I = 0x69;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** A longer literal is read by `Number` from its first digits; those after cannot change the result but by their being there. */
const MAX_TEXT_DIGITS = 800;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9;

/** The error of text that breaks the grammar. Reasons and offsets are RapidJSON's. */
export function syntaxError(reason: string, offset: number): Error {
  return restError('SRV_REST_V1_JSON_INVALID', [reason, offset]);
}

/** Where the parts of a literal begin and end; an exponent comes after `digitsEnd`. */
interface Literal {
  readonly start: number;
  readonly digitsStart: number;
  readonly integerEnd: number;
  readonly digitsEnd: number;
}

/**
 * Reads the number that starts at `start` into entry `index` and returns the offset after it. Anything that is no other
 * token comes here, as in RapidJSON, so this also says `Invalid value.` Takes all there is, but not fast: what is common in
 * arrays is `scanNumberRun`'s.
 *
 * Integer literals stay integers when they fit 64 bits. Decimals are rounded correctly.
 */
export function scanNumber(tape: JsonTape, start: number, index: number): number {
  const { bytes } = tape;
  const digitsStart = bytes[start] === MINUS ? start + 1 : start;
  const first = bytes[digitsStart] ?? 0;
  if (!isDigit(first)) return scanSpecial(tape, digitsStart, index);
  const integerEnd = first === ZERO ? digitsStart + 1 : digitsEndFrom(bytes, digitsStart);
  const next = bytes[integerEnd] ?? 0;
  if (next !== DOT && next !== LOWER_E && next !== UPPER_E) {
    storeInteger(tape, { start, digitsStart, integerEnd, digitsEnd: integerEnd }, index);
    return integerEnd;
  }
  checkIntegerDigits(bytes, start, digitsStart, integerEnd);
  const digitsEnd = next === DOT ? fractionEnd(bytes, integerEnd + 1) : integerEnd;
  const end = literalEnd(bytes, { start, digitsStart, integerEnd, digitsEnd });
  storeDouble(tape, start, end, index);
  return end;
}

function digitsEndFrom(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at] ?? 0)) at += 1;
  return at;
}

function fractionEnd(bytes: Uint8Array, from: number): number {
  if (!isDigit(bytes[from] ?? 0)) throw syntaxError('Miss fraction part in number.', from);
  return digitsEndFrom(bytes, from);
}

function storeInteger(tape: JsonTape, { start, digitsStart, integerEnd }: Literal, index: number): void {
  const { bytes } = tape;
  // Nineteen digits and a sign are the most that int64 takes, twenty that uint64 takes.
  const value = integerEnd - digitsStart <= 20 ? BigInt(asciiText(bytes, start, integerEnd)) : undefined;
  if (value !== undefined && BigInt.asIntN(64, value) === value) {
    const isSafe = value >= -MAX_SAFE && value <= MAX_SAFE;
    tape.kinds[index] = isSafe ? KIND.integer : KIND.int64;
    if (isSafe) tape.numbers[index] = Number(value);
    else tape.integers[index] = value;
  } else if (value !== undefined && BigInt.asUintN(64, value) === value) {
    tape.kinds[index] = KIND.uint64;
    tape.integers[index] = BigInt.asIntN(64, value);
  } else {
    checkIntegerDigits(bytes, start, digitsStart, integerEnd);
    storeDouble(tape, start, integerEnd, index);
  }
}

function storeDouble(tape: JsonTape, start: number, end: number, index: number): void {
  const isLong = end - start > MAX_TEXT_DIGITS;
  const value = Number(isLong ? shortened(tape.bytes, start, end) : asciiText(tape.bytes, start, end));
  tape.kinds[index] = KIND.double;
  tape.numbers[index] = value;
}

/** A literal of any length as one of at most 800 digits that reads as the same double. */
function shortened(bytes: Uint8Array, from: number, end: number): string {
  let digits = '';
  let power = 0;
  let hasMore = false;
  let isFraction = false;
  let at = bytes[from] === MINUS ? from + 1 : from;
  const sign = at > from ? '-' : '';
  for (; at < end && (isDigit(bytes[at] ?? 0) || bytes[at] === DOT); at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === DOT) {
      isFraction = true;
      continue;
    }
    if (isFraction) power -= 1;
    if (digits === '' && byte === ZERO) continue;
    if (digits.length < MAX_TEXT_DIGITS) digits += String.fromCharCode(byte);
    else {
      power += 1;
      hasMore ||= byte !== ZERO;
    }
  }
  const exponent = at < end ? readExponent(bytes, at + 1, end) : 0;
  // One digit more stands for all that were left out: enough to be above or at what is before it.
  return `${sign}${digits === '' ? '0' : digits}${hasMore ? '1' : '0'}e${power + exponent - 1}`;
}

/** The end of a literal, once it is sure that RapidJSON takes its exponent, if it has one. */
function literalEnd(bytes: Uint8Array, literal: Literal): number {
  const { digitsEnd } = literal;
  if (bytes[digitsEnd] !== LOWER_E && bytes[digitsEnd] !== UPPER_E) return digitsEnd;
  const end = exponentEnd(bytes, digitsEnd + 1);
  checkExponent(bytes, literal, readExponent(bytes, digitsEnd + 1, end));
  return end;
}

function exponentEnd(bytes: Uint8Array, from: number): number {
  const at = bytes[from] === PLUS || bytes[from] === MINUS ? from + 1 : from;
  if (!isDigit(bytes[at] ?? 0)) throw syntaxError('Miss exponent in number.', at);
  return digitsEndFrom(bytes, at);
}

/** The exponent; beyond a billion only its size matters. */
function readExponent(bytes: Uint8Array, from: number, end: number): number {
  const isNegative = bytes[from] === MINUS;
  let exponent = 0;
  for (let at = isNegative || bytes[from] === PLUS ? from + 1 : from; at < end; at += 1) {
    exponent = Math.min(exponent * 10 + (bytes[at] ?? ZERO) - ZERO, 1e9);
  }
  return isNegative ? -exponent : exponent;
}

/** RapidJSON refuses an exponent of two digits or more above 308 plus the fraction digits it has counted (17 digits in all). */
function checkExponent(bytes: Uint8Array, literal: Literal, exponent: number): void {
  if (exponent <= 270) return;
  const { integerEnd, digitsEnd } = literal;
  let significant = integerEnd - literal.digitsStart - 1;
  let counted = 0;
  for (let at = integerEnd + 1; at < digitsEnd && significant < 17; at += 1) {
    counted += 1;
    if (significant > 0 || bytes[at] !== ZERO || bytes[literal.digitsStart] !== ZERO) significant += 1;
  }
  if (exponent > 308 + counted) throw syntaxError('Number too big to be stored in double.', literal.start);
}

/** RapidJSON refuses integer digits that leave the range of a double, whatever the exponent says. */
function checkIntegerDigits(bytes: Uint8Array, start: number, from: number, end: number): void {
  if (end - from < 309) return;
  let value = 0;
  for (let at = from; at < end; at += 1) {
    if (value >= Number.MAX_VALUE / 10) throw syntaxError('Number too big to be stored in double.', start);
    value = value * 10 + (bytes[at] ?? ZERO) - ZERO;
  }
}

/** `NaN`, `Inf`, `Infinity` after an optional minus; anything else is no value. */
function scanSpecial(tape: JsonTape, from: number, index: number): number {
  const { bytes } = tape;
  tape.kinds[index] = KIND.double;
  if (bytes[from] === UPPER_N) {
    const end = expectText(bytes, from, 'NaN');
    tape.numbers[index] = NaN;
    return end;
  }
  if (bytes[from] !== UPPER_I) throw syntaxError('Invalid value.', from);
  const short = expectText(bytes, from, 'Inf');
  // A minus just before is this literal's own: no other token ends in one.
  tape.numbers[index] = bytes[from - 1] === MINUS ? -Infinity : Infinity;
  return bytes[short] === LOWER_I ? expectText(bytes, short, 'inity') : short;
}

/** The offset after `text`, whose bytes must stand at `from`. */
export function expectText(bytes: Uint8Array, from: number, text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    if (bytes[from + at] !== text.charCodeAt(at)) throw syntaxError('Invalid value.', from + at);
  }
  return from + text.length;
}

function asciiText(bytes: Uint8Array, from: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(from, end));
}
