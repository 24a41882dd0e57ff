import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ServingError } from '@servable/core';
import type { DirectoryWatches } from './directory-watches.ts';
import { fsError, systemCodeOf } from './errors.ts';
import { isRemote } from './event-support.ts';
import { identityOf, watchPointsOf } from './path-walk.ts';

/** What a look at a base directory itself tells. */
export interface BaseLook {
  /** Tells it from another directory that comes to stand at the same path. */
  readonly identity: string;
  readonly mtimeNs: bigint;
}

/**
 * A model's base directory, watched as well as the system allows: the directory itself, every link on the way to it, and
 * while it is missing the place where it must appear.
 */
export class BaseDirectory {
  readonly path: string;
  readonly #model: string;
  readonly #watches: DirectoryWatches | undefined;
  readonly #onEvent: () => void;
  #stops: readonly (() => void)[] = [];
  /** The directory that is watched; `undefined` when its place is, or nothing. */
  #watchedIdentity: string | undefined;
  #isWatched = false;
  #isStale = false;
  #isClosed = false;
  #isRemote = false;

  /** Without `watches` it is never watched. */
  constructor(model: string, path: string, watches: DirectoryWatches | undefined, onEvent: () => void) {
    this.path = path;
    this.#model = model;
    this.#watches = watches;
    this.#onEvent = onEvent;
  }

  /** Whether every change is told by an event. */
  get isWatched(): boolean {
    return this.#isWatched && !this.#isRemote;
  }

  /** Whether `mtimeNs` changes with every entry that comes or goes; on file systems of other machines it may not. */
  get hasReliableTimes(): boolean {
    return !this.#isRemote;
  }

  /** Watches what is there now, then looks: what changes after the look causes an event. Rejects with a ServingError. */
  async look(): Promise<BaseLook> {
    const found = await this.#stat();
    if (!this.#needsWatch(found)) return assertFound(found);
    await this.#watchAgain();
    return assertFound(await this.#stat());
  }

  /** The names of all entries. Rejects with a ServingError. */
  async list(): Promise<readonly string[]> {
    try {
      return await readdir(this.path);
    } catch (error) {
      throw this.#faultOf(error);
    }
  }

  /** Whether all these entries exist; looks at them alone, however many others there are. */
  async hasAll(names: readonly string[]): Promise<boolean> {
    const found = await Promise.all(names.map((name) => exists(join(this.path, name))));
    return found.every(Boolean);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#isWatched = false;
  }

  #needsWatch(found: BaseLook | ServingError): boolean {
    if (this.#watches === undefined) return false;
    if (ServingError.is(found) || this.#isStale || this.#watchedIdentity !== found.identity) return true;
    return !this.#isWatched && !this.#watches.isExhausted;
  }

  async #watchAgain(): Promise<void> {
    const watches = this.#watches;
    if (watches === undefined) return;
    this.#isStale = false;
    const points = await watchPointsOf(this.path);
    this.#isRemote = await isRemote(points.at(-1)?.directory ?? this.path);
    if (this.#isClosed) return;
    // New ones first: a directory that stays is not let go and opened again.
    const stops = points.map((point) => watches.add(point, (isOwn) => this.#changed(isOwn || point.name !== undefined)));
    this.#stop();
    const last = points.at(-1);
    this.#watchedIdentity = last?.name === undefined ? last?.identity : undefined;
    this.#stops = stops.filter((stop) => stop !== undefined);
    this.#isWatched = this.#stops.length === points.length;
  }

  /** `isStale`: a link may lead over other links from now on, or a watched directory may be gone. */
  #changed(isStale: boolean): void {
    if (isStale) this.#isStale = true;
    this.#onEvent();
  }

  async #stat(): Promise<BaseLook | ServingError> {
    try {
      const stats = await stat(this.path, { bigint: true });
      if (!stats.isDirectory()) return fsError('SRV_FS_BASE_PATH_NOT_DIRECTORY', [this.#model, this.path]);
      return { identity: identityOf(stats), mtimeNs: stats.mtimeNs };
    } catch (error) {
      return this.#faultOf(error);
    }
  }

  #faultOf(error: unknown): ServingError {
    const code = systemCodeOf(error);
    const where: [string, string] = [this.#model, this.path];
    if (code === 'ENOENT') return fsError('SRV_FS_BASE_PATH_MISSING', where, { cause: error });
    if (code === 'ENOTDIR') return fsError('SRV_FS_BASE_PATH_NOT_DIRECTORY', where, { cause: error });
    if (code === 'EACCES' || code === 'EPERM') return fsError('SRV_FS_BASE_PATH_DENIED', where, { cause: error });
    return fsError('SRV_FS_BASE_PATH_UNREADABLE', [...where, messageOf(error)], { cause: error });
  }
}

function assertFound(found: BaseLook | ServingError): BaseLook {
  if (ServingError.is(found)) throw found;
  return found;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
