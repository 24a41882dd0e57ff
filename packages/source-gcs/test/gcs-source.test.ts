import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CRC32C } from '@google-cloud/storage';
import { parseModelName, ServingError, type SourceRequest } from '@servable/core';
import { collectLogger, RecordingSink } from '@servable/plugin-testing';
import { expect, it, onTestFinished } from 'vitest';
import { crc32c } from '../../tfrecord/src/crc32c.ts';
import gcs, { type GcsOptions } from '../src/index.ts';
import { GcsBucket } from './gcs-bucket.ts';

async function start(options: GcsOptions = {}) {
  const bucket = await GcsBucket.create();
  const sink = new RecordingSink();
  const requests: SourceRequest[] = [];
  const plugin = gcs({ pollIntervalMs: 0, settleMs: 0, cacheDirectory: bucket.directory, apiEndpoint: bucket.fake.endpoint, ...options });
  const observer = { requestDone: (each: SourceRequest) => void requests.push(each), downloadChanged: () => {} };
  const source = plugin.create({ sink, logger: collectLogger(), observer });
  onTestFinished(async () => {
    await source.close();
    await bucket.close();
  });
  const watch = (names: readonly string[], pathOf = (name: string) => bucket.pathOf(name)): void =>
    source.monitor(names.map((name) => ({ name: parseModelName(name), path: pathOf(name), selector: { kind: 'all' } })));
  return { bucket, fake: bucket.fake, sink, source, requests, watch };
}

const codes = (errors: readonly Error[]) => errors.map((error) => (ServingError.is(error) ? `${error.code} ${error.status}` : error.message));

it('sums up as the library of Google does', () => {
  for (const length of [0, 1, 7, 8, 9, 1000, 65_537]) {
    const bytes = randomBytes(length);
    const theirs = new CRC32C();
    theirs.update(bytes);
    expect(crc32c(bytes)).toBe(theirs.valueOf() >>> 0);
  }
});

it('brings an object here by ranges, each of its generation, over connections that are cut', async () => {
  const { bucket, fake, sink, source, requests, watch } = await start({ partBytes: 40_000, parallelReads: 3 });
  const bytes = randomBytes(150_000);
  fake.put('bucket', 'models/m/1/model.bin', bytes);
  fake.put('bucket', 'models/m/1/empty', '');
  fake.put('bucket', 'models/m/1/日本 語/%20?#.txt', 'odd');
  let cuts = 0;
  fake.disturb = (_request, isRead) => {
    cuts += isRead ? 1 : 0;
    return isRead && cuts % 2 === 1 ? { cutAfterBytes: 15_000 } : undefined;
  };
  watch(['m']);
  await source.refresh();
  const path = sink.path('m', 1) ?? '';
  expect(path.startsWith(bucket.directory)).toBe(true);
  expect(Buffer.compare(await readFile(join(path, 'model.bin')), bytes)).toBe(0);
  expect(await readFile(join(path, '日本 語/%20?#.txt'), 'utf8')).toBe('odd');
  expect(await readFile(join(path, 'empty'), 'utf8')).toBe('');
  const reads = requests.filter(({ operation }) => operation === 'read');
  expect(reads.some(({ isOk }) => !isOk)).toBe(true);
  expect(reads).toHaveLength(fake.reads.length);
  expect(reads.reduce((sum, each) => sum + each.bytes, 0)).toBeLessThan(1.5 * 150_003);
});

it.each([20, 200])('asks once for the list of %i models', async (count) => {
  const { fake, sink, source, watch } = await start();
  const names = Array.from({ length: count }, (_none, index) => `m${index}`);
  for (const name of names) fake.put('bucket', `models/${name}/`, '');
  watch(names);
  await source.refresh();
  expect(names.map((name) => sink.versions(name))).toEqual(names.map(() => []));
  fake.lists.length = 0;
  await source.refresh();
  expect(fake.lists).toHaveLength(1);
});

it.each([
  [401, 'SRV_GCS_CREDENTIALS UNAUTHENTICATED'],
  [403, 'SRV_GCS_DENIED PERMISSION_DENIED'],
  [503, 'SRV_REMOTE_UNREACHABLE UNAVAILABLE'],
])('reports an answer of %i once', async (status, code) => {
  const { fake, sink, source, watch } = await start();
  fake.disturb = () => ({ status });
  watch(['m']);
  await source.refresh();
  await source.refresh();
  expect(codes(sink.reports('m'))).toEqual([code]);
  expect(sink.sets('m')).toEqual([]);
});

it('names the bucket that is not there, and the prefix', async () => {
  const { sink, source, watch } = await start();
  watch(['m', 'n'], (name) => (name === 'm' ? 'gs://nowhere/m' : 'gs://bucket/n'));
  await source.refresh();
  expect(codes(sink.reports('m'))).toEqual(['SRV_GCS_BUCKET_MISSING NOT_FOUND']);
  expect(codes(sink.reports('n'))).toEqual(['SRV_REMOTE_BASE_PATH_MISSING NOT_FOUND']);
});

it('says what to do about credentials that make no sense', async () => {
  const { bucket } = await start();
  const keyFilename = join(bucket.directory, 'key.json');
  await writeFile(keyFilename, '{"type":"service_account","client_email":"a@b.example","private_key":"nonsense"}');
  const other = await start({ keyFilename });
  other.watch(['m']);
  await other.source.refresh();
  expect(other.sink.reports('m').map(({ message }) => message)).toEqual([expect.stringContaining("'gcloud auth application-default login'")]);
});

it('states an object that is stored packed as the error of its version', async () => {
  const { fake, sink, source, watch } = await start();
  fake.put('bucket', 'models/m/1/model.bin', 'packed', 'gzip');
  watch(['m']);
  await source.refresh();
  const [version] = sink.sets('m').at(-1) ?? [];
  expect(version !== undefined && 'error' in version ? codes([version.error]) : []).toEqual(['SRV_GCS_ENCODED FAILED_PRECONDITION']);
});

it.each([
  [{ apiEndpoint: 'localhost' }, "apiEndpoint must be a URL such as 'http://127.0.0.1:4443', got 'localhost'"],
  [{ anonymous: true, keyFilename: 'key.json' }, 'anonymous must be left out when keyFilename is given'],
  [{ parallelReads: 0 }, 'parallelReads must be a whole number, 1 or more, got 0'],
])('refuses %j', (options, message) => {
  expect(() => gcs(options)).toThrow(message);
});
