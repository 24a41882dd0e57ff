import type { Signature } from '@servable/core';
import type { GraphToWrite, NodeToWrite } from '@servable/onnx-graph';
import { create } from '@servable/protos';
import { GraphDefSchema } from '@servable/protos/saved-model';
import { DataType } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { emitGraph } from '../../src/compile/emit-graph.ts';
import { inlineFunctions } from '../../src/compile/flow/inline-functions.ts';
import { UncoveredNodes } from '../../src/compile/uncovered.ts';
import { indexGraph } from '../../src/graph/graph-index.ts';

type Node = NonNullable<NonNullable<Exclude<Parameters<typeof create<typeof GraphDefSchema>>[1], undefined>>['node']>[number];

const calls = (name: string): { readonly value: { readonly case: 'func'; readonly value: { readonly name: string } } } => ({ value: { case: 'func', value: { name } } });
const truth = (value: boolean): Node => ({
  name: 'condition',
  op: 'Const',
  attr: { value: { value: { case: 'tensor', value: { dtype: DataType.DT_BOOL, tensorShape: {}, boolVal: [value] } } } },
});
const FED: Node = { name: 'condition', op: 'Placeholder' };
const CHOICE: Node = { name: 'choice', op: 'If', input: ['condition', 'x', 'h'], attr: { then_branch: calls('yes'), else_branch: calls('no') } };

/** `y` is what `yes` or `no` make of `x` and of `h`, which is the exponential of `x`. */
function emit(condition: Node, { yes, no }: { readonly yes: readonly Node[]; readonly no: readonly Node[] }): GraphToWrite {
  const functions = Object.entries({ yes, no }).map(([name, nodes]) => ({
    signature: { name, inputArg: [{ name: 'a' }, { name: 'b' }], outputArg: [{ name: 'out' }] },
    nodeDef: [...nodes],
    ret: { out: 'last:y:0' },
    controlRet: Object.fromEntries(nodes.filter(({ op }) => op === 'AssignVariableOp').map(({ name: each = '' }) => [each, each])),
  }));
  const nodes: Node[] = [{ name: 'x', op: 'Placeholder' }, condition, { name: 'h', op: 'Exp', input: ['x'] }, CHOICE, { name: 'y', op: 'AddV2', input: ['choice', 'h'] }];
  const graph = inlineFunctions(indexGraph(create(GraphDefSchema, { node: nodes, library: { function: functions } })), ['x:0', 'condition:0', 'y:0']);
  const inputs: Signature['inputs'] = new Map([
    ['x', { dtype: 'FP32', shape: [-1, 3], graphName: 'x:0' }],
    ...(condition === FED ? ([['condition', { dtype: 'BOOL', shape: [], graphName: 'condition:0' }]] as const) : []),
  ]);
  const signature: Signature = { methodName: 'tensorflow/serving/predict', defaults: new Map(), batching: 'none', inputs, outputs: new Map([['y', { dtype: 'FP32', shape: [-1, 3], graphName: 'y:0' }]])  };
  const emitted = emitGraph({ graph, signature, findVariable: () => undefined });
  if ('steps' in emitted) throw new Error('it was cut');
  return emitted.model.graph;
}

const ODD: readonly Node[] = [{ name: 'last', op: 'NoSuchOp', input: ['a'] }];
const TANH: readonly Node[] = [{ name: 'last', op: 'Tanh', input: ['b'] }];
const TWICE: readonly Node[] = [{ name: 'first', op: 'Tanh', input: ['b'] }, { name: 'last', op: 'Neg', input: ['first:y:0'] }];
const CHANGES: readonly Node[] = [...TANH, { name: 'change', op: 'AssignVariableOp', input: ['a', 'b'] }];

function operators({ nodes }: GraphToWrite): readonly string[] {
  return nodes.map(({ operator }) => operator);
}

function graphsOf({ attributes }: NodeToWrite): readonly GraphToWrite[] {
  return Object.values(attributes).flatMap((value) => (typeof value === 'object' && 'graph' in value ? [value.graph] : []));
}

/** Names that nodes take where nothing of that name is around them. */
function strayNames({ nodes, inputs, initializers, outputs }: GraphToWrite, around: readonly string[] = []): readonly string[] {
  const known = new Set([...around, ...inputs.map(({ name }) => name), ...initializers.keys()]);
  const stray: string[] = [];
  for (const node of nodes) {
    stray.push(...node.inputs.filter((name) => !known.has(name)), ...graphsOf(node).flatMap((graph) => strayNames(graph, [...known])));
    for (const name of node.outputs) known.add(name);
  }
  return [...stray, ...outputs.map(({ name }) => name).filter((name) => !nodes.some((node) => node.outputs.includes(name)))];
}

function uncoveredOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof UncoveredNodes) return error.nodes.map(({ node, op }) => `${node} ${op}`);
    throw error;
  }
  return [];
}

it.each([
  [true, { yes: TANH, no: ODD }],
  [false, { yes: ODD, no: TANH }],
])('writes only the branch that a constant condition takes: %s', (value, branches) => {
  expect(operators(emit(truth(value), branches))).toEqual(['Exp', 'Tanh', 'Add']);
});

it('names what is not covered in branches that may be taken', () => {
  expect(uncoveredOf(() => emit(FED, { yes: ODD, no: TANH }))).toEqual(['choice/then/last NoSuchOp']);
  expect(uncoveredOf(() => emit(FED, { yes: ODD, no: ODD }))).toEqual(['choice/then/last NoSuchOp', 'choice/else/last NoSuchOp']);
  expect(uncoveredOf(() => emit(truth(false), { yes: TANH, no: ODD }))).toEqual(['choice/else/last NoSuchOp']);
});

it('does not take a branch that changes a variable for one that computes', () => {
  expect(uncoveredOf(() => emit(FED, { yes: CHANGES, no: TANH }))).toEqual(['choice/then/change AssignVariableOp']);
});

it('makes in each branch what both need, and takes what is made around them from there', () => {
  const graph = emit(FED, { yes: TANH, no: TWICE });
  expect(operators(graph)).toEqual(['Exp', 'If', 'Add']);
  expect(graph.nodes.flatMap(graphsOf).map(operators)).toEqual([['Tanh'], ['Tanh', 'Neg']]);
  expect(strayNames(graph)).toEqual([]);
});
