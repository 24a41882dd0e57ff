import { expect, it } from 'vitest';
import { type RowOutput, rowOutputs } from '../../src/proof/prove-row-independence.ts';
import { constant, input, modelOf, node, output } from './graph-builder.ts';
import { readModelOf } from './read-model.ts';

/** What is told of the outputs of a graph that is given rows of three numbers. */
async function told(nodes: readonly ReturnType<typeof node>[], outputs: readonly string[]): Promise<Readonly<Record<string, RowOutput>>> {
  const initializer = [constant('one', 'int64', [1], [1]), constant('zero', 'int64', [1], [0]), constant('five', 'int64', [2], [5, 3])];
  const model = modelOf({ node: [...nodes], input: [input('x', 'float', ['n', 3])], output: outputs.map((name) => output(name)), initializer });
  return Object.fromEntries(rowOutputs(await readModelOf(model), { inputs: ['x'], outputs }));
}

const SIZES = [node('Shape', ['x'], ['shape']), node('Gather', ['shape', 'zero'], ['rows']), node('Concat', ['rows', 'one'], ['times'], { axis: 0 })];

it('tells rows from numbers of how many there are', async () => {
  expect(await told([...SIZES, node('Relu', ['x'], ['y'])], ['y', 'times', 'rows'])).toEqual({ y: 'rows', times: ['rows', 1], rows: ['rows'] });
});

it('tells nothing of what mixes rows, and of the others what they are', async () => {
  const mean = node('ReduceMean', ['x'], ['mean'], { axes: [0] });
  expect(await told([...SIZES, mean, node('Relu', ['x'], ['y'])], ['y', 'mean', 'times'])).toEqual({ y: 'rows', times: ['rows', 1] });
});

it('tells nothing of numbers that are made of how many rows there are', async () => {
  expect(await told([...SIZES, node('Mul', ['rows', 'rows'], ['square'])], ['square'])).toEqual({});
});

it('tells nothing at all where some node may fail for some numbers of rows', async () => {
  expect(await told([node('Relu', ['x'], ['y']), node('Reshape', ['x', 'five'], ['z'])], ['y'])).toEqual({});
});
