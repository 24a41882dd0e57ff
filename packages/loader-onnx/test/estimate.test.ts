import { testLoaderContext } from '@servable/plugin-testing';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import onnx, { type OnnxOptions, type OnnxPluginOptions } from '../src/index.ts';
import { FIXTURES } from './golden.ts';

const MEBIBYTE = 2 ** 20;
const never = new AbortController().signal;

async function estimateOf(model: string, options: OnnxOptions = {}, plugin: OnnxPluginOptions = { engine: 'native' }) {
  const loader = onnx(plugin).create({ path: join(FIXTURES, model) }, options, testLoaderContext());
  return loader.estimate(never);
}

it.each([
  ['native', 16, 2.5],
  ['worker', 40, 3],
] as const)('counts the model’s file and each external file once, for the %s engine', async (engine, sessionMebibytes, factor) => {
  const sizes = { 'external_data/1': 358 + 40_960, 'external_data/2': 336 + 32_768 + 8192 };
  for (const [model, bytes] of Object.entries(sizes)) {
    expect(await estimateOf(model, {}, { engine })).toEqual({ ramBytes: sessionMebibytes * MEBIBYTE + factor * bytes });
  }
});

it('counts every replica where there are any', async () => {
  const worker = { engine: 'worker' } as const;
  const one = await estimateOf('mlp/1', {}, worker);
  expect(await estimateOf('mlp/1', { replicas: 3 }, worker)).toEqual({ ramBytes: 3 * one.ramBytes });
  expect(await estimateOf('mlp/1', { replicas: 3 })).toEqual(await estimateOf('mlp/1'));
});

it('counts the device that a model should run on', async () => {
  const { ramBytes } = await estimateOf('mlp/1');
  expect(await estimateOf('mlp/1', { device: 'cpu' })).toEqual({ ramBytes });
  expect(await estimateOf('mlp/1', { device: ['cuda', 'cpu'] })).toEqual({ ramBytes, deviceBytes: { 'cuda:0': ramBytes } });
});

it.each(['missing_external_data', 'truncated', 'missing_file'])('refuses %s before anything is loaded', async (broken) => {
  await expect(estimateOf(`broken/${broken}/1`)).rejects.toMatchObject({ name: 'ServingError' });
});

// The sources are TypeScript, which Node 20 cannot run, and only Linux tells a process its peak.
it.runIf(process.platform === 'linux' && process.features.typescript)('is above what each fixture takes, loaded and run once', { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@servable/source', join(import.meta.dirname, 'measure-memory.ts')]);
  const measured: readonly { readonly model: string; readonly peakBytes: number; readonly ramBytes: number }[] = JSON.parse(stdout);
  expect(measured.length).toBeGreaterThan(15);
  expect(measured.filter(({ peakBytes, ramBytes }) => peakBytes > ramBytes)).toEqual([]);
  // Small models take next to nothing, of which no multiple would be a bound; the largest shows that the bound is near.
  const [largest] = measured.toSorted((a, b) => b.ramBytes - a.ramBytes);
  expect(largest?.ramBytes).toBeLessThan(20 * MEBIBYTE + (largest?.peakBytes ?? 0) * 4);
});
