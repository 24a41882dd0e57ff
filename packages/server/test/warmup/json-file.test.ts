import { createHooks, type Loader, Manager, parseModelName, parseVersion, type Servable, type ServingError } from '@servable/core';
import { FakeLoader, type FakeServable, fakeServable } from '@servable/plugin-testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tapWarmup } from '../../src/warmup/tap-warmup.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servable-warmup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const NAME = parseModelName('m');
const VERSION = parseVersion(1);

/** Loads one version from the folder with warm-up on; resolves with the error it ended with, if any. */
async function load(servable: Servable, path = folder): Promise<ServingError | undefined> {
  const hooks = createHooks();
  tapWarmup(hooks, { maxJsonDepth: 64, iterations: 1, compat: 'default' });
  const manager = new Manager({ hooks, maxLoadRetries: 0 });
  const createLoader = (): Loader => new FakeLoader({ servable: () => servable });
  manager.aspire({ name: NAME, versions: [{ version: VERSION, value: { createLoader, artifact: { path } } }] });
  const { error } = await manager.states.waitFor(NAME, VERSION, ({ state }) => state === 'ready' || state === 'ended');
  await manager.close();
  return error;
}

function valuesOf(servable: FakeServable): unknown[] {
  return servable.runs.map(({ inputs }) => [...(inputs.get('x')?.data ?? [])]);
}

it('runs each line of warmup.jsonl in order before the version is ready', async () => {
  await writeFile(join(folder, 'warmup.jsonl'), '{"instances": [1]}\r\n\n  \n{"inputs": [2.5, 3], "signature_name": "serving_default"}\n{"instances": [{"x": 4}]}');
  const servable = fakeServable();
  expect(await load(servable)).toBeUndefined();
  expect(valuesOf(servable)).toEqual([[1], [2.5, 3], [4]]);
  expect(servable.runs[1]?.context).toMatchObject({ protocol: 'warmup', requestId: 'warmup line 4', outputs: [], deadlineMs: undefined });
});

it.each([
  ['several', '[{"instances": [1]}, {"inputs": [2, 3]}]', [[1], [2, 3]]],
  ['none', ' [ ] ', []],
  ['one with every kind of bracket in its strings', '[\n{"instances": [1], "note": "], [\\"}, \\\\"}\n]', [[1]]],
])('runs each element of warmup.json: %s', async (_what, text, values) => {
  await writeFile(join(folder, 'warmup.json'), text);
  const servable = fakeServable();
  expect(await load(servable)).toBeUndefined();
  expect(valuesOf(servable)).toEqual(values);
});

it('prefers warmup.jsonl', async () => {
  await writeFile(join(folder, 'warmup.jsonl'), '{"instances": [1]}');
  await writeFile(join(folder, 'warmup.json'), '[{"instances": [2]}]');
  const servable = fakeServable();
  await load(servable);
  expect(valuesOf(servable)).toEqual([[1]]);
});

it('loads a version without such a file, and one that is itself a file', async () => {
  const servable = fakeServable();
  expect(await load(servable)).toBeUndefined();
  const file = join(folder, 'model.bin');
  await writeFile(file, '');
  expect(await load(servable, file)).toBeUndefined();
  expect(servable.runs).toEqual([]);
});

it.each([
  ['is no JSON', '{"instances": [1]}\nnope\n', 'line 2', 'JSON Parse error'],
  ['is cut off', '{"instances": [1', 'line 1', 'JSON Parse error'],
  ['names an unknown signature', '{"instances": [1], "signature_name": "s"}', 'line 1', 'Serving signature name: "s" not found'],
  ['has a wrong type', '\n{"instances": ["a"]}', 'line 2', 'is not of expected type: float'],
  ['the model refuses', '{"instances": [[1]]}', 'line 1', 'must be [batch], got [1, 1]'],
])('fails the load, with file and line, when a request %s', async (_what, text, place, reason) => {
  await writeFile(join(folder, 'warmup.jsonl'), text);
  const error = await load(fakeServable());
  expect(error?.code).toBe('SRV_WARMUP_FAILED');
  expect(error?.args).toEqual([join(folder, 'warmup.jsonl'), place, expect.stringContaining(reason)]);
});

it('fails the load when warmup.json is no array, or one of its elements is no request', async () => {
  await writeFile(join(folder, 'warmup.json'), '{"instances": [1]}');
  expect((await load(fakeServable()))?.code).toBe('SRV_WARMUP_FAILED');
  await writeFile(join(folder, 'warmup.json'), '[{"instances": [1]},]');
  expect((await load(fakeServable()))?.args[1]).toBe('element 1');
});

it('takes 1000 requests and no more', async () => {
  await writeFile(join(folder, 'warmup.jsonl'), '{"instances": [1]}\n'.repeat(1000));
  const servable = fakeServable();
  expect(await load(servable)).toBeUndefined();
  expect(servable.runs).toHaveLength(1000);
  await writeFile(join(folder, 'warmup.jsonl'), '{"instances": [1]}\n'.repeat(1001));
  expect(await load(fakeServable())).toMatchObject({ code: 'SRV_WARMUP_TOO_MANY', args: [join(folder, 'warmup.jsonl'), 1000] });
});
