import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MemoryBucket, temporaryDirectory } from './memory-store.ts';
import { ALL, type RunningRemote, startRemote } from './running-remote.ts';

/** A user of this system that owns nothing. */
const NOBODY = 65_534;

async function start(cacheDirectory?: string, isHeld?: () => boolean): Promise<RunningRemote> {
  const bucket = new MemoryBucket();
  bucket.put('models/m/1/model.bin', 'one');
  const running = await startRemote({ bucket, ...(cacheDirectory === undefined ? {} : { cacheDirectory }), ...(isHeld === undefined ? {} : { isHeld }) });
  running.watch({ m: ALL });
  await running.source.refresh();
  return running;
}

async function publishSecond({ bucket, sink, source }: RunningRemote): Promise<void> {
  bucket.put('models/m/2/model.bin', 'two');
  await source.refresh();
  expect(sink.versions('m')).toEqual(['2', '1']);
  expect(await readFile(join(sink.path('m', 2) ?? '', 'model.bin'), 'utf8')).toBe('two');
}

it('makes the cache directory again that is removed while it serves', async () => {
  const running = await start();
  await rm(running.cacheDirectory, { recursive: true });
  await publishSecond(running);
  expect(running.sink.reports('m')).toEqual([]);
  expect(await readdir(join(running.cacheDirectory, 'v1', 'owners'))).toHaveLength(1);
});

it('goes on in a cache directory that is replaced by a link, and removes nothing behind other links', async () => {
  const running = await start();
  const elsewhere = await temporaryDirectory();
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  await rename(running.cacheDirectory, join(elsewhere, 'moved'));
  await symlink(join(elsewhere, 'moved'), running.cacheDirectory);
  await writeFile(join(elsewhere, 'precious'), 'kept');
  // Links where downloads and entries are, as somebody with access could plant them.
  for (const folder of ['staging', 'entries', 'trash']) await symlink(elsewhere, join(elsewhere, 'moved', 'v1', folder, 'link'));
  await publishSecond(running);
  expect(await readFile(join(elsewhere, 'precious'), 'utf8')).toBe('kept');
  expect((await readdir(elsewhere)).toSorted()).toEqual(['moved', 'precious']);
});

it('removes nothing for a version that claims more than the whole disk', async () => {
  // Nothing serves from the first one any more, so it could be removed.
  const { bucket, cacheDirectory, sink, source, watch } = await start(undefined, () => false);
  watch({});
  bucket.put('models/n/1/model.bin', 'small', { sizeBytes: Number.MAX_SAFE_INTEGER });
  watch({ n: ALL });
  await source.refresh();
  const [stated] = sink.sets('n').at(-1) ?? [];
  expect(stated !== undefined && 'error' in stated ? stated.error.message : '').toMatch(/^No space is left for n\/1 \(9007199254740991 bytes\)/);
  expect(await readdir(join(cacheDirectory, 'v1', 'entries'))).toEqual([expect.stringMatching(/^m-1-/)]);
});

it('says once that a file stands in the place of the cache directory, serves on, and goes on when it is gone', async () => {
  const running = await start();
  await rm(running.cacheDirectory, { recursive: true });
  await writeFile(running.cacheDirectory, '');
  for (let look = 0; look < 3; look += 1) await running.source.refresh();
  expect(running.sink.reports('m').map(({ message }) => message)).toEqual([expect.stringMatching(/^The cache directory .* cannot be used/)]);
  expect(running.sink.versions('m')).toEqual(['1']);
  await rm(running.cacheDirectory);
  await publishSecond(running);
});

it('does not serve an entry in which a byte changed, says so, and downloads it again; without the store, serves nothing', async () => {
  const cacheDirectory = await temporaryDirectory();
  const first = await start(cacheDirectory);
  const file = join(first.sink.path('m', 1) ?? '', 'model.bin');
  const { bucket } = first;
  await first.source.close();
  await writeFile(file, 'oNe');
  bucket.interference.list = () => {
    throw new Error('no network');
  };
  const { logger, sink, source, watch } = await startRemote({ bucket, cacheDirectory });
  watch({ m: ALL });
  await source.refresh();
  expect(sink.sets('m')).toEqual([]);
  expect(logger.messages('warn')).toEqual([expect.stringMatching(/^'m-1-[0-9a-f]+' in the cache at .* is damaged, and removed: the md5 of 'model\.bin' is [0-9a-f]{32}, not /)]);
  bucket.interference = {};
  await source.refresh();
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model.bin'), 'utf8')).toBe('one');
  expect(logger.messages('warn')).toHaveLength(1);
});

it('holds a file without a checksum of the store to its own', async () => {
  const cacheDirectory = await temporaryDirectory();
  const bucket = new MemoryBucket();
  bucket.put('models/m/1/model.bin', 'one', { checksum: undefined as never });
  const first = await startRemote({ bucket, cacheDirectory });
  first.watch({ m: ALL });
  await first.source.refresh();
  await first.source.close();
  await writeFile(join(first.sink.path('m', 1) ?? '', 'model.bin'), 'oNe');
  const { logger, sink, source, watch } = await startRemote({ bucket, cacheDirectory });
  watch({ m: ALL });
  await source.refresh();
  expect(await readFile(join(sink.path('m', 1) ?? '', 'model.bin'), 'utf8')).toBe('one');
  expect(logger.messages('warn')).toEqual([expect.stringMatching(/the crc32c of 'model\.bin'/)]);
});

const isRoot = process.getuid?.() === 0;

it.skipIf(process.platform === 'win32')('says that a cache directory may not be written, as a user that may not', async () => {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await mkdir(join(directory, 'locked'));
  await chmod(directory, 0o755);
  await chmod(join(directory, 'locked'), 0o555);
  if (isRoot) await chown(join(directory, 'locked'), 0, 0);
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    const { sink } = await start(join(directory, 'locked', 'cache'));
    expect(sink.reports('m').map(({ message }) => message)).toEqual([expect.stringMatching(/EACCES.*Set the source's cacheDirectory to a directory that this user may write$/)]);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

it('says that a cache directory is on a file system that is read-only', async ({ skip }) => {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    skip('this system lets no file system be mounted');
  }
  onTestFinished(() => void execFileSync('umount', ['-l', directory]));
  const { sink } = await start(join(directory, 'cache'));
  expect(sink.reports('m').map(({ message }) => message)).toEqual([expect.stringMatching(/the file system is read-only \(EROFS\)/)]);
});
