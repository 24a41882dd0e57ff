import { rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { writeFiles } from './fs-store.ts';
import { ALL, startSource } from './running-source.ts';

const VERSIONS = 10_000;

it('states all of 10,000 versions, those that are left when some go, and only the newest without looking into the others', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 0 });
  await store.createBase('m');
  const empty = await store.build({});
  // Links, because folders take a busy disk ten seconds to make and remove.
  for (let version = 1; version < VERSIONS; version += 1) symlinkSync(empty, store.at('m', version));
  await mkdir(store.at('m', VERSIONS));
  watch(ALL);
  await source.refresh();
  expect(sink.versions('m')).toHaveLength(VERSIONS);
  unlinkSync(store.at('m', 5000));
  await source.refresh();
  expect(sink.versions('m')).toHaveLength(VERSIONS - 1);
  expect(sink.versions('m')).not.toContain('5000');
  const settling = await startSource();
  // Only this one can be complete: the others are empty, and would be waited for if they were looked at before it.
  await writeFiles(store.at('m', VERSIONS), { model: 'weights' });
  settling.clock.advance(2000);
  settling.watch({ kind: 'latest', count: 1 }, store.pathOf('m'));
  await settling.source.refresh();
  expect(settling.sink.versions('m')).toEqual([String(VERSIONS)]);
  await store.publish('m', VERSIONS + 1);
  await settling.sink.waitForVersions('m', [VERSIONS + 1]);
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
