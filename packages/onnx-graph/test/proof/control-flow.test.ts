import { expect, it } from 'vitest';
import { type AttributeValue, constant, type GraphInit, input, node, type NodeInit } from './graph-builder.ts';
import { type GraphCase, proofOf, verdictOf } from './proof-case.ts';

const body = (nodes: readonly NodeInit[], outputs: readonly string[], inputs: GraphInit['input'] = []): AttributeValue => ({
  graph: { node: [...nodes], input: inputs, output: outputs.map((name) => ({ name })) },
});

const branches = (condition: readonly NodeInit[], yes: NodeInit, no: NodeInit): GraphCase => ({
  inputs: { x: 'n 3' },
  nodes: [...condition, node('If', ['c'], ['y'], { then_branch: body([yes], yes.output ?? []), else_branch: body([no], no.output ?? []) })],
  constants: [constant('zero', 'float', [], [0]), constant('rowsOfTen', 'int64', [1], [10]), constant('first', 'int64', [1], [0]), constant('t', 'bool', [], [1])],
});
const negated = node('Neg', ['x'], ['a']);
const doubled = node('Add', ['x', 'x'], ['b']);
const ofRows = [node('ReduceSum', ['x'], ['s'], { keepdims: 0 }), node('Greater', ['s', 'zero'], ['c'])];
const ofTheirNumber = [node('Shape', ['x'], ['s'], { end: 1 }), node('Greater', ['s', 'rowsOfTen'], ['c'])];
const ofWhatIsStored = [node('Identity', ['t'], ['c'])];

it.each([
  ['follows the branch that a stored condition takes', branches(ofWhatIsStored, negated, node('ReduceMax', ['x'], ['b'], { axes: [0] })), 'rows'],
  ['ends at a condition made of all rows', branches(ofRows, negated, doubled), /reduces all axes/],
  ['ends at a condition made of how many rows there are', branches(ofTheirNumber, negated, doubled), /computes with the number of rows/],
  ['needs both branches where the condition is not known', branches([node('ReduceMax', ['stored'], ['m'], { keepdims: 0 }), node('Greater', ['m', 'zero'], ['c'])], negated, node('Softmax', ['x'], ['b'], { axis: 0 })), /works along axis 0/],
  ['takes two branches that keep rows apart', branches([node('ReduceMax', ['stored'], ['m'], { keepdims: 0 }), node('Greater', ['m', 'zero'], ['c'])], negated, doubled), 'rows'],
  ['ends where one branch has the batch elsewhere', branches([node('ReduceMax', ['stored'], ['m'], { keepdims: 0 }), node('Greater', ['m', 'zero'], ['c'])], negated, node('Transpose', ['x'], ['b'])), /another axis on another way/],
  ['ends where one branch has no rows', branches([node('ReduceMax', ['stored'], ['m'], { keepdims: 0 }), node('Greater', ['m', 'zero'], ['c'])], negated, node('Identity', ['stored'], ['b'])), /rows on one way through it, and none on another/],
])('If %s', async (_title, graph, expected) => {
  const stored = constant('stored', 'float', [1, 3], [1, 2, 3]);
  const verdict = await verdictOf({ ...graph, constants: [...(graph.constants ?? []), stored] });
  if (typeof expected === 'string') expect(verdict).toBe(expected);
  else expect(verdict).toMatch(expected);
});

it('names the node inside a branch', async () => {
  const graph = branches([node('Identity', ['t'], ['c'])], node('Softmax', ['x'], ['inside'], { axis: 0 }), doubled);
  expect(await proofOf(graph)).toEqual({ isProven: false, reason: 'it works along axis 0, which is the batch', node: { name: 'Softmax inside', operator: 'Softmax' } });
});

const scalars = [input('i', 'int64', []), input('going', 'bool', [])];
const looped = (step: readonly NodeInit[], options: { readonly rounds?: string; readonly still?: NodeInit; readonly before?: readonly NodeInit[] } = {}): GraphCase => ({
  inputs: { x: 'n 3' },
  nodes: [
    ...(options.before ?? []),
    node('Loop', [options.rounds ?? 'rounds', '', 'x'], ['last', 'all'], {
      body: body([...step, options.still ?? node('Identity', ['going'], ['still']), node('Identity', ['next'], ['seen'])], ['still', 'next', 'seen'], [...scalars, input('carried', 'float', ['a', 'b'])]),
    }),
    node('Transpose', ['all'], ['y'], { perm: [1, 0, 2] }),
  ],
  constants: [constant('rounds', 'int64', [], [3]), constant('first', 'int64', [], [0]), constant('zero', 'float', [], [0])],
});

it.each([
  ['that keeps rows apart', looped([node('Add', ['carried', 'x'], ['next'])]), 'rows'],
  ['that mixes rows', looped([node('Softmax', ['carried'], ['next'], { axis: 0 })]), /works along axis 0/],
  ['that turns the batch from round to round', looped([node('Transpose', ['carried'], ['next'])]), /another axis on another way/],
  ['that runs once for each row', looped([node('Add', ['carried', 'x'], ['next'])], { rounds: 'count', before: [node('Shape', ['x'], ['s']), node('Gather', ['s', 'first'], ['count'])] }), /how often it runs depends on how many rows there are/],
  ['that runs until all rows say so', looped([node('Neg', ['carried'], ['next']), node('ReduceMax', ['next'], ['m'], { keepdims: 0 })], { still: node('Greater', ['m', 'zero'], ['still']) }), /reduces all axes/],
  ['that collects what grows', looped([node('Concat', ['carried', 'x'], ['next'], { axis: 1 })]), /sizes may change from round to round/],
])('follows a Loop %s', async (_title, graph, expected) => {
  const verdict = await verdictOf(graph);
  if (typeof expected === 'string') expect(verdict).toBe(expected);
  else expect(verdict).toMatch(expected);
});

it('follows what a Loop made to grow', async () => {
  const { nodes, ...graph } = looped([node('Concat', ['carried', 'x'], ['next'], { axis: 1 })]);
  const kept = nodes.slice(0, -1);
  const lastOnly = kept.map((each) => (each.opType === 'Loop' ? { ...each, output: ['y', ''] } : each));
  expect(await verdictOf({ ...graph, nodes: lastOnly })).toBe('rows');
});

const scanned = (step: NodeInit, attributes: Readonly<Record<string, AttributeValue>>, shape = 'n 4 3'): GraphCase => ({
  inputs: { x: shape, h: 'n 3' },
  nodes: [
    node('Scan', ['h', 'x'], ['y', 'all'], {
      num_scan_inputs: 1,
      body: body([step, node('Identity', ['next'], ['seen'])], ['next', 'seen'], [input('state', 'float', ['a', 'b']), input('each', 'float', ['a', 'b'])]),
      ...attributes,
    }),
  ],
});

it.each([
  ['over steps', scanned(node('Add', ['state', 'each'], ['next']), { scan_input_axes: [1] }), 'rows'],
  ['over rows', scanned(node('Add', ['state', 'each'], ['next']), { scan_input_axes: [0] }), /works along axis 0/],
  ['that mixes rows', scanned(node('CumSum', ['state', 'axis'], ['next']), { scan_input_axes: [1] }), /works along axis 0/],
])('follows a Scan %s', async (_title, graph, expected) => {
  const verdict = await verdictOf({ ...graph, constants: [constant('axis', 'int64', [], [0])] });
  if (typeof expected === 'string') expect(verdict).toBe(expected);
  else expect(verdict).toMatch(expected);
});
