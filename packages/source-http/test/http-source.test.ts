import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseModelName, ServingError } from '@servable/core';
import { collectLogger, RecordingSink } from '@servable/plugin-testing';
import { expect, it, onTestFinished } from 'vitest';
import http, { createHttpIndex, type HttpOptions } from '../src/index.ts';
import { HttpSite } from './http-site.ts';

async function start(options: HttpOptions = {}) {
  const site = await HttpSite.create();
  const sink = new RecordingSink();
  const source = http({ pollIntervalMs: 0, cacheDirectory: site.directory, ...options }).create({ sink, logger: collectLogger() });
  onTestFinished(async () => {
    await source.close();
    await site.close();
  });
  const look = async (path: string): Promise<void> => {
    source.monitor([{ name: parseModelName('m'), path, selector: { kind: 'all' } }]);
    await source.refresh();
  };
  return { site, server: site.server, sink, source, look };
}

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'servable-archive-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Packed by the system's own tar. */
function archive(files: Readonly<Record<string, string>>, args: readonly string[] = ['.'], prepare: (directory: string) => void = () => {}): Buffer {
  const directory = temporary();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  prepare(directory);
  return execFileSync('tar', ['-czf', '-', '-C', directory, ...args], { maxBuffer: 2 ** 24 });
}

const errorsOf = (sink: RecordingSink): readonly string[] =>
  (sink.sets('m').at(-1) ?? []).flatMap((each) => ('error' in each ? [`${each.error.code}: ${each.error.message}`] : []));
const codes = (errors: readonly Error[]) => errors.map((error) => (ServingError.is(error) ? error.code : error.message));

it('makes an index that it reads', async () => {
  const { server, sink, look } = await start();
  const directory = temporary();
  const files = { '1/model.onnx': 'one', '20/variables/日本 語#?.index': 'two', '20/empty': '' };
  for (const [name, content] of Object.entries({ ...files, 'notes.txt': 'no version', 'latest/x': 'no version' })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
    server.put(`/m/${name}`, content);
  }
  server.put('/m/index.json', JSON.stringify(await createHttpIndex(directory)));
  await look(`${server.url}/m/`);
  expect(sink.versions('m')).toEqual(['20', '1']);
  for (const [name, content] of Object.entries(files)) {
    const [version = '', ...rest] = name.split('/');
    expect(readFileSync(join(sink.path('m', version) ?? '', ...rest), 'utf8')).toBe(content);
  }
});

it('asks for an index that did not change by its ETag', async () => {
  const { site, server, sink, source, look } = await start();
  site.publishFiles('m', 1, { model: 'one' });
  await look(site.pathOf('m'));
  await source.refresh();
  expect(sink.sets('m')).toHaveLength(1);
  expect(sink.reports('m')).toEqual([]);
  expect(server.requests.filter((each) => each.endsWith('index.json')).length).toBeGreaterThanOrEqual(2);
});

it('downloads from a server that knows no ranges', async () => {
  const { site, server, sink, look } = await start({ partBytes: 1000 });
  server.hasRanges = false;
  const bytes = Buffer.alloc(4500, 'weights ');
  site.publishFiles('m', 1, { model: bytes });
  await look(site.pathOf('m'));
  expect(Buffer.compare(readFileSync(join(sink.path('m', 1) ?? '', 'model')), bytes)).toBe(0);
});

it('sends its headers, and says when they are wanted', async () => {
  const without = await start();
  without.server.authorization = 'Bearer secret';
  without.site.publishFiles('m', 1, { model: 'one' });
  await without.look(without.site.pathOf('m'));
  expect(codes(without.sink.reports('m'))).toEqual(['SRV_HTTP_DENIED']);
  const withThem = await start({ headers: { authorization: 'Bearer secret' } });
  withThem.server.authorization = 'Bearer secret';
  withThem.site.publishFiles('m', 1, { model: 'one' });
  await withThem.look(withThem.site.pathOf('m'));
  expect(withThem.sink.versions('m')).toEqual(['1']);
});

it.each([
  ['no JSON', '<html>', /Unexpected token/],
  ['no versions', '{}', /it has no object 'versions'/],
  ['a version without files', '{"versions":{"1":{}}}', /version '1' has no list 'files'/],
  ['a file without a size', '{"versions":{"1":{"files":[{"path":"x","sha256":""}]}}}', /'1\/x' has no 'size' in bytes/],
  ['a file without a sum', '{"versions":{"1":{"files":[{"path":"x","size":1}]}}}', /'1\/x' has no 'sha256'/],
  ['a file elsewhere', `{"versions":{"1":{"files":[{"path":"x","size":1,"sha256":"${'0'.repeat(64)}","url":"file:///etc/passwd"}]}}}`, /is no http address/],
])('names what is wrong with an index of %s', async (_what, text, message) => {
  const { server, sink, look } = await start();
  server.put('/m/index.json', text);
  await look(`${server.url}/m/index.json`);
  expect(codes(sink.reports('m'))).toEqual(['SRV_HTTP_INDEX_INVALID']);
  expect(sink.reports('m')[0]?.message).toMatch(message);
});

it('unpacks an archive, and takes a folder around everything off', async () => {
  const { server, sink, look } = await start();
  server.put('/m/12.tar.gz', archive({ 'saved_model.pb': 'graph', 'variables/variables.index': 'index' }));
  await look(`${server.url}/m/12.tar.gz`);
  expect(readFileSync(join(sink.path('m', 12) ?? '', 'variables', 'variables.index'), 'utf8')).toBe('index');
  server.put('/m/13.tgz', archive({ 'model/a': 'a', 'model/b': 'b' }, ['model']));
  await look(`${server.url}/m/13.tgz`);
  expect(readdirSync(sink.path('m', 13) ?? '')).toEqual(['a', 'b']);
});

it('makes a new version of an archive that is replaced', async () => {
  const { server, sink, source, look } = await start();
  server.put('/m.tar.gz', archive({ a: 'old' }), new Date('2026-01-01T00:00:00Z'));
  await look(`${server.url}/m.tar.gz`);
  expect(sink.versions('m')).toEqual([String(Date.UTC(2026, 0, 1) / 1000)]);
  server.put('/m.tar.gz', archive({ a: 'new' }), new Date('2026-01-02T00:00:00Z'));
  await source.refresh();
  const [version = ''] = sink.versions('m') ?? [];
  expect(version).toBe(String(Date.UTC(2026, 0, 2) / 1000));
  expect(readFileSync(join(sink.path('m', version) ?? '', 'a'), 'utf8')).toBe('new');
});

it.each([
  ['is none', () => Buffer.from('this is no archive'), /cannot be unpacked/],
  ['is cut short', () => archive({ a: 'x'.repeat(100_000) }).subarray(0, 120), /cannot be unpacked/],
  ['is empty', () => archive({}), /it is empty/],
  ['holds a link', () => archive({ a: 'x' }, ['.'], (directory) => symlinkSync('/etc/passwd', join(directory, 'link'))), /it is a SymbolicLink/],
  ['leads elsewhere', () => archive({ 'in/a': 'x', escaped: 'y' }, ['--transform=s,^escaped,../escaped,', '-P', 'in', 'escaped']), /'\.\.'/],
])('states an archive that %s as the error of its version', async (_what, make, message) => {
  const { server, sink, look } = await start();
  server.put('/1.tar.gz', make());
  await look(`${server.url}/1.tar.gz`);
  expect(errorsOf(sink)).toEqual([expect.stringMatching(/^SRV_REMOTE_ARCHIVE_BROKEN/)]);
  expect(errorsOf(sink)[0]).toMatch(message);
});

it('refuses headers that HTTP does not allow', () => {
  expect(() => http({ headers: { 'a b': 'c' } })).toThrow('headers must be an object of names and texts that HTTP allows');
});
