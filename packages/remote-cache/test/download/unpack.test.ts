import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { expect, it, onTestFinished } from 'vitest';
import { extract } from '../../src/download/extract.ts';
import { unpackArchive } from '../../src/download/unpack.ts';
import { temporaryDirectory } from '../memory-store.ts';

interface Entry extends HeaderData {
  readonly content?: string | Uint8Array;
}

const END = Buffer.alloc(1024);

/** An archive with any entries, also such as `tar` does not make. */
function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ content = '', ...data }) => {
    const bytes = Buffer.from(content);
    const block = Buffer.alloc(512);
    new Header({ mode: 0o644, type: 'File', size: bytes.byteLength, ...data }).encode(block, 0);
    return [block, bytes, Buffer.alloc((512 - (bytes.byteLength % 512)) % 512)];
  });
  return Buffer.concat([...blocks, END]);
}

async function unpack(archive: Uint8Array, { maxBytes = 2 ** 20, signal = new AbortController().signal } = {}): Promise<string> {
  const root = await temporaryDirectory();
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const path = join(root, 'archive');
  await writeFile(path, archive);
  const directory = join(root, 'version');
  try {
    await unpackArchive({ path, name: '1.tar.gz', maxBytes }, directory, signal);
  } catch (error) {
    // Nothing of it stays, and nothing is anywhere else.
    if (!signal.aborted) expect((await readdir(root)).filter((name) => name !== 'version.unpacking')).toEqual(['archive']);
    throw error;
  }
  return directory;
}

const LINKED: readonly Entry[] = [{ path: 'to', type: 'SymbolicLink', linkpath: '/tmp' }, { path: 'to/escaped', content: 'x' }];

it.each<[string, readonly Entry[], RegExp]>([
  ['leads up', [{ path: '../escaped', content: 'x' }], /'\.\.\/escaped': it has '\.' or '\.\.' as a part/],
  ['leads up in its middle', [{ path: 'a/../../escaped', content: 'x' }], /as a part/],
  ['is absolute', [{ path: '/tmp/servable-escaped', content: 'x' }], /it is an absolute path/],
  ['goes through a link', LINKED, /'to': it is a SymbolicLink/],
  ['is a link to another file', [{ path: 'a', content: 'x' }, { path: 'b', type: 'Link', linkpath: 'a' }], /'b': it is a Link/],
  ['is a device', [{ path: 'null', type: 'CharacterDevice', devmaj: 1, devmin: 3 }], /it is a CharacterDevice/],
  ['is a disk', [{ path: 'sda', type: 'BlockDevice', devmaj: 8, devmin: 0 }], /it is a BlockDevice/],
  ['is a pipe', [{ path: 'pipe', type: 'FIFO' }], /it is a FIFO/],
  ['is a folder of a file', [{ path: 'a', content: 'x' }, { path: 'a/b', content: 'x' }], /./],
])('refuses an archive with an entry that %s', async (_what, entries, reason) => {
  const unpacking = unpack(gzipSync(tarOf([{ path: 'model', content: 'weights' }, ...entries])));
  await expect(unpacking).rejects.toThrow(expect.objectContaining({ code: 'SRV_REMOTE_ARCHIVE_BROKEN', message: expect.stringMatching(reason) as unknown }));
});

it('gives an archive up that unpacks to more than it may, however small it is', async () => {
  const bomb = gzipSync(tarOf([{ path: 'model', content: 'weights' }, { path: 'zeros', content: Buffer.alloc(2 ** 21) }]));
  expect(bomb.byteLength).toBeLessThan(10_000);
  await expect(unpack(bomb)).rejects.toThrow(/holds more than 1048576 bytes: raise maxUnpackedBytes/);
  expect(await readdir(await unpack(bomb, { maxBytes: 2 ** 22 }))).toEqual(['model', 'zeros']);
});

it.each([
  ['a size that is a lie', gzipSync(tarOf([{ path: 'zeros', size: 2 ** 32, content: 'x' }])), /holds more than 1048576 bytes/],
  ['more behind its end', gzipSync(Buffer.concat([tarOf([{ path: 'a', content: 'x' }]), randomBytes(2 ** 21)])), /there is more behind its end/],
  ['another archive within', gzipSync(gzipSync(tarOf([{ path: 'a', content: 'x' }]))), /./],
  ['no end', gzipSync(tarOf([{ path: 'a', content: 'x'.repeat(5000) }])).subarray(0, 40), /./],
])('gives an archive up that has %s', async (_what, archive, reason) => {
  await expect(unpack(archive)).rejects.toThrow(expect.objectContaining({ code: 'SRV_REMOTE_ARCHIVE_BROKEN', message: expect.stringMatching(reason) as unknown }));
});

it('takes no more entries than it may', async () => {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const archive = join(directory, 'archive');
  await writeFile(archive, gzipSync(tarOf(['a', 'b', 'c'].map((path) => ({ path, content: path })))));
  await mkdir(join(directory, 'out'));
  const request = { archive, directory: join(directory, 'out'), maxBytes: 1000 };
  expect(extract({ ...request, maxEntries: 2 })).toEqual({ kind: 'archive', reason: 'it holds more than 2 files and folders' });
  expect(extract({ ...request, maxEntries: 3 })).toEqual({ kind: 'done' });
});

it('takes the last of two entries with one name, as tar does', async () => {
  const directory = await unpack(gzipSync(tarOf([{ path: './a', content: 'old' }, { path: 'a', content: 'new' }, { path: 'b', content: 'b' }])));
  expect(await readFile(join(directory, 'a'), 'utf8')).toBe('new');
});

it('gives files the mode of this process, whatever the archive says', async () => {
  const directory = await unpack(gzipSync(tarOf([{ path: 'a', content: 'a', mode: 0 }, { path: 'b', content: 'b', mode: 0o6777 }])));
  const modes = await Promise.all(['a', 'b'].map(async (name) => (await stat(join(directory, name))).mode & 0o7777));
  expect(modes).toEqual([0o644 & ~process.umask(), 0o644 & ~process.umask()]);
});

it('ends with the reason of the signal', async () => {
  const controller = new AbortController();
  const unpacking = unpack(gzipSync(tarOf([{ path: 'zeros', content: Buffer.alloc(2 ** 26) }])), { maxBytes: 2 ** 30, signal: controller.signal });
  setTimeout(() => controller.abort(new Error('no longer')), 1);
  await expect(unpacking).rejects.toThrow('no longer');
});
