import { appendFile, mkdir, symlink } from 'node:fs/promises';
import { formatServableId } from '@servable/core';
import { expect, it } from 'vitest';
import { writeFiles } from './fs-store.ts';
import { type RunningFsSource, startSource } from './running-source.ts';

/** Lets time stand until `settle` waits for it, then moves it on. */
async function settledAfter({ clock, source }: RunningFsSource, change: () => Promise<void>): Promise<readonly string[]> {
  const settled = source.settle();
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await change();
  clock.advance(1000);
  return (await settled).map(formatServableId);
}

it('waits for a version that was copied a moment ago, and states it', async () => {
  const running = await startSource({ pollIntervalMs: 0 });
  await writeFiles(running.store.at('m', 1), { model: 'weights' });
  running.watch();
  expect(await settledAfter(running, async () => {})).toEqual([]);
  expect(running.sink.versions('m')).toEqual(['1']);
});

it('tells a version that changes while it waits, and does not state it', async () => {
  const running = await startSource({ pollIntervalMs: 0 });
  const { sink, source, store, watch } = running;
  await store.createBase('m');
  watch();
  await source.refresh();
  await writeFiles(store.at('m', 1), { model: 'weights' });
  await writeFiles(store.at('m', 2), { model: 'half of the w' });
  expect(await settledAfter(running, () => appendFile(store.at('m', 2, 'model'), 'eights'))).toEqual(['m/2']);
  expect(sink.versions('m')).toEqual(['1']);
  expect(await settledAfter(running, async () => {})).toEqual([]);
  expect(sink.versions('m')).toEqual(['2', '1']);
});

it('tells an empty directory and a link that leads nowhere', async () => {
  const running = await startSource({ pollIntervalMs: 0 });
  await running.store.createBase('m');
  await mkdir(running.store.at('m', 3));
  await symlink('../../builds/later', running.store.at('m', 4));
  running.watch();
  expect(await settledAfter(running, async () => {})).toEqual(['m/4', 'm/3']);
  expect(running.sink.sets('m')).toEqual([]);
});

it('does not wait for versions that are complete, or that nobody wants', async () => {
  const { clock, sink, source, store, watch } = await startSource({ pollIntervalMs: 0 });
  await store.createBase('m');
  await store.publish('m', 2);
  clock.advance(2000);
  await mkdir(store.at('m', 1));
  watch({ kind: 'latest', count: 1 });
  expect(await source.settle()).toEqual([]);
  expect(sink.versions('m')).toEqual(['2']);
});

it('stops waiting for its signal, and when the source is closed', async () => {
  const { clock, source, store, watch } = await startSource({ pollIntervalMs: 0 });
  await writeFiles(store.at('m', 1), { model: 'weights' });
  watch();
  const abort = new AbortController();
  const aborted = source.settle(abort.signal);
  const closed = source.settle();
  while (clock.waiting < 2) await new Promise((resolve) => setImmediate(resolve));
  abort.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  await source.close();
  expect((await closed).map(formatServableId)).toEqual(['m/1']);
  expect(clock.waiting).toBe(0);
});
