import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServingError } from '@servable/core';
import { expect, it } from 'vitest';
import fs from '../src/index.ts';
import { writeFiles } from './fs-store.ts';
import { ALL, startSource } from './running-source.ts';

const codes = (errors: readonly Error[]) => errors.map((error) => (ServingError.is(error) ? `${error.code} ${error.status}` : error.message));
/** A superuser may read everything. */
const isSuperuser = process.getuid?.() === 0;

it.each([
  ['an absolute path', (path: string) => path],
  ['a path relative to the working directory', (path: string) => relative('.', path)],
  ['a file: URL', (path: string) => pathToFileURL(path).href],
])('takes %s, with spaces and other alphabets', async (_what, pathOf) => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(store.at('日本 語 %20', 1), { recursive: true });
  watch(ALL, pathOf(store.pathOf('日本 語 %20')));
  await sink.waitForVersions('m', [1]);
  expect(sink.path('m', 1)).toBe(store.at('日本 語 %20', 1));
});

it.each([
  ['', "The path '' of model 'm' cannot be used: it is empty"],
  ['/a\0b', "The path '/a\0b' of model 'm' cannot be used: it has a NUL character"],
  ['file://elsewhere/models', /^The path 'file:\/\/elsewhere\/models' of model 'm' cannot be used: /],
])('reports the path %j once', async (path, message) => {
  const { sink, source, watch } = await startSource();
  watch(ALL, path);
  watch(ALL, path);
  await source.refresh();
  expect(codes(sink.reports('m'))).toEqual(['SRV_FS_PATH_INVALID INVALID_ARGUMENT']);
  expect(sink.reports('m')[0]?.message).toMatch(message);
});

it('goes on with a good path after one that made no sense', async () => {
  const { sink, source, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(store.at('m', 1), { recursive: true });
  watch();
  await sink.waitForVersions('m', [1]);
  watch(ALL, '');
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
  await mkdir(store.at('m', 2));
  watch();
  await sink.waitForVersions('m', [1, 2]);
});

it('names path, model and cure of a missing base path', async () => {
  const { sink, store, watch } = await startSource();
  watch();
  await sink.waitForReports('m');
  expect(codes(sink.reports('m'))).toEqual(['SRV_FS_BASE_PATH_MISSING NOT_FOUND']);
  expect(sink.reports('m')[0]?.message).toBe(
    `Could not find base path '${store.pathOf('m')}' of model 'm': create it, or correct the model's path`,
  );
});

it('reports a file in place of the base directory, and finds the directory that replaces it', async () => {
  const { sink, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(`${store.root}/models`);
  await writeFile(store.pathOf('m'), 'a model by itself');
  watch();
  await sink.waitForReports('m');
  expect(codes(sink.reports('m'))).toEqual(['SRV_FS_BASE_PATH_NOT_DIRECTORY INVALID_ARGUMENT']);
  await rm(store.pathOf('m'));
  await sink.waitForReports('m', 2);
  expect(codes(sink.reports('m')).at(-1)).toBe('SRV_FS_BASE_PATH_MISSING NOT_FOUND');
  await mkdir(store.at('m', 1), { recursive: true });
  await sink.waitForVersions('m', [1]);
});

it('reports a base path below a file', async () => {
  const { sink, store, watch } = await startSource();
  await writeFile(`${store.root}/models`, '');
  watch();
  await sink.waitForReports('m');
  expect(codes(sink.reports('m'))).toEqual(['SRV_FS_BASE_PATH_NOT_DIRECTORY INVALID_ARGUMENT']);
});

it('reports a base path that is a loop of links', async () => {
  const { sink, store, watch } = await startSource();
  await mkdir(`${store.root}/models`);
  await symlink('m', store.pathOf('m'));
  watch();
  await sink.waitForReports('m');
  expect(codes(sink.reports('m'))).toEqual(['SRV_FS_BASE_PATH_UNREADABLE UNAVAILABLE']);
});

it.skipIf(isSuperuser)('reports a base path that may not be read, once, and recovers', async () => {
  const { clock, sink, source, store, watch } = await startSource({ settleMs: 0 });
  await mkdir(store.at('m', 1), { recursive: true });
  await chmod(store.pathOf('m'), 0);
  watch();
  await sink.waitForReports('m');
  await source.refresh();
  expect(codes(sink.reports('m'))).toEqual(['SRV_FS_BASE_PATH_DENIED PERMISSION_DENIED']);
  await chmod(store.pathOf('m'), 0o755);
  clock.advance(1500);
  await sink.waitForVersions('m', [1]);
});

it('states a version that cannot be read as an error, beside the others, until it can be', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  await store.publish('m', 1);
  await symlink('2', store.at('m', 2));
  clock.advance(2000);
  watch();
  await sink.waitFor(() => sink.versions('m')?.includes('2') === true && sink.versions('m')?.includes('1') === true);
  const broken = sink.sets('m').at(-1)?.find((each) => each.version === 2n);
  expect(broken !== undefined && 'error' in broken ? codes([broken.error]) : broken).toEqual(['SRV_FS_VERSION_UNREADABLE UNAVAILABLE']);
  expect(sink.path('m', 1)).toBe(store.at('m', 1));
  const build = await store.build({ model: 'weights' });
  await rm(store.at('m', 2));
  await source.refresh();
  await rename(build, store.at('m', 2));
  await sink.waitFor(() => sink.path('m', 2) === store.at('m', 2));
});

it('does not follow a loop of links within a version for ever', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  watch();
  await writeFiles(store.at('m', 1), { 'a/b/model': 'weights' });
  await symlink('../..', store.at('m', 1, 'a', 'b', 'up'));
  await symlink('self', store.at('m', 1, 'self'));
  await symlink('nowhere', store.at('m', 1, 'a', 'dangling'));
  await source.refresh();
  clock.advance(60_000);
  await source.refresh();
  clock.advance(60_000);
  await sink.waitForVersions('m', [1]);
});

it('keeps a version pending while its link leads nowhere', async () => {
  const { clock, sink, source, store, watch } = await startSource();
  await store.createBase('m');
  await symlink(`${store.root}/builds/later`, store.at('m', 1));
  watch();
  await source.refresh();
  clock.advance(40_000);
  await source.refresh();
  expect(sink.versions('m')).toBeUndefined();
  await rename(await store.build({ model: 'weights' }), `${store.root}/builds/later`);
  await source.refresh();
  clock.advance(2000);
  await sink.waitForVersions('m', [1]);
});

it.each([{ pollIntervalMs: -1 }, { settleMs: Number.NaN }, { pollIntervalMs: Infinity }])('refuses the options %j', (options) => {
  expect(() => fs(options)).toThrow(/must be a number of milliseconds, 0 or more, got/);
});
