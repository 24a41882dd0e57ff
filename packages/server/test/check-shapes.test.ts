import type { Dimension, NamedTensors, Signature } from '@servable/core';
import { fakeSignature } from '@servable/plugin-testing';
import { expect, it } from 'vitest';
import { checkShapes } from '../src/check-shapes.ts';

function signatureOf(shapes: Readonly<Record<string, readonly Dimension[] | undefined>>): Signature {
  return fakeSignature({ inputs: new Map(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'FP32', shape }])) });
}

function inputsOf(shapes: Readonly<Record<string, readonly number[]>>): NamedTensors {
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'FP32', shape, data: new Float32Array(0) }]));
}

it.each<[string, Record<string, readonly Dimension[] | undefined>, Record<string, readonly number[]>]>([
  ['any size for -1', { x: [-1, 3] }, { x: [7, 3] }],
  ['size 0 for -1', { x: [-1, 3] }, { x: [0, 3] }],
  ['any rank for an unknown one', { x: undefined }, { x: [1, 2, 3] }],
  ['a scalar', { x: [] }, { x: [] }],
  ['one size for a name', { x: ['n', 2], y: ['n'] }, { x: [5, 2], y: [5] }],
  ['an input that is not there', { x: [2], y: [3] }, { x: [2] }],
])('takes %s', (_what, declared, sent) => {
  expect(() => checkShapes(signatureOf(declared), inputsOf(sent))).not.toThrow();
});

it.each<[string, Record<string, readonly Dimension[] | undefined>, Record<string, readonly number[]>, readonly string[]]>([
  ['another size', { x: [-1, 3] }, { x: [7, 4] }, ['x', '-1, 3', '7, 4']],
  ['another rank', { x: [-1, 3] }, { x: [3] }, ['x', '-1, 3', '3']],
  ['a list for a scalar', { x: [] }, { x: [1] }, ['x', '', '1']],
  ['two sizes for a name', { x: ['n', 2], y: ['n'] }, { x: [5, 2], y: [6] }, ['y', 'n=5', '6']],
  ['two sizes for a name in one input', { x: ['n', 'n'] }, { x: [5, 6] }, ['x', 'n=5, n=5', '5, 6']],
])('refuses %s, naming the input and both shapes', (_what, declared, sent, args) => {
  expect(() => checkShapes(signatureOf(declared), inputsOf(sent))).toThrow(expect.objectContaining({ code: 'SRV_INPUT_SHAPE_MISMATCH', args }));
});
