const [EXPONENT_BIAS, MANTISSA_BITS] = [1023, 52];

/** A number with so many digits after its point, as C writes it: exactly, and half to even. */
export function fixedText(value: number, digits: number): string {
  if (Number.isNaN(value)) return Object.is(Math.sign(signOf(value)), -1) ? '-nan' : 'nan';
  const sign = signOf(value) < 0 ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}inf`;
  const { mantissa, exponent } = partsOf(value);
  const scaled = mantissa * 10n ** BigInt(digits);
  const whole = exponent >= 0 ? scaled << BigInt(exponent) : roundedShift(scaled, BigInt(-exponent));
  const text = whole.toString().padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
}

function signOf(value: number): number {
  return bitsOf(value) >> 63n === 1n ? -1 : 1;
}

/** The number is the mantissa, shifted by the exponent. */
function partsOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const bits = bitsOf(value);
  const fraction = bits & ((1n << BigInt(MANTISSA_BITS)) - 1n);
  const biased = Number((bits >> BigInt(MANTISSA_BITS)) & 0x7ffn);
  if (biased === 0) return { mantissa: fraction, exponent: 1 - EXPONENT_BIAS - MANTISSA_BITS };
  return { mantissa: fraction | (1n << BigInt(MANTISSA_BITS)), exponent: biased - EXPONENT_BIAS - MANTISSA_BITS };
}

/** Divided by a power of two, half to even. */
function roundedShift(value: bigint, shift: bigint): bigint {
  const [quotient, rest, half] = [value >> shift, value & ((1n << shift) - 1n), 1n << (shift - 1n)];
  if (rest < half || (rest === half && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}
