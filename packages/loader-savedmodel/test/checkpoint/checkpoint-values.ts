import type { Tensor } from '@servable/core';

/** Values as `fixtures/README.md` writes them, to compare with those of golden files. */
export function valuesOf(tensor: Tensor): unknown[] {
  switch (tensor.dtype) {
    case 'BYTES':
      return tensor.data.map((bytes) => textOrBase64(bytes));
    case 'BOOL':
      return Array.from(tensor.data, (value) => value === 1);
    case 'INT64':
    case 'UINT64':
      return Array.from(tensor.data, (value) => (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER) ? String(value) : Number(value)));
    case 'FP16':
      return Array.from(tensor.data, halfValue);
    case 'BF16':
      return Array.from(tensor.data, (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]);
    case 'COMPLEX64':
    case 'COMPLEX128':
      return Array.from({ length: tensor.data.length / 2 }, (_, at) => [tensor.data[2 * at], tensor.data[2 * at + 1]]);
    default:
      return Array.from(tensor.data as ArrayLike<number>);
  }
}

/** A float32 is written as the shortest decimal that rounds to it. */
export function roundAs(tensor: Tensor, value: unknown): unknown {
  if (typeof value !== 'number') return Array.isArray(value) ? value.map((each) => roundAs(tensor, each)) : value;
  return tensor.dtype === 'FP32' || tensor.dtype === 'COMPLEX64' || tensor.dtype === 'BF16' ? Math.fround(value) : value;
}

function textOrBase64(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { b64: Buffer.from(bytes).toString('base64') };
  }
}

/** Source: IEEE 754-2019, binary16. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
