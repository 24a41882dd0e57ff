import { create } from '@servable/protos';
import { GraphDefSchema } from '@servable/protos/saved-model';
import { describe, expect, it } from 'vitest';
import { OpCounter, totalOf } from '../../src/graph/count-ops.ts';
import { indexGraph } from '../../src/graph/graph-index.ts';
import { openSavedModel } from '../../src/model/open-saved-model.ts';
import { goldenVersions } from '../fixtures.ts';

describe.each(goldenVersions())('%s', (_title, directory, golden) => {
  it('needs the ops that TensorFlow counts, for each signature, to restore and to initialize', async () => {
    const { graph, metaGraph } = await openSavedModel(directory);
    const counter = new OpCounter(graph);
    const ops = (tensors: readonly string[]): string[] => [...counter.count(tensors).keys()].toSorted();
    for (const [name, signature] of Object.entries(golden.signatures)) {
      if (signature.ops === undefined) continue;
      const outputs = Object.values(metaGraph.signatureDef[name]?.outputs ?? {}).map(({ encoding }) => (encoding.case === 'name' ? encoding.value : ''));
      expect(ops(outputs)).toEqual(signature.ops);
      expect(totalOf(counter.count(outputs))).toBe(signature.nodes);
    }
    expect(ops([golden.restore_op_name])).toEqual(golden.restore_ops);
    expect(ops(golden.init_targets)).toEqual(golden.init_ops);
  });
});

function chainOf(length: number, calls: number): OpCounter {
  const call = (name: string, callee: number): object => ({ name, op: 'PartitionedCall', attr: { f: { value: { case: 'func', value: { name: `f${callee}` } } } } });
  const functions = Array.from({ length }, (_, at) => {
    const nodes = at === length - 1 ? [{ name: 'leaf', op: 'Leaf' }] : Array.from({ length: calls }, (_each, turn) => call(`call${turn}`, at + 1));
    return { signature: { name: `f${at}` }, nodeDef: nodes, controlRet: Object.fromEntries(nodes.map(({ name }: { name?: string }) => [name ?? '', name ?? ''])) };
  });
  return new OpCounter(indexGraph(create(GraphDefSchema, { node: [call('start', 0)], library: { function: functions } })));
}

it('counts a function at every call, however many calls that makes', () => {
  expect(chainOf(3, 2).count(['start']).get('Leaf')).toBe(4);
  expect(chainOf(50, 2).count(['start']).get('Leaf')).toBe(2 ** 49);
});

it('follows a long chain of calls', () => {
  expect(chainOf(20_000, 1).count(['start:0']).get('Leaf')).toBe(1);
});

it('ends with functions that call themselves or each other', () => {
  const body = (callee: string): object[] => [
    { name: 'op', op: 'Op' },
    { name: 'again', op: callee, input: ['op:y:0'] },
  ];
  const graph = create(GraphDefSchema, {
    node: [{ name: 'start', op: 'a' }],
    library: {
      function: [
        { signature: { name: 'a' }, nodeDef: body('b'), ret: { y: 'again:y:0' } },
        { signature: { name: 'b' }, nodeDef: body('a'), ret: { y: 'again:y:0' } },
      ],
    },
  });
  expect(new OpCounter(indexGraph(graph)).count(['start'])).toEqual(new Map([['Op', 2]]));
});
