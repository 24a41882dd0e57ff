import { mkdir } from 'node:fs/promises';
import { parseVersion } from '@servable/core';
import { expect, it } from 'vitest';
import { ALL, startSource } from './running-source.ts';

const specific = (...versions: number[]) => ({ kind: 'specific' as const, versions: versions.map(parseVersion) });

it('takes the lexicographically last of several names for one version, and warns once', async () => {
  const { clock, logger, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  for (const name of ['001', '1', '01', '2', 'tmp_5', '123.tmp', '.3']) await store.publish('m', name);
  clock.advance(2000);
  watch();
  await sink.waitForVersions('m', [1, 2]);
  await source.refresh();
  expect(sink.path('m', 1)).toBe(store.at('m', '1'));
  expect(logger.messages('warn')).toEqual([`Version 1 of model 'm' has several names under '${store.pathOf('m')}': '1' is taken, not '001', '01'`]);
});

it('keeps the files of a version that serves when a better name for it appears', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  await store.publish('m', '001');
  clock.advance(2000);
  watch();
  await sink.waitForVersions('m', [1]);
  await mkdir(store.at('m', '1'));
  await source.refresh();
  clock.advance(5000);
  await source.refresh();
  expect(sink.path('m', 1)).toBe(store.at('m', '001'));
});

it('prefers the plain number of a specific version, even to a name that sorts after it', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  await store.createBase('m');
  for (const name of ['1', '1 ', '-2', '07']) await mkdir(store.at('m', name));
  watch(specific(1, -2));
  await sink.waitForVersions('m', [1, -2]);
  expect(sink.path('m', 1)).toBe(store.at('m', '1'));
  watch(specific(7, 1));
  await sink.waitForVersions('m', [1, 7]);
  expect(sink.path('m', 7)).toBe(store.at('m', '07'));
});

it('warns once of specific versions that are missing, and of an empty list', async () => {
  const { logger, sink, source, store, watch } = await startSource({ settleMs: 0 });
  await store.createBase('m');
  await mkdir(store.at('m', '1'));
  watch(specific(1, 4, 5));
  await sink.waitForVersions('m', [1]);
  await source.refresh();
  expect(logger.messages('warn')).toEqual([`Versions 4, 5 of model 'm' are asked for, but not found under '${store.pathOf('m')}'`]);
  watch(specific());
  await sink.waitForVersions('m', []);
  expect(logger.messages('warn').at(-1)).toBe("Model 'm' asks for specific versions, but lists none: nothing is served");
});

it("warns once in TensorFlow Serving's words when there are no versions", async () => {
  const { logger, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  await mkdir(store.at('m', 'not-a-number'));
  watch(ALL);
  await sink.waitForVersions('m', []);
  await source.refresh();
  expect(logger.messages('warn')).toEqual([
    `No versions of servable m found under base path ${store.pathOf('m')}. Did you forget to name your leaf directory as a number (eg. '/1/')?`,
  ]);
});

it('finds its way among 10,000 versions in under a second', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  for (let version = 1; version <= 10_000; version += 1) await mkdir(store.at('m', version));
  await store.publish('m', 10_001);
  clock.advance(2000);
  const started = performance.now();
  watch({ kind: 'latest', count: 1 });
  await sink.waitForVersions('m', [10_001]);
  await source.refresh();
  expect(performance.now() - started).toBeLessThan(1000);
});
