import type { MessageInitShape } from '@bufbuild/protobuf';
import { create } from '@servable/protos';
import { type FunctionDefSchema, GraphDefSchema, type NodeDefSchema } from '@servable/protos/saved-model';
import { TensorProtoSchema } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { indexGraph } from '../../src/graph/graph-index.ts';
import { restoredVariables, type RestoredVariable } from '../../src/model/restored-variables.ts';
import { openSavedModel } from '../../src/model/open-saved-model.ts';
import { fixture, refusal } from '../fixtures.ts';

interface Node {
  readonly name: string;
  readonly op: string;
  readonly input?: string[];
  readonly strings?: readonly string[];
}

const encoded = (texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

function nodeDef({ name, op, input = [], strings }: Node): MessageInitShape<typeof NodeDefSchema> {
  if (strings === undefined) return { name, op, input };
  const tensor = { dtype: 7 as const, tensorShape: { dim: [{ size: BigInt(strings.length) }] }, stringVal: encoded(strings) };
  return { name, op, input, attr: { value: { value: { case: 'tensor', value: create(TensorProtoSchema, tensor) } } } };
}

function restore(nodes: readonly Node[], functions: MessageInitShape<typeof FunctionDefSchema>[] = []): readonly RestoredVariable[] {
  const graph = create(GraphDefSchema, { node: nodes.map(nodeDef), library: { function: functions } });
  return restoredVariables('saved_model.pb', indexGraph(graph), 'restore');
}

const byFirst = (left: readonly unknown[], right: readonly unknown[]): number => (String(left[0]) < String(right[0]) ? -1 : 1);

it('finds the parts of partitioned variables', async () => {
  const { restored } = await openSavedModel(fixture('bundle_zoo/2'));
  expect(restored.map(({ node, values }) => [node, values[0]?.checkpointKey, values[0]?.slice]).toSorted(byFirst)).toEqual([
    ['w/part_0', 'w', { shape: [7, 4], region: { starts: [0, 0], lengths: [3, 4] } }],
    ['w/part_1', 'w', { shape: [7, 4], region: { starts: [3, 0], lengths: [2, 4] } }],
    ['w/part_2', 'w', { shape: [7, 4], region: { starts: [5, 0], lengths: [2, 4] } }],
    ['w2/part_0', 'w2', { shape: [4, 6], region: { starts: [0, 0], lengths: [4, 3] } }],
    ['w2/part_1', 'w2', { shape: [4, 6], region: { starts: [0, 3], lengths: [4, 3] } }],
  ]);
});

it('finds the keys and values of tables', async () => {
  const { restored } = await openSavedModel(fixture('string_model/1'));
  expect(restored.map(({ node, setter, values }) => [node, setter, values.length]).toSorted(byFirst)).toEqual([
    ['MutableDenseHashTable', 'LookupTableImportV2', 2],
    ['MutableHashTable', 'LookupTableImportV2', 2],
  ]);
});

const names: Node = { name: 'names', op: 'Const', strings: ['first', 'second'] };
const slices: Node = { name: 'slices', op: 'Const', strings: ['', ''] };
const reading: readonly Node[] = [names, slices, { name: 'prefix', op: 'Placeholder' }, { name: 'read', op: 'RestoreV2', input: ['prefix', 'names', 'slices'] }];

it('follows a tensor through any number of nodes that pass it on', () => {
  const chain = Array.from({ length: 50_000 }, (_, at): Node => ({ name: `i${at}`, op: 'Identity', input: [at === 0 ? 'read:1' : `i${at - 1}`] }));
  const set: Node = { name: 'restore', op: 'Assign', input: ['v', 'i49999'] };
  expect(restore([...reading, ...chain, { name: 'v', op: 'VariableV2' }, set])).toEqual([{ node: 'v', setter: 'Assign', values: [{ checkpointKey: 'second', slice: undefined }] }]);
});

it('leaves out what is not set from the checkpoint, or goes in a circle', () => {
  const circle: readonly Node[] = [
    { name: 'x', op: 'Identity', input: ['y'] },
    { name: 'y', op: 'Identity', input: ['x'] },
  ];
  const sets: readonly Node[] = [
    { name: 'a', op: 'Assign', input: ['v', 'x'] },
    { name: 'b', op: 'Assign', input: ['v', 'names'] },
    { name: 'c', op: 'Assign', input: ['v', 'read:7'] },
    { name: 'd', op: 'Assign' },
    { name: 'restore', op: 'NoOp', input: ['^a', '^b', '^c', '^d'] },
  ];
  expect(restore([...reading, ...circle, ...sets, { name: 'v', op: 'VariableV2' }])).toEqual([]);
});

it('asks once for the names of many variables', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `variable${at}`);
  const sets = many.map((name, at): Node => ({ name: `set${at}`, op: 'Assign', input: [name, `read:${at}`] }));
  const nodes: readonly Node[] = [
    { ...names, strings: many },
    { ...slices, strings: many.map(() => '') },
    { name: 'read', op: 'RestoreV2', input: ['prefix', 'names', 'slices'] },
    ...many.map((name): Node => ({ name, op: 'VariableV2' })),
    ...sets,
    { name: 'restore', op: 'NoOp', input: sets.map(({ name }) => `^${name}`) },
  ];
  const restored = restore(nodes);
  expect(restored).toHaveLength(20_000);
  expect(restored.every(({ node, values }) => values[0]?.checkpointKey === node)).toBe(true);
});

it('is refused when functions call each other without end', async () => {
  const body = [{ name: 'x', op: 'f' }, { name: 'y', op: 'f' }];
  const endless = { signature: { name: 'f' }, nodeDef: body, controlRet: { x: 'x', y: 'y' } };
  expect((await refusal(() => restore([{ name: 'restore', op: 'f' }], [endless]))).message).toContain('calls functions more than 1000 times');
});

it.each(['7 4 0,3', '7 4 0,3:5,9', '7 x 0,3:-', '7 4 0;3:-', '7 4 -1,3:-', '0,3'])('is refused when it asks for a part that is none: %j', async (text) => {
  const nodes: readonly Node[] = [...reading.filter((node) => node !== slices), { ...slices, strings: [text, text] }, { name: 'v', op: 'VariableV2' }, { name: 'restore', op: 'Assign', input: ['v', 'read'] }];
  expect(await refusal(() => restore(nodes))).toMatchObject({ code: 'SRV_CHECKPOINT_TARGET_INVALID' });
});
