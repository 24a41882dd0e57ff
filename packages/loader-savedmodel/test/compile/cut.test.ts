import type { Signature } from '@servable/core';
import { create } from '@servable/protos';
import { GraphDefSchema } from '@servable/protos/saved-model';
import { DataType } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { describePlan } from '../../src/compile/cut/describe-plan.ts';
import type { EmittedPlan } from '../../src/compile/cut/emitted-plan.ts';
import { emitGraph } from '../../src/compile/emit-graph.ts';
import { inlineFunctions } from '../../src/compile/flow/inline-functions.ts';
import { UncoveredNodes } from '../../src/compile/uncovered.ts';
import { indexGraph } from '../../src/graph/graph-index.ts';

type Node = NonNullable<NonNullable<Exclude<Parameters<typeof create<typeof GraphDefSchema>>[1], undefined>>['node']>[number];
type Attributes = NonNullable<Node['attr']>;

const type = (dtype: DataType): Attributes[string] => ({ value: { case: 'type', value: dtype } });
const tensor = (value: object): Attributes => ({ value: { value: { case: 'tensor', value } } });
const WORDS: Node = {
  name: 'words',
  op: 'Const',
  attr: tensor({ dtype: DataType.DT_STRING, tensorShape: { dim: [{ size: 3n }] }, stringVal: ['a', 'bb', 'ccc'].map((text) => new TextEncoder().encode(text)) }),
};
const AXIS: Node = { name: 'axis', op: 'Const', attr: tensor({ dtype: DataType.DT_INT32, tensorShape: {}, intVal: [0] }) };
const MATRIX: Node = { name: 'matrix', op: 'Const', attr: tensor({ dtype: DataType.DT_FLOAT, tensorShape: { dim: [{ size: 1n }, { size: 2n }] }, floatVal: [1, 2] }) };
/** Lengths of strings, then the lengths of the words that those number, then what is less by so much. */
const CHAIN: readonly Node[] = [
  { name: 's', op: 'Placeholder' },
  { name: 'x', op: 'Placeholder' },
  WORDS,
  AXIS,
  { name: 'lengths', op: 'StringLength', input: ['s'] },
  { name: 'twice', op: 'AddV2', input: ['lengths', 'lengths'] },
  { name: 'picked', op: 'GatherV2', input: ['words', 'twice', 'axis'] },
  { name: 'others', op: 'StringLength', input: ['picked'] },
  { name: 'other', op: 'Cast', input: ['others'], attr: { DstT: type(DataType.DT_FLOAT) } },
  { name: 'tanh', op: 'Tanh', input: ['x'] },
];

function emit(nodes: readonly Node[], functions: Parameters<typeof create<typeof GraphDefSchema>>[1] = {}): EmittedPlan {
  const definition = create(GraphDefSchema, { node: [...nodes], ...functions });
  const graph = inlineFunctions(indexGraph(definition), ['s:0', 'x:0', 'y:0']);
  const inputs: Signature['inputs'] = new Map([
    ['s', { dtype: 'BYTES', shape: [-1], graphName: 's:0' }],
    ['x', { dtype: 'FP32', shape: [-1], graphName: 'x:0' }],
  ]);
  const outputs: Signature['outputs'] = new Map([['y', { dtype: 'FP32', shape: undefined, graphName: 'y:0' }]]);
  const emitted = emitGraph({ graph, signature: { methodName: 'tensorflow/serving/predict', defaults: new Map(), batching: 'none', inputs, outputs }, findVariable: () => undefined });
  if (!('steps' in emitted)) throw new Error('it was not cut');
  return emitted;
}

function operatorsOf({ steps }: EmittedPlan): readonly (readonly string[] | string)[] {
  return steps.map((step) => (step.kind === 'host' ? step.op : step.model.graph.nodes.map(({ operator }) => operator)));
}

it('makes as many segments as there are turns, and computes all as early as it can', () => {
  const plan = emit([...CHAIN, { name: 'y', op: 'Sub', input: ['tanh', 'other'] }]);
  expect(operatorsOf(plan)).toEqual(['StringLength', expect.arrayContaining(['Add', 'Tanh']), 'strings:Gather', 'StringLength', ['Cast', 'Sub']]);
  expect(describePlan(plan)).toBe('2 segments, 3 host nodes: StringLength');
});

it('lets no string into ONNX', () => {
  const plan = emit([...CHAIN, { name: 'y', op: 'Sub', input: ['tanh', 'other'] }]);
  const values = plan.steps.flatMap((step) => (step.kind === 'segment' ? [...step.model.graph.inputs, ...step.model.graph.outputs, ...step.model.graph.initializers.values()] : []));
  expect(values.map(({ dtype }) => dtype)).not.toContain('BYTES');
});

it('has what is made of constants in each segment that needs it, not as an input', () => {
  const softmax: Node = { name: 'weights', op: 'Softmax', input: ['matrix'] };
  const first: Node = { name: 'first', op: 'Mul', input: ['tanh', 'weights'] };
  const last: Node = { name: 'last', op: 'Mul', input: ['other', 'weights'] };
  const plan = emit([...CHAIN, MATRIX, softmax, first, last, { name: 'y', op: 'AddV2', input: ['first', 'last'] }]);
  expect(operatorsOf(plan).filter((each) => each.includes('Softmax'))).toHaveLength(2);
  const crossing = plan.steps.flatMap((step) => (step.kind === 'segment' ? step.inputs : []));
  expect(crossing.filter((name) => name.includes('weights'))).toEqual([]);
});

it('leaves out what no output needs', () => {
  const plan = emit([...CHAIN, { name: 'y', op: 'Cast', input: ['lengths'], attr: { DstT: type(DataType.DT_FLOAT) } }]);
  expect(operatorsOf(plan)).toEqual(['StringLength', ['Cast']]);
});

it('says that a branch has a node which runs outside of ONNX', () => {
  const calls = (name: string): Attributes[string] => ({ value: { case: 'func', value: { name } } });
  const inputArg = [{ name: 'a' }, { name: 'b' }];
  const counted = { signature: { name: 'counted', inputArg, outputArg: [{ name: 'out' }] }, nodeDef: [{ name: 'n', op: 'StringLength', input: ['a'] }], ret: { out: 'n:output:0' } };
  const other = { signature: { name: 'other', inputArg, outputArg: [{ name: 'out' }] }, nodeDef: [{ name: 'n', op: 'Cast', input: ['b'], attr: { DstT: type(DataType.DT_INT32) } }], ret: { out: 'n:y:0' } };
  const condition: Node = { name: 'any', op: 'Any', input: ['positive', 'axis'] };
  const positive: Node = { name: 'positive', op: 'Greater', input: ['x', 'tanh'] };
  const choice: Node = { name: 'y', op: 'If', input: ['any', 's', 'x'], attr: { then_branch: calls('counted'), else_branch: calls('other') } };
  const attempt = (): EmittedPlan => emit([...CHAIN, positive, condition, choice], { library: { function: [counted, other] } });
  expect(attempt).toThrow(UncoveredNodes);
  expect(attempt).toThrow("StringLength ('y/then/n'): it runs outside of ONNX, and a condition says whether it runs");
});
