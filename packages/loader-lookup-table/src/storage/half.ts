/** Conversions between IEEE 754 binary16 bit patterns and numbers. Source: IEEE 754-2019. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest half, ties to even; beyond its range infinity. */
export function halfBits(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  if (magnitude >= 0x4780_0000) return sign | 0x7c00;
  if (magnitude < 0x3880_0000) return sign | subnormalBits(magnitude);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x3800_0000) >>> 13);
}

/** Below 2^-14 a half is a whole number of 2^-24; doubles hold the quotient exactly. */
function subnormalBits(magnitude: number): number {
  bits[0] = magnitude;
  return roundHalfEven((float[0] ?? 0) * 2 ** 24);
}

export function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  if ((half & 0x7c00) === 0x7c00) return half & 0x3ff ? Number.NaN : sign * Infinity;
  // The exponent of a float is 112 larger; multiplying also turns subnormal halves into normal floats.
  bits[0] = (half & 0x7fff) << 13;
  return sign * (float[0] ?? 0) * 2 ** 112;
}

/** The nearest whole number, ties to even, as NumPy rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
