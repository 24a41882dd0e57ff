import type { DType } from '@servable/core';
import { expect, it } from 'vitest';
import { defaultTensor } from '../src/default-tensor.ts';

it.each<[DType, readonly (number | string | boolean)[], unknown]>([
  ['FP32', [0.1, -1e30], Float32Array.of(0.1, -1e30)],
  ['FP64', [0.1, 5], Float64Array.of(0.1, 5)],
  ['UINT8', [0, 255], Uint8Array.of(0, 255)],
  ['INT8', [-128, 127], Int8Array.of(-128, 127)],
  ['UINT64', ['18446744073709551615', 1], BigUint64Array.of(2n ** 64n - 1n, 1n)],
  ['BOOL', [true, false], Uint8Array.of(1, 0)],
  ['BYTES', ['grün', ''], [new TextEncoder().encode('grün'), new Uint8Array(0)]],
])('writes %s', (dtype, values, data) => {
  expect(defaultTensor(dtype, { shape: [2], values })).toEqual({ dtype, shape: [2], data });
});

it.each<[DType, readonly number[], readonly (number | string | boolean)[], RegExp]>([
  ['FP32', [2], [1], /shape \[2\] needs 2 values, got 1/],
  ['UINT8', [1], [256], /256 is no UINT8/],
  ['UINT8', [1], [1.5], /1.5 is no UINT8/],
  ['INT64', [1], [2 ** 53], /is no INT64/],
  ['INT64', [1], ['9223372036854775808'], /is no INT64/],
  ['INT64', [1], ['1e3'], /"1e3" is no INT64/],
  ['UINT64', [1], ['-1'], /is no UINT64/],
  ['BOOL', [1], [1], /1 is no BOOL/],
  ['BYTES', [1], [1], /1 is no text/],
  ['FP16', [1], [1], /1 is no FP16/],
])('refuses what is no %s %s %j', (dtype, shape, values, words) => {
  expect(() => defaultTensor(dtype, { shape, values })).toThrow(words);
});
