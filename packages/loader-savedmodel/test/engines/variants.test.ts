import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Servable, Tensor } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { fixture, refusal } from '../fixtures.ts';

const NEVER = new AbortController().signal;
const cache = mkdtempSync(join(tmpdir(), 'servable-variants-'));
const plugin = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
const loader = plugin.create({ path: fixture('scalar_affine_tf2/1') }, {}, testLoaderContext());
let servable: Servable;
beforeAll(async () => {
  servable = await loader.load(NEVER);
});
afterAll(async () => {
  await loader.unload();
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
});

const zeros = (shape: readonly number[]): Tensor => ({ dtype: 'FP32', shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) });
const run = async (shape: readonly number[]): Promise<Tensor | undefined> => (await servable.run('serving_default', new Map([['x', zeros(shape)]]), testRunContext())).get('y');

it('compiles a signature once for each rank that requests bring', async () => {
  const before = readdirSync(cache).length;
  const answers = await Promise.all([[2, 1], [1, 3], [2, 1, 1], []].map(run));
  // The model adds 2 to half of its input.
  expect(answers.map((tensor) => [tensor?.shape, [...new Set(tensor?.data as Float32Array)]])).toEqual([[[2, 1], [2]], [[1, 3], [2]], [[2, 1, 1], [2]], [[], [2]]]);
  expect(readdirSync(cache).length - before).toBe(3);
});

it('refuses further ranks once there are too many, and goes on to answer the others', async () => {
  for (let rank = 2; rank < 17; rank++) expect((await run(Array.from({ length: rank }, () => 1)))?.shape).toHaveLength(rank);
  const error = await refusal(() => run(Array.from({ length: 20 }, () => 1)));
  expect([error.code, error.status]).toEqual(['SRV_SAVEDMODEL_INPUT_INVALID', 'INVALID_ARGUMENT']);
  expect(error.message).toContain('requests of 16 other shapes came before');
  expect((await run([3]))?.shape).toEqual([3]);
  expect((await run([3, 1]))?.shape).toEqual([3, 1]);
});

it("refuses what TensorFlow refuses of another rank, with TensorFlow's status", async () => {
  const mlp = plugin.create({ path: fixture('keras_mlp/1') }, {}, testLoaderContext());
  const model = await mlp.load(NEVER);
  const [[alias = '', { shape = [] } = {}] = []] = model.signatures.get('serving_default')?.inputs ?? [];
  for (const wrong of [[Number(shape[1])], [2, Number(shape[1]) + 1], [1, 1, Number(shape[1])]]) {
    const error = await refusal(async () => model.run('serving_default', new Map([[alias, zeros(wrong)]]), testRunContext()));
    expect(error.status).toBe('INVALID_ARGUMENT');
  }
  await mlp.unload();
});
