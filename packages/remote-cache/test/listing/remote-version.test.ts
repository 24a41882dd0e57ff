import { expect, it } from 'vitest';
import { locatePath } from '../../src/listing/remote-path.ts';
import { readVersions } from '../../src/listing/remote-version.ts';
import type { RemoteObject } from '../../src/remote-store.ts';

const base = { container: 'bucket', prefix: 'models/m/' };
const object = (name: string, revision = '1', sizeBytes = 3): RemoteObject => ({ name, revision, sizeBytes });
const read = (objects: readonly RemoteObject[], held: readonly string[] = [], platform: NodeJS.Platform = 'linux') => readVersions(base, objects, new Set(held), platform);

it('sorts files into versions, and leaves out what is in none', () => {
  const names = ['models/m/', 'models/m/1/', 'models/m/1/b/c', 'models/m/1/a', 'models/m/007/x', 'models/m/7.tmp/x', 'models/m/README', 'models/m/3', 'models/mm/9/x', 'other'];
  const { versions, exists } = read(names.map((name) => object(name)));
  expect(exists).toBe(true);
  expect(versions.map(({ version, name, totalBytes, files }) => [version, name, totalBytes, files.map(({ path }) => path)])).toEqual([
    [1n, '1', 6, ['a', 'b/c']],
    [7n, '007', 3, ['x']],
  ]);
});

it.each([
  ['nothing', [], false],
  ['only neighbours', ['models/mm/1/x', 'models/m'], false],
  ['only its folder', ['models/m/'], true],
  ['only a file without a version', ['models/m/README'], true],
])('with %s, says whether the base path is there', (_what, names, exists) => {
  expect(read(names.map((name) => object(name))).exists).toBe(exists);
});

it('takes the last of several names for one version, unless another serves', () => {
  const objects = [object('models/m/1/x'), object('models/m/001/x')];
  expect(read(objects).versions.map(({ name }) => name)).toEqual(['1']);
  expect(read(objects, ['001']).versions.map(({ name }) => name)).toEqual(['001']);
  expect(read(objects).duplicates).toEqual([{ version: 1n, taken: '1', ignored: ['001'] }]);
});

it('names content by names, sizes and revisions of all files, whatever their order, and by the place', () => {
  const idOf = (objects: readonly RemoteObject[], location = base): string | undefined => readVersions(location, objects, new Set(), 'linux').versions[0]?.contentId;
  const a = object('models/m/1/a');
  const b = object('models/m/1/b');
  const id = idOf([a, b]);
  expect(id).toMatch(/^m-1-[0-9a-f]{24}$/);
  expect(idOf([b, a, object('models/m/x')])).toBe(id);
  const others = [[a], [a, object('models/m/1/b', '2')], [a, object('models/m/1/b', '1', 4)], [a, object('models/m/1/c')], [a, b, object('models/m/1/c')]];
  const ids = others.map((objects) => idOf(objects));
  expect(new Set([id, ...ids, idOf([a, b], { ...base, container: 'other' })]).size).toBe(others.length + 2);
});

it('makes a name that a file can have, of any location', () => {
  const location = { container: 'bucket', prefix: 'ä/../日本 語:*?/' };
  const { versions } = readVersions(location, [object(`${location.prefix} +7/x`)], new Set(), 'win32');
  expect(versions[0]?.contentId).toMatch(/^_-7-[0-9a-f]{24}$/);
});

it('says which file of a version cannot be brought here, and why', () => {
  expect(read([object('models/m/1/../../etc/passwd')]).versions[0]?.fault).toMatchObject({ name: '../../etc/passwd' });
  expect(read([object('models/m/1/con')]).versions[0]?.fault).toBeUndefined();
  expect(read([object('models/m/1/con')], [], 'win32').versions[0]?.fault).toMatchObject({ name: 'con' });
  expect(read([object('models/m/1/a'), object('models/m/1/a/b')]).versions[0]?.fault).toMatchObject({ name: 'a/b' });
});

it.each([
  ['gs://bucket/models/m', 'bucket', 'models/m/'],
  ['gs://bucket/models/m/', 'bucket', 'models/m/'],
  ['gs://bucket', 'bucket', ''],
  ['gs://bucket//a//b', 'bucket', 'a/b/'],
  ['s3://my.bucket/日本 語/%20', 'my.bucket', '日本 語/%20/'],
])('reads the path %s', (path, container, prefix) => {
  expect(locatePath(path)).toEqual({ container, prefix });
});

it.each(['', 'models', '/models/m', 'C:\\models', 'gs://', 'gs:///m', 'gs:bucket/m'])('refuses the path %j', (path) => {
  expect(() => locatePath(path)).toThrow('it must read scheme://bucket/folder');
});
