import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { writeFiles } from './fs-store.ts';
import { ALL, startSource } from './running-source.ts';

const VERSIONS = 10_000;

it('finds the newest of 10,000 versions, and the one that comes after, without looking into the others', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  for (let version = 1; version <= VERSIONS; version += 1) mkdirSync(store.at('m', version), { recursive: true });
  // Only these can be complete: the others are empty, and would be waited for if they were looked at before them.
  await writeFiles(store.at('m', VERSIONS), { model: 'weights' });
  clock.advance(2000);
  watch({ kind: 'latest', count: 1 });
  await source.refresh();
  expect(sink.versions('m')).toEqual([String(VERSIONS)]);
  await store.publish('m', VERSIONS + 1);
  await sink.waitForVersions('m', [VERSIONS + 1]);
});

it('states all of 10,000 versions, and those that are left when some go', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 0 });
  for (let version = 1; version <= VERSIONS; version += 1) mkdirSync(store.at('m', version), { recursive: true });
  watch(ALL);
  await source.refresh();
  expect(sink.versions('m')).toHaveLength(VERSIONS);
  rmSync(store.at('m', 5000), { recursive: true });
  await source.refresh();
  expect(sink.versions('m')).toHaveLength(VERSIONS - 1);
  expect(sink.versions('m')).not.toContain('5000');
});

it('takes a version that holds a loop of links, and one that is reached through links', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await writeFiles(`${store.root}/elsewhere/files`, { model: 'weights' });
  await symlink('..', `${store.root}/elsewhere/files/up`);
  await symlink('files', `${store.root}/elsewhere/alias`);
  await mkdir(store.pathOf('m'), { recursive: true });
  await symlink(`${store.root}/elsewhere/alias`, store.at('m', 1));
  clock.advance(2000);
  watch(ALL);
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
});

it('goes on with what serves while a mount is away, also when a file stands there, and finds it again', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 0, events: false });
  await mkdir(store.at('m', 1), { recursive: true });
  watch(ALL);
  await source.refresh();
  await rename(store.pathOf('m'), `${store.root}/away`);
  await source.refresh();
  await writeFile(store.pathOf('m'), 'the mount point is a file');
  await source.refresh();
  expect([sink.versions('m'), sink.reports('m').length]).toEqual([['1'], 2]);
  rmSync(store.pathOf('m'));
  await rename(`${store.root}/away`, store.pathOf('m'));
  await mkdir(store.at('m', 2));
  await source.refresh();
  expect(sink.versions('m')).toEqual(['2', '1']);
});
