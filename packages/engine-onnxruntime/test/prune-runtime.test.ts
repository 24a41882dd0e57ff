import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { pruneRuntime } from '../src/index.ts';

/** A package with a library of three bytes for each platform. */
async function installed(...platforms: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'servable-prune-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const platform of platforms) {
    await mkdir(join(folder, 'bin', 'napi-v6', platform), { recursive: true });
    await writeFile(join(folder, 'bin', 'napi-v6', platform, 'library'), 'abc');
  }
  return folder;
}

it('removes the libraries for other platforms, once', async () => {
  const folder = await installed('linux/x64', 'linux/arm64', 'darwin/arm64');
  const first = await pruneRuntime(folder, 'linux/x64');
  expect({ ...first, removed: [...first.removed].toSorted() }).toEqual({ removed: ['darwin/arm64', 'linux/arm64'], freedBytes: 6, kept: 'linux/x64' });
  expect(await readdir(join(folder, 'bin', 'napi-v6', 'linux'))).toEqual(['x64']);
  expect(existsSync(join(folder, 'bin', 'napi-v6', 'linux', 'x64', 'library'))).toBe(true);
  expect(await pruneRuntime(folder, 'linux/x64')).toEqual({ removed: [], freedBytes: 0, kept: 'linux/x64' });
});

it('removes nothing where there is no library for the target', async () => {
  const folder = await installed('linux/x64', 'win32/x64');
  await expect(pruneRuntime(folder, 'freebsd/x64')).rejects.toThrow(/no library for freebsd\/x64/);
  expect(await readdir(join(folder, 'bin', 'napi-v6'))).toEqual(['linux', 'win32']);
});
