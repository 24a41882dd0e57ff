import { createTensor, type Tensor } from '@servable/core';
import { expect, it } from 'vitest';
import { hasNoRows, withOneRow, withoutRows } from '../../src/engines/no-rows.ts';

const numbers = (shape: readonly number[]): Tensor => createTensor('FP32', shape, new Float32Array(shape.reduce((product, size) => product * size, 1)));
const words = (shape: readonly number[], data: readonly Uint8Array[]): Tensor => createTensor('BYTES', shape, data);

it('tells requests of no rows from those of some, and from scalars', () => {
  expect(hasNoRows(new Map([['a', numbers([0, 3])], ['b', words([0], [])]]))).toBe(true);
  expect(hasNoRows(new Map([['a', numbers([0, 3])], ['b', numbers([2])]]))).toBe(false);
  expect(hasNoRows(new Map([['a', numbers([])]]))).toBe(false);
  expect(hasNoRows(new Map([['a', numbers([2, 0])]]))).toBe(false);
  expect(hasNoRows(new Map())).toBe(false);
});

it('puts a row in, and takes rows out', () => {
  const given = new Map([['a', numbers([0, 2, 2])], ['b', words([0, 2], [])]]);
  const one = withOneRow(given);
  expect(one.get('a')).toEqual({ dtype: 'FP32', shape: [1, 2, 2], data: new Float32Array(4) });
  expect(one.get('b')).toEqual({ dtype: 'BYTES', shape: [1, 2], data: [new Uint8Array(0), new Uint8Array(0)] });
  expect(withoutRows(one)).toEqual(given);
});
