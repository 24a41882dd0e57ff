/** How a 16-bit float is cut: bits of its fraction, and the bias of its exponent. */
interface HalfFormat {
  readonly fractionBits: number;
  readonly bias: number;
}

/** IEEE half precision and bfloat16. */
const HALF_FORMATS: { readonly FP16: HalfFormat; readonly BF16: HalfFormat } = {
  FP16: { fractionBits: 10, bias: 15 },
  BF16: { fractionBits: 7, bias: 127 },
};

/** Adding and taking away 2^52 rounds a small double to an integer, ties to even. */
const ROUND = 2 ** 52;
const INFINITE_EXPONENT_16 = { FP16: 0x7c00, BF16: 0x7f80 } as const;

/** The bit pattern of the 16-bit float that is nearest to `value`; ties go to even, too large becomes infinite. */
export function toHalfBits(value: number, dtype: 'FP16' | 'BF16'): number {
  const { fractionBits, bias } = HALF_FORMATS[dtype];
  const infinite = INFINITE_EXPONENT_16[dtype];
  if (Number.isNaN(value)) return infinite | (1 << (fractionBits - 1));
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return sign | infinite;
  if (magnitude === 0) return sign;
  const exponent = Math.max(binaryExponent(magnitude), 1 - bias);
  // In units of the last fraction bit; scaling by a power of two is exact.
  const rounded = magnitude * 2 ** (fractionBits - exponent) + ROUND - ROUND;
  const bits = (exponent + bias - 1) * (1 << fractionBits) + rounded;
  return sign | Math.min(bits, infinite);
}

/** The value of a 16-bit float's bit pattern; exact. */
export function fromHalfBits(bits: number, dtype: 'FP16' | 'BF16'): number {
  const { fractionBits, bias } = HALF_FORMATS[dtype];
  const sign = bits & 0x8000 ? -1 : 1;
  const magnitude = bits & 0x7fff;
  const fraction = magnitude & ((1 << fractionBits) - 1);
  const exponent = magnitude >> fractionBits;
  if (magnitude >= INFINITE_EXPONENT_16[dtype]) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits);
  return sign * (fraction + (1 << fractionBits)) * 2 ** (exponent - bias - fractionBits);
}

/** The exponent of two of a positive double: `Math.log2` may be one off next to a power of two. */
function binaryExponent(magnitude: number): number {
  const exponent = Math.floor(Math.log2(magnitude));
  if (2 ** exponent > magnitude) return exponent - 1;
  return 2 ** (exponent + 1) <= magnitude ? exponent + 1 : exponent;
}
