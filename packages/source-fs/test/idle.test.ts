import * as promises from 'node:fs/promises';
import { parseModelName } from '@servable/core';
import { expect, it, vi } from 'vitest';
import type { WatchDirectory } from '../src/directory-watches.ts';
import { ALL, startSource } from './running-source.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof promises>();
  return { ...original, stat: vi.fn(original.stat), lstat: vi.fn(original.lstat), readdir: vi.fn(original.readdir) };
});

/** File-system calls made by `body`. */
async function callsOf(body: () => Promise<void>): Promise<number> {
  const functions = [promises.stat, promises.lstat, promises.readdir].map((each) => vi.mocked(each));
  for (const each of functions) each.mockClear();
  await body();
  return functions.reduce((sum, each) => sum + each.mock.calls.length, 0);
}

const MODELS = 50;
const quiet: WatchDirectory = () => ({ close: () => undefined });

async function watchMany(environment: { readonly watchDirectory?: WatchDirectory } = {}) {
  const running = await startSource({}, environment);
  const { clock, sink, source, store } = running;
  const names = Array.from({ length: MODELS }, (_, index) => `m${index}`);
  for (const name of names) {
    for (const version of [1, 2, 3]) await promises.mkdir(store.at(name, version), { recursive: true });
    for (const version of [1, 2, 3]) await promises.writeFile(store.at(name, version, 'model'), 'weights');
  }
  // Long enough that listings are not younger than what they list.
  clock.advance(10_000);
  source.monitor(names.map((name) => ({ name: parseModelName(name), path: store.pathOf(name), selector: ALL })));
  await source.refresh();
  for (const name of names) expect(sink.versions(name)).toEqual(['3', '2', '1']);
  return running;
}

/** Lets a minute pass in steps, so that each look ends before the next is due. */
async function passMinute({ clock }: Awaited<ReturnType<typeof watchMany>>): Promise<void> {
  for (let step = 0; step < 240; step += 1) {
    clock.advance(250);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

it('looks at a watched model at most three times a minute, with one call each', async () => {
  const running = await watchMany();
  const fired = running.clock.fired;
  const calls = await callsOf(() => passMinute(running));
  expect(calls).toBeGreaterThanOrEqual(MODELS);
  expect(calls).toBeLessThanOrEqual(3 * MODELS);
  // One timer for all: it goes off at most twice a second, however many models there are.
  expect(running.clock.fired - fired).toBeLessThanOrEqual(120);
  expect(running.clock.waiting).toBe(1);
});

it('polls a model without events at most once a second, with one call each', async () => {
  const running = await watchMany({ watchDirectory: () => { throw Object.assign(new Error('none left'), { code: 'ENOSPC' }); } });
  const calls = await callsOf(() => passMinute(running));
  expect(calls).toBeGreaterThanOrEqual(5 * MODELS);
  expect(calls).toBeLessThanOrEqual(75 * MODELS);
});

it('finds by its safety net what no event told', async () => {
  const running = await watchMany({ watchDirectory: quiet });
  const { sink, store } = running;
  await promises.rename(await store.build({ model: 'weights' }), store.at('m7', 4));
  await passMinute(running);
  await sink.waitForVersions('m7', [1, 2, 3, 4]);
});
