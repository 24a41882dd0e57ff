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

/** Powers of ten that a double holds exactly. */
export const EXACT_POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const MAX_EXACT_POWER = 22;
const MAX_EXACT_INTEGER = 2 ** 53;
/** 2^27 + 1: splits a double into two halves whose products are exact. */
const SPLITTER = 134217729;
const CHUNK_DIGITS = 15;
/** A longer literal is read by `Number` from its first digits; those after cannot change the result but by their being there. */
const MAX_TEXT_DIGITS = 800;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9;

/** The error of text that breaks the grammar. Reasons and offsets are RapidJSON's. */
export function syntaxError(reason: string, offset: number): Error {
  return restError('SRV_REST_V1_JSON_INVALID', [reason, offset]);
}

/**
 * Reads the number that starts at `start` into entry `index` and returns the offset after it. Anything that is no other
 * token comes here, as in RapidJSON, so this also says `Invalid value.`
 *
 * Integer literals stay integers when they fit 64 bits. Decimals are rounded correctly: a mantissa below 2^53 and a power of
 * ten up to 22 take one exact operation, up to 22 digits a double-double division, the rest `Number`.
 */
export function scanNumber(tape: JsonTape, start: number, index: number): number {
  const { bytes } = tape;
  const isNegative = bytes[start] === MINUS;
  const digitsStart = isNegative ? start + 1 : start;
  let at = digitsStart;
  let mantissa = 0;
  let digit = (bytes[at] ?? 0) - ZERO;
  if (digit === 0) at += 1;
  else if (digit > 0 && digit <= 9) {
    do {
      mantissa = mantissa * 10 + digit;
      at += 1;
      digit = (bytes[at] ?? 0) - ZERO;
    } while (digit >= 0 && digit <= 9);
  } else return scanSpecial(tape, digitsStart, index);
  let next = bytes[at] ?? 0;
  if (next !== DOT && next !== LOWER_E && next !== UPPER_E) {
    if (mantissa < MAX_EXACT_INTEGER) storeInteger(tape, index, isNegative ? 0 - mantissa : mantissa);
    else storeLongInteger(tape, index, start, at);
    return at;
  }
  const integerEnd = at;
  if (at - digitsStart > 300) checkIntegerDigits(bytes, start, digitsStart, at);
  if (next === DOT) {
    at += 1;
    digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) throw syntaxError('Miss fraction part in number.', at);
    do {
      mantissa = mantissa * 10 + digit;
      at += 1;
      digit = (bytes[at] ?? 0) - ZERO;
    } while (digit >= 0 && digit <= 9);
    next = bytes[at] ?? 0;
  }
  const fractionDigits = at > integerEnd ? at - integerEnd - 1 : 0;
  const digitsEnd = at;
  let exponent = 0;
  if (next === LOWER_E || next === UPPER_E) {
    at = exponentEnd(bytes, at + 1);
    exponent = readExponent(bytes, digitsEnd + 1, at);
    if (exponent > 270) checkExponent(bytes, { start, digitsStart, integerEnd, digitsEnd, exponent });
  }
  tape.kinds[index] = KIND.double;
  const value =
    mantissa < MAX_EXACT_INTEGER
      ? scaleExact(mantissa, exponent - fractionDigits)
      : scaleLong(bytes, digitsStart, digitsEnd, exponent - fractionDigits);
  const magnitude = Number.isNaN(value) ? readByNumber(bytes, digitsStart, at) : value;
  tape.numbers[index] = isNegative ? -magnitude : magnitude;
  return at;
}

function storeInteger(tape: JsonTape, index: number, value: number): void {
  tape.kinds[index] = KIND.integer;
  // `0 - 0` is +0: an integer literal `-0` has no sign.
  tape.numbers[index] = value;
}

function storeLongInteger(tape: JsonTape, index: number, start: number, end: number): void {
  const { bytes } = tape;
  const digitsStart = bytes[start] === MINUS ? start + 1 : start;
  if (end - digitsStart <= 20) {
    const value = BigInt(asciiText(bytes, start, end));
    const isSigned = BigInt.asIntN(64, value) === value;
    if (isSigned || BigInt.asUintN(64, value) === value) {
      tape.kinds[index] = isSigned ? KIND.int64 : KIND.uint64;
      tape.integers[index] = BigInt.asIntN(64, value);
      return;
    }
  }
  checkIntegerDigits(bytes, start, digitsStart, end);
  tape.kinds[index] = KIND.double;
  const magnitude = readByNumber(bytes, digitsStart, end);
  tape.numbers[index] = digitsStart > start ? -magnitude : magnitude;
}

/** `mantissa * 10^power`, or NaN when one exact operation does not do. */
function scaleExact(mantissa: number, power: number): number {
  if (power <= 0) return -power <= MAX_EXACT_POWER ? mantissa / (EXACT_POWERS[-power] ?? 1) : mantissa === 0 ? 0 : NaN;
  return power <= MAX_EXACT_POWER ? mantissa * (EXACT_POWERS[power] ?? 1) : mantissa === 0 ? 0 : NaN;
}

/**
 * `digits * 10^-places` for a mantissa of 2^53 and more, or NaN when the rounding could not be proven right: the mantissa as
 * an exact sum of two doubles is divided with an error below 2^-100, and the quotient stands unless it is that near to a tie.
 */
function scaleLong(bytes: Uint8Array, from: number, end: number, power: number): number {
  if (power > 0 || -power > MAX_EXACT_POWER) return NaN;
  const divisor = EXACT_POWERS[-power] ?? 1;
  let at = from;
  let high = 0;
  let seen = 0;
  for (; seen < CHUNK_DIGITS && at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0) continue;
    high = high * 10 + digit;
    if (high > 0) seen += 1;
  }
  let low = 0;
  let lowDigits = 0;
  for (; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0) continue;
    low = low * 10 + digit;
    lowDigits += 1;
  }
  if (lowDigits > 7) return NaN;
  const shift = EXACT_POWERS[lowDigits] ?? 1;
  const product = high * shift;
  const head = product + low;
  // Both exact: the mantissa is below 2^74, so what `head` lost is a small integer.
  const tail = low - (head - product) + productError(high, shift, product);
  const quotient = head / divisor;
  const back = quotient * divisor;
  const rest = (head - back - productError(quotient, divisor, back) + tail) / divisor;
  const rounded = quotient + rest;
  const error = quotient - rounded + rest;
  return rounded + error * 1.000001 === rounded ? rounded : NaN;
}

/** What `left * right` lost when it was rounded to `product` (Dekker's method); exact. */
export function productError(left: number, right: number, product: number): number {
  const leftBig = left * SPLITTER;
  const leftHigh = leftBig - (leftBig - left);
  const leftLow = left - leftHigh;
  const rightBig = right * SPLITTER;
  const rightHigh = rightBig - (rightBig - right);
  const rightLow = right - rightHigh;
  return leftHigh * rightHigh - product + leftHigh * rightLow + leftLow * rightHigh + leftLow * rightLow;
}

function readByNumber(bytes: Uint8Array, from: number, end: number): number {
  if (end - from <= MAX_TEXT_DIGITS) return Number(asciiText(bytes, from, end));
  return Number(shortened(bytes, from, end));
}

/** A literal of any length as one of at most 800 digits that reads as the same double. */
function shortened(bytes: Uint8Array, from: number, end: number): string {
  let digits = '';
  let power = 0;
  let hasMore = false;
  let isFraction = false;
  let at = from;
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === DOT) {
      isFraction = true;
      continue;
    }
    if (!isDigit(byte)) break;
    if (isFraction) power -= 1;
    if (digits === '' && byte === ZERO) continue;
    if (digits.length < MAX_TEXT_DIGITS) digits += String.fromCharCode(byte);
    else {
      power += 1;
      hasMore ||= byte !== ZERO;
    }
  }
  const exponent = at < end ? readExponent(bytes, at + 1, end) : 0;
  return `${digits === '' ? '0' : digits}${hasMore ? '1' : '0'}e${power + exponent - 1}`;
}

function exponentEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  if (bytes[at] === PLUS || bytes[at] === MINUS) at += 1;
  if (!isDigit(bytes[at] ?? 0)) throw syntaxError('Miss exponent in number.', at);
  while (isDigit(bytes[at] ?? 0)) at += 1;
  return at;
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

interface Literal {
  readonly start: number;
  readonly digitsStart: number;
  readonly integerEnd: number;
  readonly digitsEnd: number;
  readonly exponent: number;
}

/** RapidJSON refuses an exponent of two digits or more above 308 plus the fraction digits it has counted (17 digits in all). */
function checkExponent(bytes: Uint8Array, literal: Literal): void {
  const { integerEnd, digitsEnd } = literal;
  let significant = integerEnd - literal.digitsStart - 1;
  let counted = 0;
  for (let at = integerEnd + 1; at < digitsEnd && significant < 17; at += 1) {
    counted += 1;
    if (significant > 0 || bytes[at] !== ZERO || bytes[literal.digitsStart] !== ZERO) significant += 1;
  }
  if (literal.exponent > 308 + counted) throw syntaxError('Number too big to be stored in double.', literal.start);
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
  let text = '';
  for (let at = from; at < end; at += 1) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
