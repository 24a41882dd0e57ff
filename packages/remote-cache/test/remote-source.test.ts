import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { ServingError } from '@servable/core';
import { expect, it, onTestFinished } from 'vitest';
import { MemoryBucket, temporaryDirectory } from './memory-store.ts';
import { ALL, startRemote } from './running-remote.ts';

const codes = (errors: readonly Error[]) => errors.map((error) => (ServingError.is(error) ? `${error.code} ${error.status}` : error.message));
const LATEST = { kind: 'latest', count: 1 } as const;

async function sharedDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

function bucketWith(files: Readonly<Record<string, string | Uint8Array>>): MemoryBucket {
  const bucket = new MemoryBucket();
  for (const [name, content] of Object.entries(files)) bucket.put(`models/${name}`, content);
  return bucket;
}

it('reads ranges side by side, never more than it may, and puts the file together', async () => {
  const bytes = randomBytes(100_000);
  const bucket = bucketWith({ 'm/1/model.bin': bytes, 'm/1/variables/index': 'index' });
  let running = 0;
  let most = 0;
  bucket.interference.chunk = async (chunk) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return chunk;
  };
  const { downloads, sink, source, watch } = await startRemote({ bucket, partBytes: 9000, parallelReads: 3 });
  watch({ m: ALL });
  await source.refresh();
  const path = sink.path('m', 1) ?? '';
  expect(Buffer.compare(await readFile(join(path, 'model.bin')), bytes)).toBe(0);
  expect(await readFile(join(path, 'variables', 'index'), 'utf8')).toBe('index');
  expect(most).toBe(3);
  expect(bucket.reads).toHaveLength(12 + 1);
  expect(downloads.at(0)).toMatchObject({ source: 'memory', id: { name: 'm', version: 1n }, phase: 'running', doneBytes: 0, totalBytes: 100_005 });
  expect(downloads.at(-1)).toMatchObject({ phase: 'done', doneBytes: 100_005, totalBytes: 100_005 });
});

it('goes on where a read stopped, and reads nothing twice', async () => {
  const bytes = randomBytes(50_000);
  const bucket = bucketWith({ 'm/1/model.bin': bytes });
  let chunks = 0;
  bucket.interference.chunk = (chunk) => {
    chunks += 1;
    if (chunks % 20 === 0) throw new Error('the connection was cut');
    return chunk;
  };
  const { sink, source, watch, requests } = await startRemote({ bucket, partBytes: 60_000 });
  watch({ m: ALL });
  await source.refresh();
  expect(Buffer.compare(await readFile(join(sink.path('m', 1) ?? '', 'model.bin')), bytes)).toBe(0);
  const reads = requests.filter(({ operation }) => operation === 'read');
  expect(reads.map(({ isOk }) => isOk)).toEqual([false, false, true]);
  expect(reads.reduce((sum, each) => sum + each.bytes, 0)).toBe(50_000);
});

it('gives a read up that brings nothing, and tries it again', async () => {
  const bucket = bucketWith({ 'm/1/model.bin': 'weights' });
  let tries = 0;
  bucket.interference.chunk = (chunk) => {
    tries += 1;
    return tries === 1 ? new Promise<Uint8Array>(() => {}) : chunk;
  };
  const { sink, source, watch } = await startRemote({ bucket, stallTimeoutMs: 300 });
  watch({ m: ALL });
  await source.refresh();
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model.bin'), 'utf8')).toBe('weights');
});

it('reads a damaged file again, and states one that stays damaged as an error', async () => {
  const bucket = bucketWith({ 'm/1/model.bin': 'once', 'm/2/model.bin': 'always' });
  let isFirst = true;
  bucket.interference.chunk = (chunk, { object }) => {
    const isDamaged = object.name.includes('/2/') || isFirst;
    if (object.name.includes('/1/')) isFirst = false;
    return isDamaged ? Buffer.from(chunk).fill(0, 0, 1) : chunk;
  };
  const { sink, source, watch } = await startRemote({ bucket });
  watch({ m: ALL });
  await source.refresh();
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model.bin'), 'utf8')).toBe('once');
  const broken = sink.sets('m').at(-1)?.find(({ version }) => version === 2n);
  expect(broken !== undefined && 'error' in broken ? codes([broken.error]) : []).toEqual(['SRV_REMOTE_CHECKSUM DATA_LOSS']);
  expect(bucket.reads.filter(({ object }) => object.name.includes('/2/'))).toHaveLength(3);
});

it('reads an object without ranges from its beginning', async () => {
  const bytes = randomBytes(30_000);
  const bucket = new MemoryBucket();
  bucket.put('models/m/1/model.bin', bytes, { hasRanges: false });
  let chunks = 0;
  bucket.interference.chunk = (chunk) => {
    chunks += 1;
    if (chunks === 10) throw new Error('the connection was cut');
    return chunk;
  };
  const { downloads, sink, source, watch } = await startRemote({ bucket, partBytes: 1000 });
  watch({ m: ALL });
  await source.refresh();
  expect(Buffer.compare(await readFile(join(sink.path('m', 1) ?? '', 'model.bin')), bytes)).toBe(0);
  expect(bucket.reads.map(({ range }) => range)).toEqual([{ start: 0, end: 30_000 }, { start: 0, end: 30_000 }]);
  expect(downloads.at(-1)).toMatchObject({ phase: 'done', doneBytes: 30_000 });
});

it('keeps the version that serves until the next one is here, and while that fails', async () => {
  const bucket = bucketWith({ 'm/1/model.bin': 'one' });
  const { sink, source, watch } = await startRemote({ bucket });
  watch({ m: LATEST });
  await source.refresh();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  bucket.interference.chunk = async () => {
    await held;
    return Buffer.from('bad');
  };
  bucket.put('models/m/2/model.bin', 'two');
  const looking = source.refresh();
  await expect.poll(() => bucket.reads.length).toBe(2);
  expect(sink.versions('m')).toEqual(['1']);
  release();
  await looking;
  expect(sink.versions('m')).toEqual(['2', '1']);
  expect(sink.path('m', 2)).toBeUndefined();
  bucket.interference = {};
  bucket.put('models/m/3/model.bin', 'three');
  await source.refresh();
  expect(sink.versions('m')).toEqual(['3']);
});

it('does not take a version that is still uploaded, by its marker', async () => {
  const bucket = bucketWith({ 'm/1/model.bin': 'one' });
  const { logger, sink, source, watch } = await startRemote({ bucket, completionMarker: '_SUCCESS' });
  watch({ m: ALL });
  await source.refresh();
  expect([sink.sets('m'), bucket.reads]).toEqual([[], []]);
  expect(logger.messages('info')).toEqual(["Version 1 of model 'm' is incomplete: waiting until all its files are there"]);
  bucket.put('models/m/1/_SUCCESS', '');
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
});

it('serves from the cache, and says so, when it starts without the network; then what is new', async () => {
  const cacheDirectory = await sharedDirectory();
  const bucket = bucketWith({ 'm/1/model.bin': 'one', 'm/2/model.bin': 'two' });
  const first = await startRemote({ bucket, cacheDirectory });
  first.watch({ m: ALL });
  await first.source.refresh();
  // A version that was taken away is not brought back by a start without the network.
  bucket.delete('models/m/2/');
  await first.source.refresh();
  await first.source.close();
  bucket.interference.list = () => {
    throw new Error('getaddrinfo ENOTFOUND storage.example');
  };
  const { sink, source, watch } = await startRemote({ bucket, cacheDirectory });
  watch({ m: ALL });
  await source.refresh();
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
  expect(codes(sink.reports('m'))).toEqual(['SRV_REMOTE_UNREACHABLE UNAVAILABLE']);
  expect(sink.reports('m')[0]?.message).toMatch(/ENOTFOUND storage\.example\. Version 1 is served from the cache, as listed at \d{4}-/);
  expect(sink.events.at(-1)?.kind).toBe('report');
  bucket.interference = {};
  bucket.put('models/m/3/model.bin', 'three');
  bucket.reads.length = 0;
  await source.refresh();
  expect(sink.versions('m')).toEqual(['3', '1']);
  expect(bucket.reads.map(({ object }) => object.name)).toEqual(['models/m/3/model.bin']);
});

it('brings nothing back from the cache for a base path that is gone', async () => {
  const cacheDirectory = await sharedDirectory();
  const bucket = bucketWith({ 'm/1/model.bin': 'one' });
  const first = await startRemote({ bucket, cacheDirectory });
  first.watch({ m: ALL });
  await first.source.refresh();
  await first.source.close();
  bucket.delete('models/');
  const { sink, source, watch } = await startRemote({ bucket, cacheDirectory });
  watch({ m: ALL });
  await source.refresh();
  expect([sink.sets('m'), codes(sink.reports('m'))]).toEqual([[], ['SRV_REMOTE_BASE_PATH_MISSING NOT_FOUND']]);
});

it('serves a version as it was while its files change, and warns once', async () => {
  const bucket = bucketWith({ 'm/1/model.bin': 'one' });
  const { logger, sink, source, watch } = await startRemote({ bucket, isHeld: () => true });
  watch({ m: ALL });
  await source.refresh();
  bucket.put('models/m/1/model.bin', 'other');
  await source.refresh();
  await source.refresh();
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model.bin'), 'utf8')).toBe('one');
  expect(sink.sets('m')).toHaveLength(1);
  expect(logger.messages('warn')).toEqual([
    "The files of version 1 of model 'm' changed at 'memory://bucket/models/m': it is served as it was. Upload changes under a new number",
  ]);
});

it('loads a version that could not be loaded again once its files change', async () => {
  const bucket = bucketWith({ 'm/1/saved_model.pb': 'graph' });
  const { sink, source, watch } = await startRemote({ bucket, isHeld: () => false });
  watch({ m: ALL });
  await source.refresh();
  bucket.put('models/m/1/variables', 'late');
  await source.refresh();
  expect(sink.sets('m').map((set) => set.length)).toEqual([1, 0, 1]);
  expect(await readdir(sink.path('m', 1) ?? '')).toEqual(['saved_model.pb', 'variables']);
});

it('removes what was not used for longest, and never what serves', async () => {
  const held = new Set(['m/1', 'm/2', 'm/3']);
  const bucket = new MemoryBucket();
  const { cacheDirectory, logger, sink, source, watch } = await startRemote({
    bucket,
    maxCacheBytes: 2500,
    isHeld: (name, version) => held.has(`${name}/${version}`),
  });
  const cached = async (): Promise<readonly string[]> => (await readdir(join(cacheDirectory, 'v1', 'entries'))).map((name) => name.split('-')[1] ?? '').toSorted();
  const publish = async (version: number): Promise<void> => {
    bucket.put(`models/m/${version}/model.bin`, randomBytes(1000));
    watch({ m: LATEST });
    await source.refresh();
    expect(sink.versions('m')).toEqual([String(version)]);
  };
  for (const version of [1, 2, 3]) await publish(version);
  // All three may serve, so all stay.
  expect(await cached()).toEqual(['1', '2', '3']);
  expect(logger.messages('warn').filter((message) => message.includes('raise maxCacheBytes'))).toHaveLength(1);
  held.delete('m/1');
  held.delete('m/2');
  await publish(4);
  expect(await cached()).toEqual(['3', '4']);
});

it('names a file that cannot be one here, and writes nothing outside of its cache', async () => {
  const bucket = bucketWith({ 'm/1/../../../../escaped': 'x', 'm/2/model.bin': 'fine' });
  const { sink, source, watch } = await startRemote({ bucket });
  watch({ m: ALL });
  await source.refresh();
  const broken = sink.sets('m').at(-1)?.find(({ version }) => version === 1n);
  expect(broken !== undefined && 'error' in broken ? broken.error.message : '').toBe(
    "'../../../../escaped' of m/1 cannot be a file here: it has '.' or '..' as a part. Upload it under another name",
  );
  expect(bucket.reads.map(({ object }) => object.name)).toEqual(['models/m/2/model.bin']);
});

it('says what is wrong with a cache directory that cannot be, and begins once it can', async () => {
  const directory = await sharedDirectory();
  const cacheDirectory = join(directory, 'file', 'cache');
  await writeFile(join(directory, 'file'), '');
  const bucket = bucketWith({ 'm/1/model.bin': 'one' });
  const { sink, source, watch } = await startRemote({ bucket, cacheDirectory });
  watch({ m: ALL });
  await source.refresh();
  expect(codes(sink.reports('m'))).toEqual(['SRV_REMOTE_CACHE_UNUSABLE FAILED_PRECONDITION']);
  expect(sink.reports('m')[0]?.message).toMatch(/ENOTDIR.*Set the source's cacheDirectory to a directory that this user may write$/);
  expect(bucket.lists).toEqual([]);
  await rm(join(directory, 'file'));
  await source.refresh();
  expect(sink.versions('m')).toEqual(['1']);
});

it('downloads an entry again that somebody damaged', async () => {
  const cacheDirectory = await sharedDirectory();
  const bucket = bucketWith({ 'm/1/model.bin': 'one' });
  const first = await startRemote({ bucket, cacheDirectory });
  first.watch({ m: ALL });
  await first.source.refresh();
  await rm(join(first.sink.path('m', 1) ?? '', 'model.bin'));
  await first.source.close();
  const { sink, source, watch } = await startRemote({ bucket, cacheDirectory });
  watch({ m: ALL });
  await source.refresh();
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model.bin'), 'utf8')).toBe('one');
});

it('downloads once for several servers, and for several models at one place', async () => {
  const cacheDirectory = await sharedDirectory();
  const bucket = bucketWith({ 'm/1/model.bin': randomBytes(20_000) });
  const servers = await Promise.all([1, 2, 3].map(() => startRemote({ bucket, cacheDirectory, partBytes: 1000 })));
  for (const { watch } of servers) watch({ a: ALL, b: ALL }, () => 'memory://bucket/models/m');
  await Promise.all(servers.map(({ source }) => source.refresh()));
  const paths = servers.flatMap(({ sink }) => [sink.path('a', 1), sink.path('b', 1)]);
  expect(new Set(paths).size).toBe(1);
  expect(bucket.bytesAsked).toBe(20_000);
});

it('does not remove what another server on the same cache serves', async () => {
  const cacheDirectory = await sharedDirectory();
  const bucket = bucketWith({ 'a/1/model.bin': randomBytes(1000), 'b/1/model.bin': randomBytes(1000) });
  const one = await startRemote({ bucket, cacheDirectory });
  one.watch({ a: ALL });
  await one.source.refresh();
  const other = await startRemote({ bucket, cacheDirectory, maxCacheBytes: 0 });
  other.watch({ b: ALL });
  await other.source.refresh();
  expect(await readdir(one.sink.path('a', 1) ?? '')).toEqual(['model.bin']);
  await one.source.close();
  bucket.put('models/b/2/model.bin', randomBytes(1000));
  await other.source.refresh();
  await expect(readdir(one.sink.path('a', 1) ?? '')).rejects.toThrow('ENOENT');
});
