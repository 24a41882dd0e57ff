import { testLoaderContext } from '@servable/plugin-testing';
import type { Inspection } from '@servable/core';
import { AttributeProto_AttributeType } from '@servable/protos/onnx';
import { expect, it } from 'vitest';
import onnx, { type OnnxOptions } from '../src/index.ts';
import { directoryWith, FLOAT, modelBytes, value } from './onnx-builder.ts';

type Nodes = NonNullable<Parameters<typeof modelBytes>[0]['node']>;
const graph = (...nodes: Nodes): Uint8Array =>
  modelBytes({ node: nodes, input: [value('x', FLOAT, ['n', 3])], output: [value('y', FLOAT, ['n', 3])] });
const APART = graph({ name: 'relu', opType: 'Relu', input: ['x'], output: ['y'] });
/** `y = x − mean(x, axis 0)`. */
const MIXED = graph(
  { name: 'mean', opType: 'ReduceMean', input: ['x'], output: ['mean'], attribute: [{ name: 'axes', type: AttributeProto_AttributeType.INTS, ints: [0n] }] },
  { name: 'sub', opType: 'Sub', input: ['x', 'mean'], output: ['y'] },
);
const WHY = "node 'mean' (ReduceMean): it works along axis 0, which is the batch";

async function inspect(model: Uint8Array, options: OnnxOptions = {}, signature?: object): Promise<{ batching: string | undefined; fact: string | undefined; notes: Inspection['notes'] }> {
  const manifest = signature === undefined ? {} : { 'servable.json': JSON.stringify({ signatures: { serving_default: signature } }) };
  const path = directoryWith({ 'model.onnx': model, ...manifest });
  const plugin = onnx();
  try {
    const inspection = await plugin.inspect?.({ path }, options, testLoaderContext());
    const fact = inspection?.facts.find(({ label }) => label === 'batching of serving_default')?.value;
    return { batching: inspection?.signatures.get('serving_default')?.batching, fact, notes: inspection?.notes ?? [] };
  } finally {
    await plugin.close?.();
  }
}

it('joins requests where rows are proven to stay apart', async () => {
  expect(await inspect(APART)).toEqual({ batching: 'rows', fact: 'rows, because proven', notes: [] });
});

it('joins none of a graph that subtracts the mean of the batch', async () => {
  expect(await inspect(MIXED)).toEqual({ batching: 'none', fact: `none: rows are not proven to stay apart: ${WHY}`, notes: [] });
});

it('does what the config says, and notes that it is not proven', async () => {
  expect(await inspect(MIXED, { batching: 'rows' })).toEqual({
    batching: 'rows',
    fact: `rows, because the config says so; not proven: ${WHY}`,
    notes: [`Signature 'serving_default' is batched by rows because the config says so; that it may be is not proven: ${WHY}`],
  });
  expect(await inspect(APART, { batching: 'rows' })).toEqual({ batching: 'rows', fact: 'rows, because the config says so; it is proven, too', notes: [] });
  expect(await inspect(APART, { batching: 'none' })).toEqual({ batching: 'none', fact: 'none, because the config says so', notes: [] });
});

it('lets servable.json win', async () => {
  expect(await inspect(APART, { batching: 'rows' }, { batching: 'none' })).toMatchObject({ batching: 'none' });
  expect(await inspect(MIXED, { batching: 'none' }, { batching: 'rows' })).toMatchObject({ batching: 'rows' });
});

it('proves nothing where a default stands for an input', async () => {
  const signature = { defaults: { x: { shape: [1, 3], values: [1, 2, 3] } } };
  expect(await inspect(APART, {}, signature)).toMatchObject({ batching: 'none', fact: expect.stringMatching(/input 'x' has a default, whose rows are as many for each request$/) });
});

it.each([['rows', {}, APART], ['none', {}, MIXED], ['rows', { batching: 'rows' }, MIXED], ['none', { batching: 'none' }, APART]] as const)('serves %s by %j', async (expected, options, model) => {
  const plugin = onnx();
  try {
    const loader = plugin.create({ path: directoryWith({ 'model.onnx': model }) }, options, testLoaderContext());
    const { signatures } = await loader.load(new AbortController().signal);
    expect(signatures.get('serving_default')?.batching).toBe(expected);
    await loader.unload();
  } finally {
    await plugin.close?.();
  }
});
