import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { parseModelName } from '@servable/core';
import { expect, it } from 'vitest';
import { watchDirectory, type WatchDirectory } from '../src/directory-watches.ts';
import { ALL, startSource } from './running-source.ts';

// The clock stands still in these, so what is seen is seen by an event.

it('sees a base path that appears one directory after the other', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  watch(ALL, `${store.root}/a/b/c`);
  await sink.waitForReports('m');
  await mkdir(`${store.root}/a`);
  await mkdir(`${store.root}/a/b`);
  await mkdir(`${store.root}/a/b/c`);
  await sink.waitForVersions('m', []);
  await mkdir(`${store.root}/a/b/c/1`);
  await sink.waitForVersions('m', [1]);
});

it('sees a base path that is moved into place with all above it', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  watch(ALL, `${store.root}/a/b/c`);
  await sink.waitForReports('m');
  await mkdir(`${store.root}/x/b/c/1`, { recursive: true });
  await rename(`${store.root}/x`, `${store.root}/a`);
  await sink.waitForVersions('m', [1]);
});

it('sees another directory that takes the place of the base directory', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(store.at('m', 1), { recursive: true });
  await mkdir(store.at('other', 2), { recursive: true });
  watch();
  await sink.waitForVersions('m', [1]);
  await rename(store.pathOf('m'), store.pathOf('old'));
  await rename(store.pathOf('other'), store.pathOf('m'));
  await sink.waitForVersions('m', [2]);
  await mkdir(store.at('m', 3));
  await sink.waitForVersions('m', [2, 3]);
});

it('sees a link on the way to the base directory swapped, and what then happens behind it', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(`${store.root}/releases/1/m/1`, { recursive: true });
  await mkdir(`${store.root}/releases/2/m/2`, { recursive: true });
  await symlink('releases/1', `${store.root}/current`);
  await symlink('current/m', `${store.root}/models`);
  watch(ALL, `${store.root}/models`);
  await sink.waitForVersions('m', [1]);
  await symlink('releases/2', `${store.root}/next`);
  await rename(`${store.root}/next`, `${store.root}/current`);
  await sink.waitForVersions('m', [2]);
  await mkdir(`${store.root}/releases/2/m/3`);
  await sink.waitForVersions('m', [2, 3]);
  expect(sink.path('m', 3)).toBe(`${store.root}/models/3`);
});

it('sees versions of a volume that Kubernetes swaps', async () => {
  const { sink, store, watch } = await startSource();
  await store.createBase('m');
  const publish = async (stamp: string, versions: readonly number[]): Promise<void> => {
    await mkdir(store.at('m', stamp));
    for (const version of versions) await rename(await store.build({ model: `${version}` }), store.at('m', stamp, version));
    await store.tick(store.at('m', stamp));
    await symlink(stamp, store.at('m', '..data_tmp'));
    const before = await readlink(store.at('m', '..data')).catch(() => undefined);
    await rename(store.at('m', '..data_tmp'), store.at('m', '..data'));
    for (const version of versions) await symlink(`..data/${version}`, store.at('m', version)).catch(() => undefined);
    if (before !== undefined) await rm(store.at('m', before), { recursive: true });
  };
  await publish('..2026_01_01', [1]);
  watch();
  await sink.waitForVersions('m', [1]);
  await publish('..2026_01_02', [1, 2]);
  await sink.waitForVersions('m', [1, 2]);
});

it('goes on after the base directory was deleted and made again', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  for (let round = 1; round <= 5; round += 1) {
    await mkdir(store.at('m', round), { recursive: true });
    watch();
    await sink.waitForVersions('m', [round]);
    await store.removeBase('m');
    await sink.waitForReports('m', round);
  }
});

it('watches a directory once for all models that need it', async () => {
  const { sink, source, store } = await startSource({ settleMs: 0 });
  await mkdir(store.at('shared', 1), { recursive: true });
  const names = Array.from({ length: 20 }, (_, index) => `m${index}`);
  source.monitor(names.map((name) => ({ name: parseModelName(name), path: store.pathOf('shared'), selector: ALL })));
  source.monitor(names.map((name) => ({ name: parseModelName(name), path: store.pathOf('shared'), selector: ALL })));
  for (const name of names) await sink.waitForVersions(name, [1]);
  expect(source.watchedDirectories).toBe(1);
  await mkdir(store.at('shared', 2));
  for (const name of names) await sink.waitForVersions(name, [1, 2]);
  source.monitor([]);
  expect(source.watchedDirectories).toBe(0);
});

it('polls, and warns once, when the system gives no more watches', async () => {
  const refuse: WatchDirectory = () => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
  };
  const { clock, logger, sink, source, store } = await startSource({ settleMs: 0 }, { watchDirectory: refuse });
  const names = ['a', 'b', 'c'];
  for (const name of names) await mkdir(store.at(name, 1), { recursive: true });
  source.monitor(names.map((name) => ({ name: parseModelName(name), path: store.pathOf(name), selector: ALL })));
  for (const name of names) await sink.waitForVersions(name, [1]);
  for (const name of names) await mkdir(store.at(name, 2));
  await source.refresh();
  clock.advance(120_000);
  for (const name of names) await sink.waitForVersions(name, [1, 2]);
  expect(logger.messages('warn')).toEqual([
    'The system gives no more file-system watches: other models are polled. Raise fs.inotify.max_user_watches or max_user_instances',
  ]);
});

it('watches by events again once the system has watches to give', async () => {
  let isRefusing = true;
  const watchSometimes: WatchDirectory = (directory, onEvent, onError) => {
    if (isRefusing) throw Object.assign(new Error('too many'), { code: 'EMFILE' });
    return watchDirectory(directory, onEvent, onError);
  };
  const { clock, sink, source, store, watch } = await startSource({ settleMs: 0 }, { watchDirectory: watchSometimes });
  await mkdir(store.at('m', 1), { recursive: true });
  watch();
  await sink.waitForVersions('m', [1]);
  isRefusing = false;
  await source.refresh();
  expect(source.watchedDirectories).toBe(0);
  clock.advance(61_000);
  await source.refresh();
  await mkdir(store.at('m', 2));
  await sink.waitForVersions('m', [1, 2]);
});

it('looks again when a watch breaks', async () => {
  let breakIt = (): void => {};
  let opened = 0;
  const fragile: WatchDirectory = (directory, onEvent, onError) => {
    opened += 1;
    breakIt = onError;
    return opened === 1 ? { close: () => undefined } : watchDirectory(directory, onEvent, onError);
  };
  const { sink, store, watch } = await startSource({ settleMs: 0 }, { watchDirectory: fragile });
  await mkdir(store.at('m', 1), { recursive: true });
  watch();
  await sink.waitForVersions('m', [1]);
  await mkdir(store.at('m', 2));
  breakIt();
  await sink.waitForVersions('m', [1, 2]);
});

it('looks once at each model with a poll interval of 0, and on refresh', async () => {
  let opened = 0;
  const counting: WatchDirectory = (...parts) => {
    opened += 1;
    return watchDirectory(...parts);
  };
  const { clock, sink, source, store, watch } = await startSource({ settleMs: 0, pollIntervalMs: 0 }, { watchDirectory: counting });
  await mkdir(store.at('m', 1), { recursive: true });
  watch();
  await sink.waitForVersions('m', [1]);
  await mkdir(store.at('m', 2));
  expect([clock.waiting, opened]).toEqual([0, 0]);
  await source.refresh();
  expect(sink.versions('m')).toEqual(['2', '1']);
});

it('does not follow a path that is not in the list any more, even in the middle of a look', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(store.at('m', 1), { recursive: true });
  await mkdir(store.at('other', 2), { recursive: true });
  watch();
  watch(ALL, store.pathOf('other'));
  await sink.waitForVersions('m', [2]);
  await source.refresh();
  expect(sink.sets('m').map((set) => set.map((each) => each.version))).toEqual([[2n]]);
  watch();
  source.monitor([]);
  await source.refresh();
  expect(sink.versions('m')).toEqual([]);
});

it('does not break when the sink does', async () => {
  const { logger, sink, source, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(store.at('m', 1), { recursive: true });
  sink.aspire = () => {
    throw new Error('the server is shutting down');
  };
  watch();
  await source.refresh();
  expect(logger.messages('error')).toEqual(['What this source found could not be taken: the server is shutting down']);
});
