import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../errors.ts';
import { KeyedTurns } from '../keyed-turns.ts';
import { pause } from '../waiting.ts';
import type { Checksum } from '../remote-store.ts';
import type { CacheLayout } from './cache-layout.ts';
import { discardFolder, moveFolder, syncFolder } from './move.ts';
import type { Owner } from './owner.ts';
import type { Staging } from './staging.ts';

const RECORD = 'entry.json';
const USES = 'uses';
const EVICTING_PREFIX = 'evicting.';
const RETRY_MS = 50;

/** A file as it was when it was published. */
export interface RecordedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** None in entries that were made without; their sizes alone are checked. */
  readonly checksum?: Checksum;
}

/** What lies beside a version's files. */
export interface EntryRecord {
  /** The folder with the files, by the version's number. */
  readonly folder: string;
  readonly totalBytes: number;
  readonly files: readonly RecordedFile[];
}

/** How the bytes of entries are checked, and who is told. */
export interface Integrity {
  digest(path: string, sizeBytes: number, algorithm: Checksum['algorithm']): Promise<string>;
  onDamage(contentId: string, reason: string): void;
}

/** An entry as the search for what to remove sees it. */
export interface EntrySummary {
  readonly contentId: string;
  readonly totalBytes: number;
  readonly lastUsedMs: number;
}

/**
 * Whole versions on the disk.
 *
 * Whoever uses an entry has a mark in it; whoever removes one marks that first, then looks whether somebody uses it. The user
 * looks for the remover's mark after making its own. So one of both always sees the other, and steps back.
 */
export class Entries {
  readonly #layout: CacheLayout;
  readonly #owner: Owner;
  readonly #integrity: Integrity;
  /** What this process wrote or has read whole: its bytes were right. */
  readonly #verified = new Set<string>();
  /** How many times each is in use here; its mark is there while it is. */
  readonly #uses = new Map<string, number>();
  readonly #turns = new KeyedTurns();

  constructor(layout: CacheLayout, owner: Owner, integrity: Integrity) {
    this.#layout = layout;
    this.#owner = owner;
    this.#integrity = integrity;
  }

  has(contentId: string): Promise<boolean> {
    return exists(join(this.#pathOf(contentId), RECORD));
  }

  /**
   * Marks an entry as in use and resolves to its files' folder; `undefined` when there is none. One that lacks files or holds other
   * bytes, because a disk or somebody changed it, is removed: it is downloaded again then. Bytes are read at a process's first use.
   */
  use(contentId: string, signal: AbortSignal): Promise<string | undefined> {
    return this.#turns.run(contentId, () => this.#use(contentId, signal));
  }

  async #use(contentId: string, signal: AbortSignal): Promise<string | undefined> {
    const path = this.#pathOf(contentId);
    if (!(await this.#mark(contentId, signal))) {
      // Whoever brings it next, its bytes are others.
      this.#verified.delete(contentId);
      return undefined;
    }
    const record = await readRecord(path);
    const fault = await this.#faultOf(contentId, record);
    if (record !== undefined && fault === undefined) {
      await touch(join(path, RECORD));
      return join(path, record.folder);
    }
    this.#verified.delete(contentId);
    await this.#release(contentId);
    await discardFolder(path, this.#layout.trash);
    this.#integrity.onDamage(contentId, fault ?? 'it is incomplete');
    return undefined;
  }

  /** What is wrong with an entry's files. A check that could not be made, as while the source closes, rejects and gives the mark back. */
  async #faultOf(contentId: string, record: EntryRecord | undefined): Promise<string | undefined> {
    if (record === undefined) return 'its entry.json cannot be read';
    const path = this.#pathOf(contentId);
    try {
      const fault = (await sizeFault(path, record)) ?? (this.#verified.has(contentId) ? undefined : await this.#checksumFault(path, record));
      if (fault === undefined) this.#verified.add(contentId);
      return fault;
    } catch (error) {
      await this.#release(contentId);
      throw error;
    }
  }

  async #checksumFault(path: string, { folder, files }: EntryRecord): Promise<string | undefined> {
    for (const { path: name, sizeBytes, checksum } of files) {
      if (checksum === undefined) continue;
      const got = await this.#integrity.digest(fileAt(path, folder, name), sizeBytes, checksum.algorithm).catch(readFaultOf);
      if (got !== checksum.hex) return `the ${checksum.algorithm} of '${name}' is ${got}, not ${checksum.hex}`;
    }
    return undefined;
  }

  /** Ends one use. */
  release(contentId: string): Promise<void> {
    return this.#turns.run(contentId, () => this.#release(contentId));
  }

  async #release(contentId: string): Promise<void> {
    const left = (this.#uses.get(contentId) ?? 1) - 1;
    if (left > 0) return void this.#uses.set(contentId, left);
    this.#uses.delete(contentId);
    const path = this.#pathOf(contentId);
    await rm(join(path, USES, this.#owner.token), { force: true });
    await touch(join(path, RECORD));
  }

  /** Whether the entry is there and, from now on, in use. */
  async #mark(contentId: string, signal: AbortSignal): Promise<boolean> {
    const path = this.#pathOf(contentId);
    const mark = join(path, USES, this.#owner.token);
    for (;;) {
      if (!(await this.has(contentId)) || !(await this.#addMark(mark))) return false;
      if (!(await this.#isBeingEvicted(path))) break;
      if (!this.#uses.has(contentId)) await rm(mark, { force: true });
      await pause(RETRY_MS, signal);
    }
    this.#uses.set(contentId, (this.#uses.get(contentId) ?? 0) + 1);
    return true;
  }

  /** Moves a finished download to its place, already marked as in use here; `use` counts it. */
  async publish(contentId: string, staging: Staging, record: EntryRecord): Promise<void> {
    await mkdir(join(staging.content, USES), { recursive: true });
    await writeFile(join(staging.content, USES, this.#owner.token), '');
    await writeFile(join(staging.content, RECORD), JSON.stringify(record), { flush: true });
    await syncFolder(join(staging.content, record.folder));
    await syncFolder(staging.content);
    const path = this.#pathOf(contentId);
    // What stands there without a record is no entry: somebody removed it by hand.
    if (!(await this.has(contentId))) await discardFolder(path, this.#layout.trash);
    if (await moveFolder(staging.content, path)) this.#verified.add(contentId);
    await syncFolder(this.#layout.entries);
  }

  async list(): Promise<readonly EntrySummary[]> {
    const names = await readdir(this.#layout.entries);
    const summaries = await Promise.all(names.map((name) => this.#summarize(name)));
    return summaries.filter((each) => each !== undefined);
  }

  /** Removes an entry unless somebody uses it. Whether it is gone. */
  evict(contentId: string): Promise<boolean> {
    return this.#turns.run(contentId, () => this.#evict(contentId));
  }

  async #evict(contentId: string): Promise<boolean> {
    const path = this.#pathOf(contentId);
    const mark = join(path, `${EVICTING_PREFIX}${this.#owner.token}`);
    if (this.#uses.has(contentId) || !(await this.#addMark(mark))) return false;
    if (await this.#isUsed(path)) {
      await rm(mark, { force: true });
      return false;
    }
    return discardFolder(path, this.#layout.trash);
  }

  #pathOf(contentId: string): string {
    return join(this.#layout.entries, contentId);
  }

  /** Whether the entry was there to take the mark. */
  async #addMark(mark: string): Promise<boolean> {
    try {
      await writeFile(mark, '');
      return true;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async #isBeingEvicted(path: string): Promise<boolean> {
    const names = await readdir(path).catch(() => []);
    return this.#isAnyAlive(path, names.filter((name) => name.startsWith(EVICTING_PREFIX)), EVICTING_PREFIX.length);
  }

  async #isUsed(path: string): Promise<boolean> {
    const uses = join(path, USES);
    return this.#isAnyAlive(uses, await readdir(uses).catch(() => []), 0);
  }

  /** Marks of the dead are removed on the way. */
  async #isAnyAlive(folder: string, names: readonly string[], prefixLength: number): Promise<boolean> {
    for (const name of names) {
      if (await this.#owner.isAlive(name.slice(prefixLength))) return true;
      await rm(join(folder, name), { force: true });
    }
    return false;
  }

  async #summarize(contentId: string): Promise<EntrySummary | undefined> {
    const path = this.#pathOf(contentId);
    const record = await readRecord(path);
    if (record === undefined) return undefined;
    const { mtimeMs } = await stat(join(path, RECORD)).catch(() => ({ mtimeMs: 0 }));
    return { contentId, totalBytes: record.totalBytes, lastUsedMs: mtimeMs };
  }
}

/** Writes a file so that others see it whole or as it was. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${performance.now()}`;
  await writeFile(temporary, text, { flush: true });
  await rename(temporary, path);
}

async function readRecord(path: string): Promise<EntryRecord | undefined> {
  try {
    const { folder, totalBytes, files } = JSON.parse(await readFile(join(path, RECORD), 'utf8')) as Partial<EntryRecord>;
    return typeof folder === 'string' && typeof totalBytes === 'number' && Array.isArray(files) ? { folder, totalBytes, files } : undefined;
  } catch {
    return undefined;
  }
}

async function sizeFault(path: string, { folder, files }: EntryRecord): Promise<string | undefined> {
  for (const file of files) {
    const found = await stat(fileAt(path, folder, file.path)).catch(() => undefined);
    if (found?.size !== file.sizeBytes) return `'${file.path}' has ${found?.size ?? 'no'} bytes, not ${file.sizeBytes}`;
  }
  return undefined;
}

function fileAt(path: string, folder: string, name: string): string {
  return join(path, folder, ...name.split('/'));
}

/** What a disk says of a file that it lost, or can read no more. */
const LOST: ReadonlySet<string> = new Set(['EIO', 'ENOENT', 'ENOTDIR', 'EBADMSG', 'EUCLEAN']);

/** A file that cannot be read is damaged; what says nothing of its bytes, as too many open files, is thrown on. */
function readFaultOf(error: unknown): string {
  const code = systemCodeOf(error);
  if (!LOST.has(code)) throw error;
  return code;
}

/** The record's time is that of the last use. */
async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
