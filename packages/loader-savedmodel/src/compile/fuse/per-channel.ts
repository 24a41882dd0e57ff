import { elementCount } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import { numbersOf, storedNumbers, storedTensor } from '../ir/constant-data.ts';

/** Which axis of how many has the channels, and how many there are. */
export interface ChannelAxis {
  readonly rank: number;
  readonly axis: number;
  readonly channels: number;
}

/**
 * A number for each channel, of a constant that is broadcast against a tensor: one that differs along the channels' axis alone. `undefined`
 * for others, and for numbers that are not finite: what they are multiplied by first would matter.
 */
export function perChannel(constant: StoredTensor | undefined, { rank, axis, channels }: ChannelAxis): readonly number[] | undefined {
  if (constant?.dtype !== 'FP32' || constant.shape.length > rank) return undefined;
  const missing = rank - constant.shape.length;
  const isAlong = constant.shape.every((size, at) => size === 1 || (at + missing === axis && size === channels));
  const numbers = isAlong && elementCount(constant.shape) <= channels ? numbersOf(constant) : undefined;
  if (numbers === undefined || !numbers.every(Number.isFinite)) return undefined;
  return numbers.length === channels ? numbers : Array.from({ length: channels }, () => numbers[0] ?? 0);
}

/** A list of numbers in single precision. */
export function listOf(numbers: readonly number[]): StoredTensor {
  return storedNumbers('FP32', [numbers.length], numbers);
}

/** Weights multiplied along one axis; made when they are written, so that they are not in memory twice. */
export function scaled(weights: StoredTensor, axis: number, factors: readonly number[]): StoredTensor {
  const { shape } = weights;
  const inner = elementCount(shape.slice(axis + 1));
  const size = shape[axis] ?? 1;
  const read = (): Float32Array => {
    const from = weights.read() as Float32Array;
    const to = weights.isMade === true ? from : new Float32Array(from.length);
    for (let at = 0; at < from.length; ) {
      const factor = factors[(at / inner) % size] ?? 1;
      for (const end = at + inner; at < end; at++) to[at] = (from[at] ?? 0) * factor;
    }
    return to;
  };
  return elementCount(shape) <= 4096 ? storedTensor('FP32', shape, read()) : { dtype: 'FP32', shape, read, isMade: true };
}
