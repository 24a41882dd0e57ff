import { allocateData, type Dimension, type DType, elementCount, type NamedTensors, type Signature, type Tensor } from '@servable/core';

/** In [0, 1). */
export type RandomNumber = () => number;

export interface RandomInputsShape {
  readonly rows: number;
  /** Of every dimension but the first that the signature leaves open. */
  readonly innerSize: number;
}

/** Inputs that a signature takes: small numbers of both signs, integers that may be indices or masks, texts of some words. */
export function randomInputs({ inputs }: Signature, { rows, innerSize }: RandomInputsShape, random: RandomNumber): NamedTensors {
  return new Map(
    Array.from(inputs, ([name, { dtype, shape }]) => {
      const [, ...rest] = shape ?? [-1, -1];
      return [name, randomTensor(dtype, [rows, ...rest.map((size) => sizeOf(size, innerSize))], random)];
    }),
  );
}

function sizeOf(size: Dimension, open: number): number {
  return typeof size === 'number' && size >= 0 ? size : open;
}

function randomTensor(dtype: DType, shape: readonly number[], random: RandomNumber): Tensor {
  const count = elementCount(shape);
  if (dtype === 'BYTES') return { dtype, shape, data: Array.from({ length: count }, () => randomText(random)) };
  const data = allocateData(dtype, count) as unknown as Record<number, number | bigint> & { readonly length: number };
  for (let at = 0; at < data.length; at++) data[at] = randomNumber(dtype, random);
  return { dtype, shape, data } as unknown as Tensor;
}

/** Bit patterns of 1, -1, 0.5, 2, -2 and 0.25. */
const PATTERNS: ReadonlyMap<DType, readonly number[]> = new Map([
  ['FP16', [0x3c00, 0xbc00, 0x3800, 0x4000, 0xc000, 0x3400]],
  ['BF16', [0x3f80, 0xbf80, 0x3f00, 0x4000, 0xc000, 0x3e80]],
]);

function randomNumber(dtype: DType, random: RandomNumber): number | bigint {
  const patterns = PATTERNS.get(dtype);
  if (patterns !== undefined) return patterns[Math.floor(random() * patterns.length)] ?? 0;
  if (dtype === 'FP32' || dtype === 'FP64' || dtype.startsWith('COMPLEX')) return random() * 4 - 2;
  // 0 and 1 are indices into any table, and masks.
  const bit = random() < 0.5 ? 0 : 1;
  return dtype === 'INT64' || dtype === 'UINT64' ? BigInt(bit) : bit;
}

const WORDS = ['red', 'green', 'Blue', 'the', '42', 'a'];

function randomText(random: RandomNumber): Uint8Array {
  const words = Array.from({ length: 1 + Math.floor(random() * 4) }, () => WORDS[Math.floor(random() * WORDS.length)] ?? 'a');
  return new TextEncoder().encode(words.join(' '));
}
