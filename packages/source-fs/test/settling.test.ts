import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { writeFiles } from './fs-store.ts';
import { ALL, startSource } from './running-source.ts';

it('does not state a version while its files change, and states it once they stay the same', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await source.refresh();
  expect(sink.versions('m')).toEqual([]);

  await writeFiles(store.at('m', 1), { 'saved_model.pb': 'graph' });
  await source.refresh();
  clock.advance(900);
  await source.refresh();
  await writeFiles(store.at('m', 1), { 'variables/variables.index': 'index' });
  await source.refresh();
  clock.advance(900);
  await source.refresh();
  await appendFile(store.at('m', 1, 'variables', 'variables.index'), ' and more');
  await source.refresh();
  clock.advance(999);
  await source.refresh();
  expect(sink.sets('m')).toEqual([[]]);

  clock.advance(2000);
  await sink.waitForVersions('m', [1]);
});

it('looks again by itself when a version may have settled', async () => {
  const { clock, sink, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  await writeFiles(store.at('m', 1), { model: 'weights' });
  const advancing = setInterval(() => clock.advance(100), 5);
  await sink.waitForVersions('m', [1]);
  clearInterval(advancing);
});

it('states a version that is moved into place at once', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 3_600_000 });
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  await store.publish('m', 1);
  await sink.waitForVersions('m', [1]);
  await store.publish('m', 2);
  await sink.waitForVersions('m', [1, 2]);
});

it('states a copied version whose times were set back at once when it is moved into place', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 3_600_000 });
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  const build = await store.build({ model: 'weights' });
  await utimes(build, 1, 1);
  // Copying takes longer than the two ticks of the file system's clock by which a birth in place is ruled out.
  const started = performance.now();
  while (performance.now() - started < 40) await store.tick(build);
  await rename(build, store.at('m', 1));
  await sink.waitForVersions('m', [1]);
});

it('waits for a version made in place whose mode is set in the moment of a change beside it', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  const versions = Array.from({ length: 20 }, (_, index) => index + 1);
  for (const version of versions) {
    mkdirSync(store.at('m', version));
    writeFileSync(store.at('m', version, 'first-file'), 'complete');
    await store.tick(store.at('m', version));
    mkdirSync(store.at('m', `beside ${version}`));
    chmodSync(store.at('m', version), 0o755);
    await source.refresh();
    expect(sink.versions('m')).toEqual([]);
  }
  clock.advance(1000);
  await sink.waitForVersions('m', versions);
});

it('waits for a version made in place whose times are set back while it is copied', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 3_600_000 });
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  await writeFiles(store.at('m', 1), { 'first-file': 'complete' });
  await utimes(store.at('m', 1), 1, 1);
  await source.refresh();
  await writeFiles(store.at('m', 1), { 'second-file': 'complete' });
  await source.refresh();
  expect(sink.versions('m')).toEqual([]);
});

it('states versions that were complete before the start at once', async () => {
  const { clock, sink, store, watch } = await startSource();
  await writeFiles(store.at('m', 1), { model: 'weights' });
  await writeFiles(store.at('m', 2), { model: 'weights' });
  clock.advance(1100);
  watch();
  await sink.waitForVersions('m', [1, 2]);
});

it('waits for a version that is still written at the start', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await writeFiles(store.at('m', 1), { model: 'weights' });
  clock.advance(1100);
  await writeFiles(store.at('m', 2), { model: 'half of the w' });
  // By the clock that moved, version 2 changed a moment ahead of now, as on a server whose clock is fast.
  clock.advance(-1100);
  await writeFiles(store.at('m', 2), { model: 'half of the weights' });
  watch({ kind: 'latest', count: 1 });
  await source.refresh();
  expect(sink.versions('m')).toBeUndefined();
});

it('waits for the first file of an empty directory, however long', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await mkdir(store.at('m', 1));
  for (let hour = 0; hour < 3; hour += 1) {
    await source.refresh();
    clock.advance(3_600_000);
  }
  await source.refresh();
  expect(sink.versions('m')).toEqual(undefined);
  await writeFiles(store.at('m', 1), { model: 'weights' });
  await source.refresh();
  clock.advance(1000);
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
});

it('keeps what serves while all that is there is incomplete', async () => {
  const { sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await store.publish('m', 1);
  await sink.waitForVersions('m', [1]);
  await writeFiles(store.at('m', 2), { model: 'half' });
  await rm(store.at('m', 1), { recursive: true });
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
});

it('states the highest complete version while a higher one is incomplete', async () => {
  const { clock, logger, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  await store.publish('m', 1);
  clock.advance(2000);
  watch({ kind: 'latest', count: 1 });
  await sink.waitForVersions('m', [1]);
  await writeFiles(store.at('m', 3), { model: 'half' });
  await source.refresh();
  await source.refresh();
  await store.publish('m', 2);
  await sink.waitForVersions('m', [2]);
  const told = logger.messages('info').filter((message) => message.startsWith("Version 3 of model 'm' is incomplete"));
  expect(told).toHaveLength(1);
});

it('does not look at a stated version again, whatever happens to its files', async () => {
  const { sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await store.publish('m', 1);
  await sink.waitForVersions('m', [1]);
  const before = sink.events.length;
  await writeFile(store.at('m', 1, 'model.bin'), 'rewritten in place');
  await rm(store.at('m', 1, 'model.bin'));
  await source.refresh();
  expect(sink.events).toHaveLength(before);
});

it('looks at a version anew after it was away', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await store.publish('m', 1);
  await sink.waitForVersions('m', [1]);
  await store.unpublish('m', 1);
  await sink.waitForVersions('m', []);
  await writeFiles(store.at('m', 1), { model: 'half' });
  await source.refresh();
  expect(sink.versions('m')).toEqual([]);
  clock.advance(1000);
  await sink.waitForVersions('m', [1]);
});

it('states a complete version that is moved over an incomplete one at once, when that was seen to leave', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 3_600_000 });
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  await writeFiles(store.at('m', 1), { model: 'half' });
  await source.refresh();
  const build = await store.build({ model: 'weights' });
  await rm(store.at('m', 1), { recursive: true });
  await source.refresh();
  await rename(build, store.at('m', 1));
  await sink.waitForVersions('m', [1]);
});

it('lets a version settle that took the place of an incomplete one between two looks', async () => {
  const { clock, sink, source, store, watch } = await startSource({ events: false });
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  await writeFiles(store.at('m', 1), { model: 'half' });
  await source.refresh();
  const build = await store.build({ model: 'weights' });
  await rm(store.at('m', 1), { recursive: true });
  await rename(build, store.at('m', 1));
  await source.refresh();
  expect(sink.versions('m')).toEqual([]);
  clock.advance(1000);
  await source.refresh();
  await sink.waitForVersions('m', [1]);
});

it('takes a single file as a version, once it is complete', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  await writeFile(store.at('m', 1), '');
  await source.refresh();
  clock.advance(5000);
  await source.refresh();
  expect(sink.versions('m')).toEqual([]);
  await writeFile(store.at('m', 1), 'table');
  await source.refresh();
  clock.advance(1000);
  await sink.waitForVersions('m', [1]);
  expect(sink.path('m', 1)).toBe(store.at('m', 1));
});

it('states a link that is made after its files at once, and waits for one that is made before', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 3_600_000 });
  await store.createBase('m');
  watch();
  await sink.waitForVersions('m', []);
  const build = await store.build({ model: 'weights' });
  await symlink(build, store.at('m', 1));
  await sink.waitForVersions('m', [1]);
  await symlink('../../builds/later', store.at('m', 2));
  await source.refresh();
  await writeFiles(`${store.root}/builds/later`, { model: 'weights' });
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
});

it('states everything at first sight without settling', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  await store.createBase('m');
  await mkdir(store.at('m', 1));
  await writeFile(store.at('m', 2), '');
  watch(ALL);
  await sink.waitForVersions('m', [1, 2]);
});
