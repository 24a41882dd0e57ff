import { AttributeProto_AttributeType } from '@servable/protos/onnx';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { OnnxGraph } from '../../src/model/graph.ts';
import { MalformedProtobuf } from '../../src/model/protobuf-file.ts';
import { externalTensor, FLOAT, INT64, value } from '../onnx-builder.ts';
import { constant, modelOf, node, output } from '../proof/graph-builder.ts';
import { readModelOf } from '../proof/read-model.ts';

const read = async (graph: Parameters<typeof modelOf>[0]): Promise<OnnxGraph> => (await readModelOf(modelOf(graph))).graph;
const x = value('x', FLOAT, ['n', 3]);

it('reads nodes, their subgraphs and attributes', async () => {
  const body = { graph: { node: [node('Neg', ['x'], ['b'])], output: [output('b')], initializer: [constant('c', 'int64', [1], [5])] } };
  const attributes = { i: -3, f: { float: 0.5 }, s: 'text', is: [1, -2, 3], fs: { floats: [0.5, -1] }, ss: ['a', 'b'], t: { tensor: constant('', 'float', [2], [1, 2]) }, g: body };
  const { nodes } = await read({ node: [node('com.example::Op', ['x', '', 'y'], ['z', ''], attributes)], input: [x], output: [output('z')] });
  const [only] = nodes;
  expect(only).toMatchObject({ domain: 'com.example', operator: 'Op', inputs: ['x', '', 'y'], outputs: ['z', ''] });
  const get = (name: string) => only?.attributes.get(name);
  expect([get('i')?.integer, get('f')?.float, get('s')?.text]).toEqual([-3, 0.5, 'text']);
  expect([get('is')?.integers, get('fs')?.floats, get('ss')?.texts]).toEqual([[1, -2, 3], [0.5, -1], ['a', 'b']]);
  expect(get('t')?.tensor).toEqual({ shape: [2], values: [1, 2] });
  expect(get('g')?.graph?.nodes.map(({ operator }) => operator)).toEqual(['Neg']);
  expect(get('g')?.graph?.initializers.get('c')).toEqual({ shape: [1], values: [5] });
});

it('tells an empty list from one that is not there', async () => {
  const empty = { name: 'axes', type: AttributeProto_AttributeType.INTS };
  const { nodes } = await read({ node: [{ ...node('Op', ['x'], ['z'], { other: 1 }), attribute: [empty] }], input: [x], output: [output('z')] });
  expect(nodes[0]?.attributes.get('axes')?.integers).toEqual([]);
  expect(nodes[0]?.attributes.get('axes')?.floats).toBeUndefined();
});

it.each([
  ['float', { dataType: 1, floatData: [0.5, -2] }, [0.5, -2]],
  ['int64', { dataType: 7, int64Data: [1n, -(2n ** 63n)] }, [1, -(2 ** 63)]],
  ['int32', { dataType: 6, int32Data: [1, -7] }, [1, -7]],
  ['bool', { dataType: 9, int32Data: [1, 0] }, [1, 0]],
  ['double', { dataType: 11, doubleData: [0.1, 3] }, [0.1, 3]],
  ['raw float', { dataType: 1, rawData: new Uint8Array(Float32Array.of(1.5, -3).buffer) }, [1.5, -3]],
  ['raw int64', { dataType: 7, rawData: new Uint8Array(BigInt64Array.of(-1n, 2n ** 40n).buffer) }, [-1, 2 ** 40]],
  ['raw int32', { dataType: 6, rawData: new Uint8Array(Int32Array.of(-1, 9).buffer) }, [-1, 9]],
  ['raw uint8', { dataType: 2, rawData: Uint8Array.of(255, 1) }, [255, 1]],
  ['raw bool', { dataType: 9, rawData: Uint8Array.of(0, 1) }, [0, 1]],
  ['raw double', { dataType: 11, rawData: new Uint8Array(Float64Array.of(0.25, 2).buffer) }, [0.25, 2]],
  ['float16', { dataType: 10, int32Data: [1, 2] }, undefined],
  ['too few numbers', { dataType: 1, floatData: [1] }, undefined],
])('reads the numbers of a small tensor of %s', async (_title, tensor, values) => {
  const { initializers } = await read({ node: [], input: [x], output: [], initializer: [{ name: 'c', dims: [2n], ...tensor }] });
  expect(initializers.get('c')).toEqual({ shape: [2], values });
});

it('leaves the numbers of weights alone', async () => {
  const { initializers } = await read({
    node: [],
    input: [x],
    output: [],
    initializer: [
      constant('large', 'float', [40, 40], Array.from({ length: 1600 }, () => 1)),
      externalTensor('elsewhere', 2, { location: 'weights.bin' }),
      { name: 'text', dims: [1n], dataType: 8, stringData: [new Uint8Array([65])] },
    ],
    sparseInitializer: [{ dims: [3n, 4n], values: { name: 'sparse', dims: [1n], dataType: INT64, int64Data: [1n] } }],
  });
  expect(Object.fromEntries(initializers)).toEqual({
    large: { shape: [40, 40], values: undefined },
    elsewhere: { shape: [2], values: undefined },
    text: { shape: [1], values: undefined },
    sparse: { shape: [3, 4], values: undefined },
  });
});

it('leaves long lists alone', async () => {
  const long = Array.from({ length: 5000 }, (_, at) => at);
  const { nodes } = await read({ node: [node('Op', ['x'], ['z'], { long, floats: { floats: long }, short: [1] })], input: [x], output: [output('z')] });
  const attributes = nodes[0]?.attributes;
  expect([attributes?.get('long')?.integers, attributes?.get('floats')?.floats, attributes?.get('short')?.integers]).toEqual([undefined, undefined, [1]]);
});

it('refuses every model that ends too early, and no other way', async () => {
  const bytes = await readFile(join(import.meta.dirname, '../../../../fixtures/onnx/mlp/2/model.onnx'));
  for (let length = 0; length < bytes.length; length += 7) {
    const error: unknown = await readModelOf(bytes.subarray(0, length)).catch((caught: unknown) => caught);
    // Cut between two fields of the model itself, it is whole as far as it goes.
    if (error instanceof Error) expect(error).toBeInstanceOf(MalformedProtobuf);
  }
});
