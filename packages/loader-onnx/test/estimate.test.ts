import { testLoaderContext } from '@servable/plugin-testing';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import onnx from '../src/index.ts';
import { FIXTURES } from './golden.ts';

const MEBIBYTE = 2 ** 20;
const never = new AbortController().signal;

async function ramOf(model: string, options = {}): Promise<number> {
  const loader = onnx().create({ path: join(FIXTURES, model) }, options, testLoaderContext());
  return (await loader.estimate(never)).ramBytes;
}

it('counts the model’s file and each external file once, three times over', async () => {
  expect(await ramOf('external_data/1')).toBe(40 * MEBIBYTE + 3 * (358 + 40960));
  expect(await ramOf('external_data/2')).toBe(40 * MEBIBYTE + 3 * (336 + 32768 + 8192));
});

it('counts every replica', async () => {
  expect(await ramOf('mlp/1', { replicas: 3 })).toBe(3 * (await ramOf('mlp/1')));
});

it.each(['missing_external_data', 'truncated', 'missing_file'])('refuses %s before anything is loaded', async (broken) => {
  await expect(ramOf(`broken/${broken}/1`)).rejects.toMatchObject({ name: 'ServingError' });
});
