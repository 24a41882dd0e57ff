import { type JsonTape, KIND } from './json-tape.ts';

const SPACE = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;

// In this module and by plain names: the engine takes these as constants, but not what is imported or a property.
const INTEGER = KIND.integer;
const DOUBLE = KIND.double;
/** Powers of ten that a double holds exactly. */
export const EXACT_POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** 2^27 + 1: splits a double into two halves whose products are exact (Dekker). */
export const SPLITTER = 134217729;
/** The upper halves of the powers. */
const HIGH_POWERS: Float64Array = EXACT_POWERS.map((power) => power * SPLITTER - (power * SPLITTER - power));

/** Characters as what they are when they are read as a digit. */
const DOT_DIGIT = 0x2e - ZERO;
const UPPER_E_DIGIT = 0x45 - ZERO;
const LOWER_E_DIGIT = 0x65 - ZERO;
/** Bytes behind a digit that must be there to read four at a time. */
const LOOKAHEAD = 16;

/** Whether four bytes are digits: high halves of 3, and low halves that stay below 16 when 6 is added. */
const isFourDigits = (word: number): boolean =>
  (word & 0xf0f0f0f0) === 0x30303030 && ((word + 0x06060606) & 0xf0f0f0f0) === 0x30303030;

/** The number that four digits are, the first in the lowest byte. */
function fourDigits(word: number): number {
  const pairs = (word & 0x000f000f) * 10 + ((word >>> 8) & 0x000f000f);
  return (pairs & 0xffff) * 100 + (pairs >>> 16);
}

/** What may stand between two tokens. */
export function isSpace(byte: number): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Reads the numbers of an array that follow one another from `start` on, as far as they are plain: up to 18 digits, no
 * exponent, room on the tape, before `end` and at most `count`. Returns the offset after the last one read, or `start` when
 * there was none; what is not plain is `scanNumber`'s, with the same result for all that is.
 *
 * One long loop without calls, because that is where large requests spend their time: cut into functions it took twice as
 * long. Digits are gathered four at a time in two 32-bit integers, nine digits in each.
 */
// oxlint-disable-next-line max-lines-per-function -- see above
export function scanNumberRun(tape: JsonTape, start: number, end: number, count: number): number {
  const { bytes, kinds, numbers, view } = tape;
  const lastWord = bytes.length - LOOKAHEAD;
  let index = tape.length;
  const capacity = Math.min(kinds.length, index + count);
  let done = start;
  let at = start;
  while (index < capacity) {
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at += 1;
    let digit = (bytes[at] ?? 0) - ZERO;
    let upper = 0;
    let lower = 0;
    let digits = 0;
    if (digit === 0) {
      at += 1;
      digit = (bytes[at] ?? 0) - ZERO;
    } else {
      if (digit < 0 || digit > 9) break;
      do {
        if (digits < 9) upper = (upper * 10 + digit) | 0;
        else lower = (lower * 10 + digit) | 0;
        digits += 1;
        at += 1;
        digit = (bytes[at] ?? 0) - ZERO;
      } while (digit >= 0 && digit <= 9);
    }
    if (digit !== DOT_DIGIT) {
      if (digits > 15 || digit === LOWER_E_DIGIT || digit === UPPER_E_DIGIT) break;
      const value = digits > 9 ? upper * (EXACT_POWERS[digits - 9] ?? 1) + lower : upper;
      kinds[index] = INTEGER;
      // `0 - 0` is +0: an integer literal `-0` has no sign.
      numbers[index] = isNegative ? 0 - value : value;
    } else {
      at += 1;
      const fractionStart = at;
      digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      if (digits === 0) {
        while (digit === 0) {
          at += 1;
          digit = (bytes[at] ?? 0) - ZERO;
        }
      }
      if (at < lastWord) {
        let word = view.getInt32(at, true);
        while (digits <= 5 && isFourDigits(word)) {
          upper = (upper * 10_000 + fourDigits(word)) | 0;
          digits += 4;
          at += 4;
          word = view.getInt32(at, true);
        }
        digit = (bytes[at] ?? 0) - ZERO;
      }
      while (digits < 9 && digit >= 0 && digit <= 9) {
        upper = (upper * 10 + digit) | 0;
        digits += 1;
        at += 1;
        digit = (bytes[at] ?? 0) - ZERO;
      }
      if (digits === 9 && at < lastWord) {
        let word = view.getInt32(at, true);
        while (digits <= 14 && isFourDigits(word)) {
          lower = (lower * 10_000 + fourDigits(word)) | 0;
          digits += 4;
          at += 4;
          word = view.getInt32(at, true);
        }
        digit = (bytes[at] ?? 0) - ZERO;
      }
      while (digit >= 0 && digit <= 9) {
        lower = (lower * 10 + digit) | 0;
        digits += 1;
        at += 1;
        digit = (bytes[at] ?? 0) - ZERO;
      }
      const places = at - fractionStart;
      if (digits > 18 || places > 22 || digit === LOWER_E_DIGIT || digit === UPPER_E_DIGIT) break;
      const divisor = EXACT_POWERS[places] ?? 1;
      // Nine digits times ten to the ninth are exact: 30 bits times 5^9 are 51 bits.
      const head = digits > 9 ? upper * (EXACT_POWERS[digits - 9] ?? 1) : upper;
      const sum = head + lower;
      let value = sum / divisor;
      if (digits > 15) {
        // What the sum and the quotient lost, as further doubles: then the result is off by less than 2^-100, and its
        // rounding stands unless it is that near to a tie.
        const product = value * divisor;
        const big = value * SPLITTER;
        const valueHigh = big - (big - value);
        const valueLow = value - valueHigh;
        const divisorHigh = HIGH_POWERS[places] ?? 1;
        const divisorLow = divisor - divisorHigh;
        const lost = valueHigh * divisorHigh - product + valueHigh * divisorLow + valueLow * divisorHigh + valueLow * divisorLow;
        const rest = (sum - product - lost + (lower - (sum - head))) / divisor;
        const rounded = value + rest;
        const error = value - rounded + rest;
        if (rounded + error * 1.000001 !== rounded) break;
        value = rounded;
      }
      kinds[index] = DOUBLE;
      numbers[index] = isNegative ? -value : value;
    }
    index += 1;
    done = at;
    let byte = bytes[at] ?? 0;
    while (byte <= SPACE && at < end && isSpace(byte)) {
      at += 1;
      byte = bytes[at] ?? 0;
    }
    if (byte !== COMMA || at >= end) break;
    do {
      at += 1;
      byte = bytes[at] ?? 0;
    } while (byte <= SPACE && at < end && isSpace(byte));
    if (at >= end) break;
  }
  tape.length = index;
  return done;
}
