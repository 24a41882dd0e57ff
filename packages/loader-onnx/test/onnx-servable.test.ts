import type { Servable } from '@servable/core';
import { collectLogger, testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import onnx, { type ServableManifest } from '../src/index.ts';
import { differenceOf, FIXTURES, goldenTensors, readGoldens } from './golden.ts';
import { directoryWith } from './onnx-builder.ts';

const plugin = onnx();
const never = new AbortController().signal;
afterAll(() => plugin.close?.());

const golden = readGoldens().find((each) => each.model === 'mlp');
const [known] = (golden?.cases ?? []).filter((each) => each.version === 2 && each.name === 'three');
const features = goldenTensors(known?.inputs ?? {}).get('features') ?? { dtype: 'FP32', shape: [0], data: new Float32Array(0) };
const probabilities = goldenTensors({ probabilities: known?.outputs?.['probabilities'] as never }).get('probabilities') ?? features;

function loadWith(manifest: ServableManifest): Promise<Servable> {
  const path = directoryWith({ 'model.onnx': readFileSync(join(FIXTURES, 'mlp/2/model.onnx')), 'servable.json': JSON.stringify(manifest) });
  return plugin.create({ path }, {}, testLoaderContext()).load(never);
}

it('answers under the names of servable.json', async () => {
  const servable = await loadWith({ signatures: { scores: { inputs: { image: 'features' }, outputs: { p: 'probabilities', again: 'probabilities' } } } });
  const outputs = await servable.run('scores', new Map([['image', features]]), testRunContext());
  expect([...outputs.keys()]).toEqual(['p', 'again']);
  expect(differenceOf(outputs.get('p'), probabilities, { rtol: 1e-5, atol: 1e-6 })).toBeUndefined();
});

it('computes the outputs that are asked for, by alias', async () => {
  const servable = await loadWith({ signatures: { scores: { outputs: { p: 'probabilities', l: 'label' } } } });
  const outputs = await servable.run('scores', new Map([['features', features]]), testRunContext({ outputs: ['l'] }));
  expect([...outputs.keys()]).toEqual(['l']);
});

it('runs several signatures together, as each alone', async () => {
  const inputs = { image: 'features' };
  const servable = await loadWith({ signatures: { scores: { inputs, outputs: { p: 'probabilities', l: 'label' } }, label: { inputs, outputs: { l: 'label', q: 'probabilities' } } } });
  const named = new Map([['image', features]]);
  const calls = [{ signature: 'label', outputs: ['q'] }, { signature: 'scores', outputs: ['l', 'p'] }];
  const together = await servable.runTogether?.(calls, named, testRunContext());
  const alone = await Promise.all(calls.map(async ({ signature, outputs }) => servable.run(signature, named, testRunContext({ outputs }))));
  expect(together?.map((outputs) => [...outputs])).toEqual(alone.map((outputs) => [...outputs]));
  expect(differenceOf(together?.[1]?.get('p'), probabilities, { rtol: 1e-5, atol: 1e-6 })).toBeUndefined();
  await expect(servable.runTogether?.([{ signature: 'nope', outputs: ['p'] }], named, testRunContext())).rejects.toMatchObject({ code: 'SRV_ONNX_SIGNATURE_UNKNOWN' });
  const bad = new Map([['image', { dtype: 'FP64', shape: [1, 4], data: new Float64Array(4) } as const]]);
  await expect(servable.runTogether?.(calls, bad, testRunContext())).rejects.toMatchObject({ code: 'SRV_ONNX_INPUT_DTYPE', args: ['image', 'FP64', 'FP32'] });
});

it('names an input as the client does when it is refused', async () => {
  const servable = await loadWith({ signatures: { scores: { inputs: { image: 'features' } } } });
  const bad = { dtype: 'FP64', shape: [1, 4], data: new Float64Array(4) } as const;
  const run = async () => servable.run('scores', new Map([['image', bad]]), testRunContext());
  await expect(run()).rejects.toMatchObject({ code: 'SRV_ONNX_INPUT_DTYPE', args: ['image', 'FP64', 'FP32'] });
});

it('refuses a signature that is not there', async () => {
  const servable = await loadWith({});
  const run = async () => servable.run('nope', new Map(), testRunContext());
  await expect(run()).rejects.toMatchObject({ code: 'SRV_ONNX_SIGNATURE_UNKNOWN', status: 'INVALID_ARGUMENT', args: ['nope', 'serving_default'] });
});

it('logs what it leaves out', async () => {
  const logger = collectLogger();
  const context = testLoaderContext({ logger });
  const worker = onnx({ engine: 'worker' });
  onTestFinished(() => worker.close?.());
  await worker.create({ path: join(FIXTURES, 'control_flow/1') }, {}, context).load(never);
  expect(logger.entries).toEqual([expect.objectContaining({ level: 'warn', message: expect.stringMatching(/^Output 'pair' is left out/) })]);
});
