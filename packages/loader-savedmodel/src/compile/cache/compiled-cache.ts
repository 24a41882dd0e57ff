import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { CompiledModel } from '../compiled-model.ts';

/** Where compiled models are kept, and how much of the disk they may take. */
export interface CompileCacheOptions {
  /** Default: `.cache/servable/compiled` of the user's home, or a folder for temporary files where that cannot be written. */
  readonly directory?: string;
  /** Bytes of all models together; those that were not used for the longest time go first. Default 8 GiB. */
  readonly maxBytes?: number;
}

/** A compiled model on disk. */
export interface CachedModel {
  readonly folder: string;
  readonly compiled: CompiledModel;
}

const DEFAULT_MAX_BYTES = 8 * 2 ** 30;
const MANIFEST = 'compiled.json';
/** Folders that a process was writing when it ended. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/**
 * Compiled models on disk, by what they were made of. Several processes may use one folder: a model is written beside the others and renamed
 * when it is whole, so that there is never half of one, and who comes second takes what is there.
 */
export class CompiledCache {
  readonly #directory: string;
  readonly #maxBytes: number;

  private constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** @throws the file system's errors, for a directory that was named and cannot be written */
  static async open({ directory, maxBytes = DEFAULT_MAX_BYTES }: CompileCacheOptions): Promise<CompiledCache> {
    return new CompiledCache(directory === undefined ? await defaultDirectory() : await makeDirectory(directory), maxBytes);
  }

  /** What a key stands for; compiled now, if it is not there. */
  async get(key: string, compile: (folder: string) => Promise<CompiledModel>): Promise<CachedModel> {
    const found = await this.#find(key);
    if (found !== undefined) return found;
    const unfinished = join(this.#directory, `${key}.${randomUUID()}.new`);
    await mkdir(unfinished, { mode: 0o700 });
    try {
      const compiled = await compile(unfinished);
      await writeFile(join(unfinished, MANIFEST), JSON.stringify(compiled));
      await this.#putInPlace(unfinished, key);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    await this.#shrink(key);
    const made = await this.#find(key);
    if (made === undefined) throw new Error(`'${join(this.#directory, key)}' went away while it was written`);
    return made;
  }

  async #putInPlace(unfinished: string, key: string): Promise<void> {
    const folder = join(this.#directory, key);
    try {
      await rename(unfinished, folder);
    } catch {
      if ((await this.#find(key)) !== undefined) return; // Another process was first.
      await this.remove(key); // What is left of one that the disk, or somebody, has damaged.
      await rename(unfinished, folder);
    }
  }

  /** Forgets a model that turned out to be damaged. */
  async remove(key: string): Promise<void> {
    await rm(join(this.#directory, key), { recursive: true, force: true });
  }

  async #find(key: string): Promise<CachedModel | undefined> {
    const folder = join(this.#directory, key);
    try {
      const compiled = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as CompiledModel;
      const now = new Date();
      await utimes(join(folder, MANIFEST), now, now).catch(() => undefined); // Of a folder that may only be read.
      return { folder, compiled };
    } catch {
      return undefined;
    }
  }

  /** Removes the models that were not used for the longest time, never the one that was just made. */
  async #shrink(kept: string): Promise<void> {
    const entries = await Promise.all((await readdir(this.#directory)).map((name) => measure(this.#directory, name)));
    const stale = entries.filter(({ name, usedMs }) => name.endsWith('.new') && Date.now() - usedMs > ABANDONED_AFTER_MS);
    // The one that was just made counts first: a file's time may be behind the clock's, by which others were used.
    const models = entries.filter(({ name }) => !name.includes('.')).toSorted((a, b) => Number(b.name === kept) - Number(a.name === kept) || b.usedMs - a.usedMs);
    let total = 0;
    const surplus = models.filter(({ name, bytes }) => {
      total += bytes;
      return total > this.#maxBytes && name !== kept;
    });
    for (const { name } of [...stale, ...surplus]) await rm(join(this.#directory, name), { recursive: true, force: true });
  }
}

async function measure(directory: string, name: string): Promise<{ readonly name: string; readonly bytes: number; readonly usedMs: number }> {
  const folder = join(directory, name);
  const files = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(files.map((file) => stat(join(folder, file)).then(({ size }) => size, () => 0)));
  const used = await stat(join(folder, MANIFEST)).catch(() => stat(folder).catch(() => undefined));
  return { name, bytes: sizes.reduce((sum, size) => sum + size, 0), usedMs: used?.mtimeMs ?? 0 };
}

async function defaultDirectory(): Promise<string> {
  try {
    return await makeDirectory(join(homedir(), '.cache', 'servable', 'compiled'));
  } catch {
    return makeOwnDirectory(join(tmpdir(), `servable-compiled-${userInfo().uid}`));
  }
}

async function makeDirectory(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const probe = join(directory, `${randomUUID()}.probe`);
  await writeFile(probe, '');
  await rm(probe);
  return directory;
}

/** Where anybody may write, a folder that somebody else has put there is not trusted. */
async function makeOwnDirectory(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { uid } = await lstat(directory);
  const isOurs = userInfo().uid === -1 || uid === userInfo().uid;
  return makeDirectory(isOurs ? directory : `${directory}-${randomUUID()}`);
}
