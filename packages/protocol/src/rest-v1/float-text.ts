import { EXACT_POWERS, SPLITTER } from './json-number-run.ts';

/** The most bytes a number takes, `-2.2250738585072014e-308`, and room for working. */
export const MAX_NUMBER_BYTES = 32;

const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;
const FLOAT_DIGITS = 9;
const DOUBLE_DIGITS = 17;
const SHORT_DIGITS = 6;
/** The last 8 of 17 digits, and the limit of the 9 before them. */
const LOWER_DIGITS = 1e8;
const UPPER_LIMIT = 1e9;
/** How near to a tie the fast ways leave the rounding to the exact one; a thousand times what they are off by. */
const NEAR_TIE = 1e-5;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const NAN = ascii('NaN');
const INFINITY = ascii('Infinity');

/**
 * Writes a float32 (widened to a double) as TensorFlow Serving does: `%g`; if that does not read back the same, `%.9g`; with
 * `.0` when there is neither a point nor an exponent. Returns the offset after it; at most {@link MAX_NUMBER_BYTES}.
 *
 * Source: TF Serving, `WriteDecimal` in `util/json_tensor.cc`.
 */
export function writeFloat32(target: Uint8Array, at: number, value: number): number {
  const start = writeSign(target, at, value);
  const magnitude = Math.abs(value);
  if (isSmallInteger(magnitude)) return writeSmallInteger(target, start, magnitude);
  if (magnitude < 1e-30 || magnitude > 1e30 || magnitude !== magnitude) return writeUncommon(target, start, magnitude, true);
  const exponent = decimalExponent(magnitude);
  const short = Math.round(scale(magnitude, SHORT_DIGITS - 1 - exponent));
  if (Math.fround(scale(short, exponent - SHORT_DIGITS + 1)) === magnitude) {
    return writeDigits(target, start, { digits: short, precision: SHORT_DIGITS, exponent });
  }
  const scaled = scale(magnitude, FLOAT_DIGITS - 1 - exponent);
  const digits = Math.round(scaled);
  // The product is off by less than 1e-6: only next to a tie could that change the rounding.
  if (Math.abs(Math.abs(scaled - digits) - 0.5) < NEAR_TIE) return writeUncommon(target, start, magnitude, true);
  return writeDigits(target, start, { digits, precision: FLOAT_DIGITS, exponent });
}

/** The same for a double, with `%.17g`. */
export function writeFloat64(target: Uint8Array, at: number, value: number): number {
  const start = writeSign(target, at, value);
  const magnitude = Math.abs(value);
  if (isSmallInteger(magnitude)) return writeSmallInteger(target, start, magnitude);
  // Powers of ten up to 22 are exact, and so are the product and the remainder below.
  if (!(magnitude >= 1e-5 && magnitude < 1e22)) return writeUncommon(target, start, magnitude, false);
  const exponent = decimalExponent(magnitude);
  const short = Math.round(scale(magnitude, SHORT_DIGITS - 1 - exponent));
  if (scale(short, exponent - SHORT_DIGITS + 1) === magnitude) {
    return writeDigits(target, start, { digits: short, precision: SHORT_DIGITS, exponent });
  }
  return writeLongDigits(target, start, magnitude, exponent);
}

function writeSign(target: Uint8Array, at: number, value: number): number {
  if (value > 0 || (value === 0 && 1 / value > 0) || value !== value) return at;
  target[at] = MINUS;
  return at + 1;
}

const isSmallInteger = (magnitude: number): boolean => magnitude < 1e6 && Math.floor(magnitude) === magnitude;

function writeSmallInteger(target: Uint8Array, at: number, value: number): number {
  const end = writeInteger(target, at, value);
  target[end] = DOT;
  target[end + 1] = ZERO;
  return end + 2;
}

/** Writes a whole number below 2^53 in decimal and returns the offset after it. */
export function writeInteger(target: Uint8Array, at: number, value: number): number {
  const start = value < 0 ? at + 1 : at;
  if (value < 0) target[at] = MINUS;
  const magnitude = Math.abs(value);
  const count = magnitude < 1e6 ? digitCount(magnitude) : String(magnitude).length;
  if (magnitude < 2 ** 31) return writeUint31(target, start, count, magnitude);
  const high = Math.floor(magnitude / 1e8);
  const middle = writeInteger(target, start, high);
  return writeUint31(target, middle, 8, magnitude - high * 1e8);
}

function digitCount(value: number): number {
  if (value < 100) return value < 10 ? 1 : 2;
  if (value < 10_000) return value < 1000 ? 3 : 4;
  return value < 100_000 ? 5 : 6;
}

function writeUint31(target: Uint8Array, at: number, count: number, value: number): number {
  let rest = value | 0;
  for (let position = at + count - 1; position >= at; position -= 1) {
    const tenth = (rest / 10) | 0;
    target[position] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + count;
}

/** `value * 10^power` for powers up to 44 either way: one or two roundings. */
function scale(value: number, power: number): number {
  if (power >= 0) {
    return power <= 22 ? value * (EXACT_POWERS[power] ?? 1) : value * 1e22 * (EXACT_POWERS[power - 22] ?? 1);
  }
  return power >= -22 ? value / (EXACT_POWERS[-power] ?? 1) : value / 1e22 / (EXACT_POWERS[-power - 22] ?? 1);
}

/** The power of ten of a number's first digit. `Math.log10` may be one off next to a power of ten. */
function decimalExponent(magnitude: number): number {
  const exponent = Math.floor(Math.log10(magnitude));
  const scaled = scale(magnitude, -exponent);
  if (scaled < 1) return exponent - 1;
  return scaled >= 10 ? exponent + 1 : exponent;
}

/** Rounded digits of a number: `precision` of them, or a one and zeros when rounding carried; the first is worth `10^exponent`. */
interface Decimal {
  readonly digits: number;
  readonly precision: number;
  readonly exponent: number;
}

function writeDigits(target: Uint8Array, at: number, { digits, precision, exponent }: Decimal): number {
  const hasCarried = digits >= (EXACT_POWERS[precision] ?? 0);
  writeUint31(target, at + 1, precision, hasCarried ? digits / 10 : digits);
  return layOut(target, at, precision, hasCarried ? exponent + 1 : exponent);
}

/** 17 digits by way of `magnitude * 10^(16 - exponent)` as an exact sum of two doubles. */
function writeLongDigits(target: Uint8Array, at: number, magnitude: number, exponent: number): number {
  const power = DOUBLE_DIGITS - 1 - exponent;
  const factor = EXACT_POWERS[Math.abs(power)] ?? 1;
  const head = power >= 0 ? magnitude * factor : magnitude / factor;
  const product = head * factor;
  const tail =
    power >= 0
      ? productError(magnitude, factor, head)
      : (magnitude - product - productError(head, factor, product)) / factor;
  let upper = Math.floor(head / LOWER_DIGITS);
  // Both are below 2^57 and near each other, so the difference is exact.
  let lower = head - upper * LOWER_DIGITS - productError(upper, LOWER_DIGITS, upper * LOWER_DIGITS) + tail;
  if (lower < 0) {
    upper -= 1;
    lower += LOWER_DIGITS;
  }
  const digits = Math.round(lower);
  if (Math.abs(Math.abs(lower - digits) - 0.5) < NEAR_TIE) return writeUncommon(target, at, magnitude, false);
  if (digits >= LOWER_DIGITS) upper += 1;
  const hasCarried = upper >= UPPER_LIMIT;
  writeUint31(target, at + 1, 9, hasCarried ? upper / 10 : upper);
  writeUint31(target, at + 10, 8, digits % LOWER_DIGITS);
  return layOut(target, at, DOUBLE_DIGITS, hasCarried ? exponent + 1 : exponent);
}

/** Gives the digits that stand from `at + 1` on their final form: without trailing zeros, with a point or an exponent. */
function layOut(target: Uint8Array, at: number, precision: number, exponent: number): number {
  let count = precision;
  while (count > 1 && target[at + count] === ZERO) count -= 1;
  if (exponent >= precision || exponent < -4) return writeExponent(target, placePoint(target, at, count, 1), exponent);
  if (exponent < 0) {
    for (let position = at + count; position > at; position -= 1) target[position - exponent] = target[position] ?? ZERO;
    for (let position = at; position <= at - exponent; position += 1) target[position] = ZERO;
    target[at + 1] = DOT;
    return at + 1 - exponent + count;
  }
  if (count > exponent + 1) return placePoint(target, at, count, exponent + 1);
  for (let position = at; position <= at + exponent; position += 1) target[position] = target[position + 1] ?? ZERO;
  target[at + exponent + 1] = DOT;
  target[at + exponent + 2] = ZERO;
  return at + exponent + 3;
}

/** Moves the first `before` of the digits that stand one byte too far right, so that a point fits after them. */
function placePoint(target: Uint8Array, at: number, count: number, before: number): number {
  for (let digit = 0; digit < before; digit += 1) target[at + digit] = target[at + digit + 1] ?? ZERO;
  if (count === before) return at + before;
  target[at + before] = DOT;
  return at + count + 1;
}

function writeExponent(target: Uint8Array, at: number, exponent: number): number {
  target[at] = LOWER_E;
  target[at + 1] = exponent < 0 ? MINUS : 0x2b;
  const magnitude = Math.abs(exponent);
  return writeUint31(target, at + 2, magnitude < 100 ? 2 : 3, magnitude);
}

/** Not finite, very large or small, next to a tie, or a double: by way of `toExponential`. */
function writeUncommon(target: Uint8Array, at: number, magnitude: number, isSingle: boolean): number {
  if (!Number.isFinite(magnitude)) {
    const text = magnitude === Infinity ? INFINITY : NAN;
    target.set(text, at);
    return at + text.length;
  }
  const short = magnitude.toExponential(SHORT_DIGITS - 1);
  const value = Number(short);
  const readsBack = isSingle ? Math.fround(value) === magnitude : value === magnitude;
  const precision = readsBack ? SHORT_DIGITS : isSingle ? FLOAT_DIGITS : DOUBLE_DIGITS;
  const [mantissa = '', power = '0'] = (readsBack ? short : exponentialText(magnitude, precision)).split('e');
  const digits = mantissa.replace('.', '');
  for (let index = 0; index < precision; index += 1) target[at + 1 + index] = digits.charCodeAt(index);
  return layOut(target, at, precision, Number(power));
}

/** `toExponential` rounds ties up, printf to even. A tie has exactly one digit more, and that is 5. */
function exponentialText(magnitude: number, precision: number): string {
  const text = magnitude.toExponential(precision - 1);
  if (!/[13579]e/.test(text)) return text;
  const longer = magnitude.toExponential(precision);
  // oxlint-disable-next-line oxc/number-arg-out-of-range -- 100 digits are allowed since ES2018
  const isTie = longer.includes('5e') && magnitude.toExponential(100).replace(/0+e/, 'e') === longer;
  if (!isTie) return text;
  const [digits = '', power = ''] = longer.split('e');
  return `${digits.slice(0, -1)}e${power}`;
}

/** What `left * right` lost when it was rounded to `product` (Dekker's method); exact. */
function productError(left: number, right: number, product: number): number {
  const leftBig = left * SPLITTER;
  const leftHigh = leftBig - (leftBig - left);
  const leftLow = left - leftHigh;
  const rightBig = right * SPLITTER;
  const rightHigh = rightBig - (rightBig - right);
  const rightLow = right - rightHigh;
  return leftHigh * rightHigh - product + leftHigh * rightLow + leftLow * rightHigh + leftLow * rightLow;
}
