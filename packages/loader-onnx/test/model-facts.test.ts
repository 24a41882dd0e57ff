import { ServingError } from '@servable/core';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '@servable/protos/onnx';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelFacts } from '../src/index.ts';
import { FIXTURES, readGoldens, versionPath } from './golden.ts';
import { BFLOAT16, directoryWith, externalTensor, FLOAT, identityModel, INT64, modelBytes, value } from './onnx-builder.ts';

const never = new AbortController().signal;
const models = readGoldens().flatMap((golden) => Object.entries(golden.versions).map(([version, expected]) => ({ golden, version, expected })));

function factsOf(bytes: Uint8Array) {
  return readModelFacts(join(directoryWith({ 'model.onnx': bytes }), 'model.onnx'), never);
}

describe.each(models)('$golden.model version $version', ({ golden, version, expected }) => {
  const path = join(versionPath(golden.base_path, version), 'model.onnx');

  it('has the facts that ONNX tells of it', async () => {
    const facts = await readModelFacts(path, never);
    expect({
      ir_version: facts.irVersion,
      opsets: Object.fromEntries(facts.opsets),
      producer_name: facts.producer,
      graph_name: facts.graphName,
      metadata_props: Object.fromEntries(facts.metadata),
      nodes: facts.nodes,
      inputs: facts.inputs.map(({ name }) => name),
    }).toEqual({
      ir_version: expected.ir_version,
      opsets: expected.opsets,
      producer_name: expected.producer_name,
      graph_name: expected.graph_name,
      metadata_props: expected.metadata_props,
      nodes: expected.nodes,
      inputs: expected.inputs.map(({ name }) => name),
    });
    expect([...facts.operators.keys()].sort()).toEqual(expected.ops.toSorted());
  });

  it('has the tensors that a full decoder finds', async () => {
    const facts = await readModelFacts(path, never);
    const graph = fromBinary(ModelProtoSchema, await readFile(path)).graph;
    const elements = (dims: readonly bigint[]): number => dims.reduce((product, size) => product * Number(size), 1);
    const stored = [...(graph?.initializer ?? []), ...(graph?.node ?? []).flatMap((node) => node.attribute.flatMap(({ t, tensors }) => [...(t ? [t] : []), ...tensors]))];
    // Subgraphs have constants too, so that there are at least these.
    expect(facts.parameters).toBeGreaterThanOrEqual(stored.reduce((sum, { dims }) => sum + elements(dims), 0));
    expect(facts.externalData.map(({ tensor }) => tensor)).toEqual(stored.filter(({ dataLocation }) => dataLocation === 1).map(({ name }) => name));
    expect(facts.outputs.map(({ name }) => name)).toEqual(graph?.output.map(({ name }) => name));
  });
});

it('tells tensors, sequences and maps apart, and an unknown rank from a scalar', async () => {
  const facts = await factsOf(
    modelBytes({
      input: [
        value('unknown', FLOAT),
        value('scalar', INT64, []),
        value('named', BFLOAT16, ['n', 3, '']),
        { name: 'list', type: { value: { case: 'sequenceType', value: {} } } },
        { name: 'table', type: { value: { case: 'mapType', value: {} } } },
        { name: 'untyped' },
      ],
    }),
  );
  expect(facts.inputs).toEqual([
    { name: 'unknown', kind: 'tensor', dtype: 'FP32', shape: undefined },
    { name: 'scalar', kind: 'tensor', dtype: 'INT64', shape: [] },
    { name: 'named', kind: 'tensor', dtype: 'BF16', shape: ['n', 3, -1] },
    { name: 'list', kind: 'sequence', dtype: undefined, shape: undefined },
    { name: 'table', kind: 'map', dtype: undefined, shape: undefined },
    { name: 'untyped', kind: undefined, dtype: undefined, shape: undefined },
  ]);
});

it('does not count an initializer as an input, though the graph lists it as one', async () => {
  const weights = { name: 'w', dataType: FLOAT, dims: [2n], rawData: new Uint8Array(8) };
  const facts = await factsOf(modelBytes({ input: [value('x', FLOAT, [2]), value('w', FLOAT, [2])], initializer: [weights] }));
  expect([facts.inputs.map(({ name }) => name), facts.parameters]).toEqual([['x'], 2]);
});

it('finds operators and external data inside subgraphs', async () => {
  const body = { node: [{ opType: 'Custom', domain: 'acme' }], initializer: [externalTensor('inner', 4, { location: 'w.bin', offset: '8' })] };
  const facts = await factsOf(modelBytes({ node: [{ opType: 'Loop', attribute: [{ name: 'body', g: body }] }] }));
  expect([...facts.operators]).toEqual([['acme::Custom', 1], ['Loop', 1]]);
  expect(facts.externalData).toEqual([{ tensor: 'inner', location: 'w.bin', offset: 8, length: 16 }]);
});

it('reads a graph behind four gigabytes of weights without reading them', async () => {
  const directory = directoryWith({ 'model.onnx': '' });
  const path = join(directory, 'model.onnx');
  const huge = 4 * 2 ** 30;
  const output = Uint8Array.of(0x62, 3, 0x0a, 1, 0x79); // GraphProto.output: name "y"
  const tensor = Uint8Array.of(0x4a, ...varint(huge)); // TensorProto.raw_data
  const initializer = Uint8Array.of(0x2a, ...varint(tensor.length + huge)); // GraphProto.initializer
  const graph = Uint8Array.of(0x3a, ...varint(initializer.length + tensor.length + huge + output.length)); // ModelProto.graph
  const head = Buffer.concat([graph, initializer, tensor]);
  const file = await open(path, 'w');
  await file.write(head, 0, head.length, 0);
  await file.write(output, 0, output.length, head.length + huge); // The weights are a hole in the file.
  await file.close();
  const facts = await readModelFacts(path, never);
  expect([facts.fileBytes, facts.outputs.map(({ name }) => name)]).toEqual([head.length + huge + output.length, ['y']]);
});

function varint(count: number): number[] {
  return count < 128 ? [count] : [(count % 128) + 128, ...varint(Math.floor(count / 128))];
}

it.each([
  ['graphs nested without end', () => modelBytes(nestedGraph(70)), /nested deeper than 64/],
  ['a name of a megabyte', () => modelBytes({ name: 'x'.repeat(2 ** 20) }), /a text of 1048576 bytes/],
  ['no graph', () => Uint8Array.of(0x08, 8), /no graph/],
  ['no bytes', () => new Uint8Array(0), /empty/],
  ['an integer without end', () => new Uint8Array(100).fill(0xff), /integer is too long/],
  ['a group, which ONNX does not use', () => Uint8Array.of(0x3b), /wire type 3/],
])('refuses %s', async (_, bytes, words) => {
  const facts = factsOf(bytes());
  await expect(facts).rejects.toMatchObject({ code: 'SRV_ONNX_MODEL_INVALID' });
  await expect(facts).rejects.toThrow(words);
});

type Graph = Parameters<typeof modelBytes>[0];
function nestedGraph(depth: number): Graph {
  return { node: [{ opType: 'If', attribute: depth === 0 ? [] : [{ name: 'then_branch', g: nestedGraph(depth - 1) }] }] };
}

it('ends with an answer or a ServingError, whatever the bytes are', async () => {
  const random = randomNumbers(20240607);
  const seeds = await Promise.all(['mlp/1', 'control_flow/1', 'external_data/1', 'strings/1'].map((model) => readFile(join(FIXTURES, model, 'model.onnx'))));
  const outcomes = new Set<string>();
  const path = join(directoryWith({ 'model.onnx': identityModel(FLOAT) }), 'model.onnx');
  for (let round = 0; round < 2000; round += 1) {
    const bytes = Buffer.from(seeds[round % seeds.length] ?? []);
    for (let change = 0; change <= round % 4; change += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const file = await open(path, 'w');
    await file.write(bytes.subarray(0, round % 3 === 0 ? Math.floor(random() * bytes.length) : bytes.length));
    await file.close();
    const outcome: unknown = await readModelFacts(path, never).then(() => 'read', (error: unknown) => error);
    outcomes.add(ServingError.is(outcome) ? outcome.code : String(outcome));
  }
  expect([...outcomes].sort()).toEqual(['SRV_ONNX_MODEL_INVALID', 'read']);
});

/** Mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
