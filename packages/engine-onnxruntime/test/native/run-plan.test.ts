import { expect, it } from 'vitest';
import { planShape, resolveShape } from '../../src/native/run-plan.ts';

const inputs = [['batch', 4], undefined, ['rows', 'batch', -1]];

it.each([
  ['fixed sizes', [3, 1], [3, 1]],
  ['sizes that inputs have', ['rows', 'batch', 2], [7, 5, 2]],
  ['a scalar', [], []],
])('foretells %s', (_, shape, expected) => {
  const planned = planShape(shape, inputs);
  expect(planned && resolveShape(planned, [[5, 4], [9], [7, 5, 1]])).toEqual(expected);
});

it.each([
  ['an unknown rank', undefined],
  ['a size without a name', [-1, 3]],
  ['a name that no input has', ['found']],
])('does not foretell %s', (_, shape) => {
  expect(planShape(shape, inputs)).toBeUndefined();
});
