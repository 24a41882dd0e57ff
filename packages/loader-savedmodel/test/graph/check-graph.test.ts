import { create } from '@servable/protos';
import { GraphDefSchema } from '@servable/protos/saved-model';
import { expect, it } from 'vitest';
import { checkGraph } from '../../src/graph/check-graph.ts';
import { indexGraph } from '../../src/graph/graph-index.ts';
import { refusal } from '../fixtures.ts';

type Nodes = readonly { readonly name: string; readonly op?: string; readonly input?: string[] }[];

function check(nodes: Nodes, bodies: readonly { readonly name: string; readonly nodes: Nodes; readonly inputs?: readonly string[] }[] = []): void {
  const functions = bodies.map(({ name, nodes: nodeDef, inputs = [] }) => ({
    signature: { name, inputArg: inputs.map((input) => ({ name: input })) },
    nodeDef: [...nodeDef],
    ret: Object.fromEntries(nodeDef.map((node) => [node.name, `${node.name}:y:0`])),
  }));
  const graph = create(GraphDefSchema, { node: [...nodes], library: { function: functions } });
  checkGraph('saved_model.pb', { graph, index: indexGraph(graph), roots: nodes.map(({ name }) => name) });
}

it.each([
  ['a name that stands twice', [{ name: 'a' }, { name: 'a' }], [], "Node 'a' is not unique"],
  ['an input that is no node', [{ name: 'a', input: ['^b'] }], [], "Node 'a': Unknown input node 'b'"],
  ['a node that needs itself', [{ name: 'a', input: ['a:1'] }], [], '1 nodes in a cycle'],
  ['a cycle, and what needs it', [{ name: 'z' }, { name: 'a', input: ['b', 'z'] }, { name: 'b', input: ['a'] }, { name: 'c', input: ['b'] }], [], '3 nodes in a cycle'],
  ['a body with a name that stands twice', [{ name: 'a', op: 'f' }], [{ name: 'f', nodes: [{ name: 'x' }, { name: 'x' }] }], "Node 'x' is not unique"],
  ['a body with an input that is neither node nor argument', [{ name: 'a', op: 'f' }], [{ name: 'f', nodes: [{ name: 'x', input: ['p', 'q:y:0'] }], inputs: ['p'] }], "Node 'x': Unknown input node 'q'"],
])('refuses %s', async (_title, nodes, bodies, reason) => {
  const error = await refusal(() => check(nodes, bodies));
  expect(error).toMatchObject({ code: 'SRV_SAVEDMODEL_GRAPH_INVALID', status: 'INVALID_ARGUMENT' });
  expect(error.message.startsWith(reason)).toBe(true);
});

it('takes loops of TensorFlow 1, functions that nobody calls, and functions that call themselves', () => {
  const loop: Nodes = [{ name: 'enter' }, { name: 'merge', op: 'Merge', input: ['enter', 'next'] }, { name: 'next', op: 'NextIteration', input: ['merge:1'] }];
  expect(() => check([...loop, { name: 'call', op: 'f' }], [{ name: 'f', nodes: [{ name: 'x', op: 'f' }] }, { name: 'unused', nodes: [{ name: 'x', input: ['nowhere'] }] }])).not.toThrow();
});
