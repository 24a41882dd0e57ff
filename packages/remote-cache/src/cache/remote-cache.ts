import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, ServingError } from '@servable/core';
import { remoteError, systemCodeOf } from '../errors.ts';
import { KeyedTurns } from '../keyed-turns.ts';
import { BaseRecords } from './base-records.ts';
import { CacheLayout } from './cache-layout.ts';
import { Entries, type Integrity } from './entries.ts';
import { discardFolder } from './move.ts';
import { Owner } from './owner.ts';
import { ownerOf } from './staging.ts';

/** A part of the cache that may be removed to make room. */
interface Candidate {
  readonly bytes: number;
  readonly lastUsedMs: number;
  remove(): Promise<boolean>;
}

/** A cache directory, opened by this process. */
export class RemoteCache {
  readonly directory: string;
  readonly layout: CacheLayout;
  readonly owner: Owner;
  readonly entries: Entries;
  readonly bases: BaseRecords;
  /** One download of some content at a time in this process. */
  readonly turns: KeyedTurns = new KeyedTurns();

  private constructor(directory: string, { layout, owner, integrity }: { readonly layout: CacheLayout; readonly owner: Owner; readonly integrity: Integrity }) {
    this.directory = directory;
    this.layout = layout;
    this.owner = owner;
    this.entries = new Entries(layout, owner, integrity);
    this.bases = new BaseRecords(layout);
  }

  /** Makes the directory when it is not there, and removes what dead processes left. Rejects with `SRV_REMOTE_CACHE_UNUSABLE`. */
  static async open(directory: string, integrity: Integrity): Promise<RemoteCache> {
    const layout = new CacheLayout(directory);
    try {
      await makeDirectories(layout);
      const owner = await Owner.register(layout.owners);
      await owner.sweep();
      const cache = new RemoteCache(directory, { layout, owner, integrity });
      await cache.#sweepTrash();
      return cache;
    } catch (error) {
      throw cacheFault(directory, error);
    }
  }

  /** Makes what somebody removed while it was in use. Rejects with `SRV_REMOTE_CACHE_UNUSABLE`. */
  async repair(): Promise<void> {
    try {
      await makeDirectories(this.layout);
      await this.owner.confirm();
    } catch (error) {
      throw cacheFault(this.directory, error);
    }
  }

  /**
   * Removes what was not used for longest until `neededBytes` more fit into `maxBytes`. What somebody uses stays, so they may not
   * fit all the same. Resolves to the bytes that are then taken.
   */
  async makeRoom(neededBytes: number, maxBytes: number): Promise<number> {
    const candidates = [...(await this.#entryCandidates()), ...(await this.#stagingCandidates())];
    let taken = candidates.reduce((sum, each) => sum + each.bytes, 0);
    for (const each of candidates.toSorted((left, right) => left.lastUsedMs - right.lastUsedMs)) {
      if (taken + neededBytes <= maxBytes) break;
      if (await each.remove()) taken -= each.bytes;
    }
    return taken;
  }

  /** Throws what a full disk says when the whole disk could not hold so many bytes: removing others' entries would not help. */
  async expectCapacity(bytes: number): Promise<void> {
    const { blocks, bsize } = await statfs(this.layout.root);
    if (blocks === 0 || bytes <= blocks * bsize) return;
    throw Object.assign(new Error(`${bytes} bytes are more than the disk's ${blocks * bsize}`), { code: 'ENOSPC' });
  }

  /** Throws what a full disk says when this many bytes, less those that lie below a folder, do not fit: a listing can claim any size. */
  async expectSpace(bytes: number, folder: string): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(this.layout.root);
    // Some network file systems do not tell.
    if (blocks === 0 || bytes <= bavail * bsize) return;
    if (bytes - (await bytesBelow(folder)) <= bavail * bsize) return;
    throw Object.assign(new Error(`${bytes} bytes do not fit into the ${bavail * bsize} that are free`), { code: 'ENOSPC' });
  }

  close(): Promise<void> {
    return this.owner.close();
  }

  async #entryCandidates(): Promise<readonly Candidate[]> {
    return (await this.entries.list()).map(({ contentId, totalBytes, lastUsedMs }) => ({
      bytes: totalBytes,
      lastUsedMs,
      remove: () => this.entries.evict(contentId),
    }));
  }

  async #stagingCandidates(): Promise<readonly Candidate[]> {
    const names = await readdir(this.layout.staging);
    return Promise.all(
      names.map(async (name) => {
        const path = join(this.layout.staging, name);
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
        const remove = async (): Promise<boolean> => {
          const token = await ownerOf(path);
          if (token !== undefined && (await this.owner.isAlive(token))) return false;
          return discardFolder(path, this.layout.trash);
        };
        return { bytes: await bytesBelow(path), lastUsedMs: mtimeMs, remove };
      }),
    );
  }

  /** What is there for an hour was left by somebody who died. */
  async #sweepTrash(): Promise<void> {
    for (const name of await readdir(this.layout.trash)) {
      const path = join(this.layout.trash, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > TRASH_MS) await rm(path, { recursive: true, force: true });
    }
  }
}

const TRASH_MS = 3_600_000;

/** What a fault of the cache's disk is told as. */
export function cacheFault(directory: string, error: unknown): ServingError {
  if (ServingError.is(error)) return error;
  const code = systemCodeOf(error);
  const reason = code === 'EROFS' ? `the file system is read-only (${code})` : messageOf(error);
  return remoteError('SRV_REMOTE_CACHE_UNUSABLE', [directory, reason], { cause: error });
}

async function makeDirectories(layout: CacheLayout): Promise<void> {
  for (const each of layout.directories) await makeFolder(each);
}

/** As `mkdir -p`; says why when it cannot: the recursive form of Node says ENOENT of a read-only file system. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    if (dirname(path) !== path) await makeFolder(dirname(path));
    await mkdir(path);
  }
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}
