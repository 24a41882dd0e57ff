import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createTensor, type Servable, type Tensor } from '@servable/core';
import { collectLogger, testLoaderContext, testRunContext, testServableId } from '@servable/plugin-testing';
import { create, toBinary } from '@servable/protos';
import { ExampleSchema } from '@servable/protos/tensorflow';
import { afterAll, beforeAll, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { fixture, refusal } from '../fixtures.ts';

const NEVER = new AbortController().signal;
const MODEL = fixture('scalar_affine_tf1/1');
const cache = mkdtempSync(join(tmpdir(), 'servable-plan-'));
const plugin = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
let servable: Servable;
beforeAll(async () => {
  servable = await plugin.create({ path: MODEL }, {}, testLoaderContext()).load(NEVER);
});
afterAll(async () => {
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
});

function examples(...values: readonly number[]): Tensor {
  const data = values.map((x) => toBinary(ExampleSchema, create(ExampleSchema, { features: { feature: { x: { kind: { case: 'floatList', value: { value: [x] } } } } } })));
  return createTensor('BYTES', [data.length], data);
}

const WITHOUT = createTensor('BYTES', [2], [...(examples(1).data as readonly Uint8Array[]), new Uint8Array(0)]);

it('says what TensorFlow says, and at which node', async () => {
  const error = await refusal(() => servable.run('regress_x_to_y', new Map([['inputs', WITHOUT]]), testRunContext()));
  expect(error).toMatchObject({ code: 'SRV_SAVEDMODEL_RUN_REFUSED', status: 'INVALID_ARGUMENT' });
  expect(error.message).toBe('Name: <unknown>, Feature: x (data type: float) is required but could not be found.\n\t [[{{node ParseExample}}]]');
});

it('knows by proof which signatures keep the examples of a request apart', () => {
  const batching = Object.fromEntries(Array.from(servable.signatures, ([name, signature]) => [name, signature.batching]));
  expect(batching).toMatchObject({ regress_x_to_y: 'rows', classify_scores_only: 'rows', classify_classes_only: 'rows', classify: 'rows', two_outputs: 'rows' });
});

it('answers in turns, and stops between them when it is aborted', async () => {
  const controller = new AbortController();
  const many = examples(...Array.from({ length: 50_000 }, (_, at) => at));
  const answer = servable.run('regress_x_to_y', new Map([['inputs', many]]), testRunContext({ signal: controller.signal }));
  expect(answer).toBeInstanceOf(Promise);
  const settled = Promise.resolve(answer).then(() => 'answered', (reason: unknown) => reason);
  await setImmediate();
  controller.abort(new Error('no longer'));
  expect(await settled).toEqual(new Error('no longer'));
});

it.each([
  ['is missing', new Map(), 'SRV_ONNX_INPUT_MISSING'],
  ['has another type', new Map([['inputs', createTensor('FP32', [1], new Float32Array(1))]]), 'SRV_ONNX_INPUT_DTYPE'],
  ['does not fill its shape', new Map([['inputs', { dtype: 'BYTES', shape: [2], data: [] } as Tensor]]), 'SRV_ONNX_INPUT_INVALID'],
])('names an input that %s as clients do', async (_, inputs, code) => {
  const error = await refusal(() => servable.run('regress_x_to_y', inputs, testRunContext()));
  expect(error).toMatchObject({ code, status: 'INVALID_ARGUMENT', message: expect.stringContaining("'inputs'") });
});

it('tells how signatures are cut', async () => {
  const inspection = await plugin.inspect?.({ path: MODEL }, { engine: 'onnx' }, { id: testServableId(), logger: collectLogger() });
  const fact = inspection?.facts.find(({ label }) => label === 'engine onnx');
  expect(fact?.value).toContain("runs every signature; compiled to ONNX; 'classify' as 1 segment, 2 host nodes: ParseExample");
});

it('takes a plan from the cache', async () => {
  const again = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
  try {
    const loaded = await again.create({ path: MODEL }, {}, testLoaderContext()).load(NEVER);
    const { data } = (await loaded.run('regress_x_to_y', new Map([['inputs', examples(2, 10)]]), testRunContext())).get('outputs') ?? {};
    expect(data).toEqual(Float32Array.of(3, 7));
  } finally {
    await again.close?.();
  }
});
