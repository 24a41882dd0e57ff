import type { NamedTensors, Tensor } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { areIdentical, cloneTensors, differenceOf } from '../src/tensor-agreement.ts';
import { canJoin, joinRows, sliceRows } from '../src/tensor-rows.ts';

const named = (tensor: Tensor): NamedTensors => new Map([['y', tensor]]);
const fp32 = (...values: number[]): NamedTensors => named({ dtype: 'FP32', shape: [values.length], data: Float32Array.from(values) });
const half = (dtype: 'FP16' | 'BF16', ...bits: number[]): NamedTensors => named({ dtype, shape: [bits.length], data: Uint16Array.from(bits) });
const bytes = (...texts: string[]): NamedTensors => named({ dtype: 'BYTES', shape: [texts.length], data: texts.map((text) => Buffer.from(text)) });
const tolerance = { relative: 1e-2, absolute: 1e-3 };

describe('differenceOf', () => {
  it.each<[string, NamedTensors, NamedTensors]>([
    ['numbers within the tolerance', fp32(100.5, 0.0009), fp32(100, 0)],
    ['NaN and infinities', fp32(Number.NaN, Infinity, -Infinity), fp32(Number.NaN, Infinity, -Infinity)],
    ['zeros of either sign', fp32(-0), fp32(0)],
    // 0x3c00 is 1, 0x3c01 the next number after it (1.00098), 0x0001 the smallest subnormal, 0x7e00 a NaN.
    ['half floats as numbers', half('FP16', 0x3c01, 0x0001, 0x7e00), half('FP16', 0x3c00, 0x0000, 0x7e00)],
    // 0x3f80 is 1, 0x3f81 is 1.0078125.
    ['bfloat16 as numbers', half('BF16', 0x3f81), half('BF16', 0x3f80)],
    ['byte strings', bytes('a', ''), bytes('a', '')],
    ['outputs that were not expected', new Map([...fp32(1), ['z', { dtype: 'INT32' as const, shape: [], data: Int32Array.of(1) }]]), fp32(1)],
  ])('finds none in %s', (_what, actual, expected) => {
    expect(differenceOf(actual, expected, tolerance)).toBeUndefined();
  });

  it.each<[string, NamedTensors, NamedTensors, string]>([
    ['numbers beyond it', fp32(1, 102), fp32(1, 100), "'y' differs at value 1: got 102, expected 100"],
    ['NaN for a number', fp32(Number.NaN), fp32(1), "'y' differs at value 0: got NaN, expected 1"],
    ['an infinity of the other sign', fp32(-Infinity), fp32(Infinity), "'y' differs at value 0: got -Infinity, expected Infinity"],
    ['a number for an infinity', fp32(1e30), fp32(Infinity), 'differs'],
    ['half floats', half('FP16', 0x3c40), half('FP16', 0x3c00), "'y' differs at value 0: got 1.0625, expected 1"],
    ['integers by one', named({ dtype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 62n) }), named({ dtype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 62n - 1n) }), 'differs at value 0'],
    ['byte strings', bytes('a', 'b'), bytes('a', 'c'), 'differs at value 1'],
    ['shapes', named({ dtype: 'FP32', shape: [1, 1], data: Float32Array.of(1) }), fp32(1), "'y' has shape [1, 1], expected [1]"],
    ['dtypes', named({ dtype: 'INT32', shape: [1], data: Int32Array.of(1) }), fp32(1), "'y' is INT32, expected FP32"],
    ['counts', named({ dtype: 'FP32', shape: [1], data: Float32Array.of(1, 2) }), fp32(1), "'y' holds 2 values, expected 1"],
    ['names', new Map(), fp32(1), "'y' is missing"],
  ])('finds %s', (_what, actual, expected, message) => {
    expect(differenceOf(actual, expected, tolerance) ?? 'none').toContain(message);
  });
});

it('copies tensors so that no memory is shared', () => {
  const inBuffer = named({ dtype: 'UINT8', shape: [2], data: Buffer.from('ab') });
  for (const tensors of [fp32(1, 2), bytes('ab'), inBuffer]) {
    const copy = cloneTensors(tensors);
    expect(areIdentical(copy, tensors)).toBe(true);
    const data = tensors.get('y')?.data;
    if (data instanceof Float32Array || data instanceof Uint8Array) data[0] = 9;
    else if (Array.isArray(data)) (data[0] as Uint8Array)[0] = 9;
    expect(areIdentical(copy, tensors)).toBe(false);
  }
});

it('joins rows and takes them apart again', () => {
  const two = (dtype: 'INT64', ...values: bigint[]): NamedTensors => named({ dtype, shape: [values.length / 2, 2], data: BigInt64Array.from(values) });
  const joined = joinRows(two('INT64', 1n, 2n), two('INT64', 3n, 4n, 5n, 6n));
  expect(joined).toEqual(two('INT64', 1n, 2n, 3n, 4n, 5n, 6n));
  expect(sliceRows(joined, 1, 3)).toEqual(two('INT64', 3n, 4n, 5n, 6n));
  expect(areIdentical(joinRows(bytes('a'), bytes('b', 'c')), bytes('a', 'b', 'c'))).toBe(true);
});

it('joins no scalars, nor other dtypes and inner shapes', () => {
  const scalar = named({ dtype: 'FP32', shape: [], data: Float32Array.of(1) });
  expect(canJoin(scalar, scalar)).toBe(false);
  expect(canJoin(fp32(1), bytes('a'))).toBe(false);
  expect(canJoin(fp32(1), named({ dtype: 'FP32', shape: [1, 1], data: Float32Array.of(1) }))).toBe(false);
  expect(canJoin(fp32(1), fp32(1, 2))).toBe(true);
});
