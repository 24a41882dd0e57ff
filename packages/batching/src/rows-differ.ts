import type { NamedTensors, Tensor } from '@servable/core';

/** Where the answer of joined requests differs from the answer alone, in words; `undefined` where they agree. */
export function rowsDiffer(joined: NamedTensors, alone: NamedTensors, tolerance: number): string | undefined {
  for (const [name, tensor] of alone) {
    const other = joined.get(name);
    const difference = other === undefined ? 'is missing' : tensorDiffers(other, tensor, tolerance);
    if (difference !== undefined) return `output '${name}' ${difference}`;
  }
  return undefined;
}

function tensorDiffers(joined: Tensor, alone: Tensor, tolerance: number): string | undefined {
  if (joined.shape.join() !== alone.shape.join()) return `has shape [${joined.shape.join(', ')}] joined, and [${alone.shape.join(', ')}] alone`;
  const [mine, theirs] = [valuesOf(joined), valuesOf(alone)];
  const at = theirs.findIndex((value, index) => !agree(mine[index], value, tolerance));
  return at === -1 ? undefined : `is ${String(mine[at])} joined, and ${String(theirs[at])} alone`;
}

type Value = number | bigint | string;

function valuesOf(tensor: Tensor): readonly Value[] {
  switch (tensor.dtype) {
    case 'BYTES':
      return tensor.data.map((bytes) => new TextDecoder().decode(bytes));
    case 'FP16':
      return Array.from(tensor.data, halfValue);
    case 'BF16':
      return Array.from(tensor.data, (bits) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? 0);
    default:
      return Array.from<number | bigint>(tensor.data);
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

function agree(left: Value | undefined, right: Value, tolerance: number): boolean {
  if (Object.is(left, right) || left === right) return true;
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  return Math.abs(left - right) <= tolerance * (1 + Math.abs(right));
}
