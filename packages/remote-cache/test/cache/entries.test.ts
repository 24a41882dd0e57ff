import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RemoteCache } from '../../src/cache/remote-cache.ts';
import { dropStaging, takeStaging } from '../../src/cache/staging.ts';
import { digestFile } from '../../src/download/file-digest.ts';
import { temporaryDirectory } from '../memory-store.ts';

const { signal } = new AbortController();

async function openTwice(): Promise<readonly [RemoteCache, RemoteCache]> {
  const directory = await temporaryDirectory();
  const onDamage = (entry: string, reason: string): void => expect.unreachable(`${entry}: ${reason}`);
  const open = () => RemoteCache.open(directory, { digest: (path, _bytes, algorithm) => digestFile(path, algorithm), onDamage });
  const caches = [await open(), await open()] as const;
  onTestFinished(async () => {
    for (const cache of caches) await cache.close();
    await rm(directory, { recursive: true, force: true });
  });
  return caches;
}

/** Brings an entry as a download does. */
async function fill(cache: RemoteCache, contentId: string): Promise<void> {
  const staging = await takeStaging(cache, contentId, { isDone: () => cache.entries.has(contentId), signal });
  if (staging === undefined) return;
  await mkdir(join(staging.content, '1'), { recursive: true });
  await writeFile(join(staging.content, '1', 'model'), contentId);
  await cache.entries.publish(contentId, staging, { folder: '1', totalBytes: contentId.length, files: [{ path: 'model', sizeBytes: contentId.length }] });
  await dropStaging(cache.layout, staging);
}

async function use(cache: RemoteCache, contentId: string): Promise<string> {
  for (;;) {
    const path = await cache.entries.use(contentId, signal);
    if (path !== undefined) return path;
    await cache.turns.run(contentId, () => fill(cache, contentId));
  }
}

it('never removes an entry under somebody who uses it, however uses and removals meet', async () => {
  const [one, other] = await openTwice();
  for (let round = 0; round < 5; round += 1) {
    const over = new AbortController();
    const users = [one, other, one, other].map(async (cache) => {
      const path = await use(cache, 'content');
      expect(await readFile(join(path, 'model'), 'utf8')).toBe('content');
      await new Promise((resolve) => setImmediate(resolve));
      expect(await readFile(join(path, 'model'), 'utf8')).toBe('content');
      await cache.entries.release('content');
    });
    const evictors = [one, other].map(async (cache) => {
      while (!over.signal.aborted) {
        await cache.entries.evict('content');
        // Without a pause nobody would get to use it.
        await new Promise((resolve) => setTimeout(resolve, 10 * Math.random()));
      }
    });
    await Promise.all(users);
    over.abort();
    await Promise.all(evictors);
    // Nobody uses it now, so it can be removed; the next round begins without it.
    await one.entries.evict('content');
    expect(await other.entries.has('content')).toBe(false);
  }
});

it('gives a download to one of two, and to the other when that one is gone', async () => {
  const [one, other] = await openTwice();
  const isDone = () => Promise.resolve(false);
  const mine = await takeStaging(one, 'content', { isDone, signal });
  await mkdir(mine?.parts ?? '', { recursive: true });
  await writeFile(join(mine?.parts ?? '', '0'), 'half');
  let looks = 0;
  let isTheirs = false;
  const looking = async (): Promise<boolean> => {
    looks += 1;
    return false;
  };
  const theirs = takeStaging(other, 'content', { isDone: looking, signal }).then((staging) => {
    isTheirs = true;
    return staging;
  });
  await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(2);
  expect(isTheirs).toBe(false);
  await one.owner.close();
  expect(await readFile(join((await theirs)?.parts ?? '', '0'), 'utf8')).toBe('half');
});

it('ends the wait for another with the reason of the signal', async () => {
  const [one, other] = await openTwice();
  const isDone = () => Promise.resolve(false);
  await takeStaging(one, 'content', { isDone, signal });
  const controller = new AbortController();
  const waiting = takeStaging(other, 'content', { isDone, signal: controller.signal });
  controller.abort(new Error('no longer'));
  await expect(waiting).rejects.toThrow('no longer');
});
