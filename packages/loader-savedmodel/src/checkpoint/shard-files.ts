import { type FileHandle, open, stat } from 'node:fs/promises';
import { messageOf } from '@servable/core';
import { savedModelError } from '../errors.ts';
import { isMissing } from '../file-errors.ts';
import type { BundleEntry, BundlePart } from './bundle-entry.ts';

/** The system reads at most 2 GiB at a time. */
const MAX_READ_BYTES = 2 ** 30;

/** The data files of a checkpoint. They are opened when they are first read from. */
export class ShardFiles {
  readonly #prefix: string;
  readonly #count: number;
  readonly #open = new Map<number, Promise<FileHandle>>();
  #isClosed = false;

  constructor(prefix: string, count: number) {
    this.#prefix = prefix;
    this.#count = count;
  }

  pathOf(shard: number): string {
    return `${this.#prefix}.data-${padded(shard)}-of-${padded(this.#count)}`;
  }

  /**
   * Checks that every file that entries lie in is there and long enough.
   *
   * @throws ServingError `SRV_CHECKPOINT_SHARD_MISSING`, `SRV_CHECKPOINT_SHARD_TRUNCATED`
   */
  async check(entries: readonly BundleEntry[]): Promise<void> {
    const sizes = new Map<number, number>();
    for (const { key, parts } of entries) {
      for (const { shard, offset, byteLength } of parts) {
        const size = sizes.get(shard) ?? (await this.#sizeOf(shard, key));
        sizes.set(shard, size);
        if (offset + byteLength > size) throw savedModelError('SRV_CHECKPOINT_SHARD_TRUNCATED', [this.pathOf(shard), key, offset, offset + byteLength, size]);
      }
    }
  }

  /** Fills `target` with what is at `position` of a part. */
  async fill(key: string, part: BundlePart, position: number, target: Uint8Array): Promise<void> {
    const file = await this.#handleOf(part.shard, key);
    const start = part.offset + position;
    for (let done = 0; done < target.length; ) {
      const { bytesRead } = await file.read(target, done, Math.min(target.length - done, MAX_READ_BYTES), start + done);
      // The file was long enough when it was opened.
      if (bytesRead === 0) throw savedModelError('SRV_CHECKPOINT_SHARD_TRUNCATED', [this.pathOf(part.shard), key, start, start + target.length, start + done]);
      done += bytesRead;
    }
  }

  /** Closes what was opened; closing twice is closing once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const handles = [...this.#open.values()];
    this.#open.clear();
    for (const handle of await Promise.allSettled(handles)) if (handle.status === 'fulfilled') await handle.value.close();
  }

  #handleOf(shard: number, key: string): Promise<FileHandle> {
    if (this.#isClosed) throw savedModelError('SRV_CHECKPOINT_CLOSED', [this.#prefix]);
    const known = this.#open.get(shard);
    if (known !== undefined) return known;
    const handle = open(this.pathOf(shard), 'r').catch((error: unknown) => this.#fail(shard, key, error));
    this.#open.set(shard, handle);
    return handle;
  }

  async #sizeOf(shard: number, key: string): Promise<number> {
    try {
      return (await stat(this.pathOf(shard))).size;
    } catch (error) {
      return this.#fail(shard, key, error);
    }
  }

  #fail(shard: number, key: string, cause: unknown): never {
    const path = this.pathOf(shard);
    if (isMissing(cause)) throw savedModelError('SRV_CHECKPOINT_SHARD_MISSING', [path, key], { cause });
    throw savedModelError('SRV_SAVEDMODEL_UNREADABLE', [path, messageOf(cause)], { cause });
  }
}

function padded(number: number): string {
  return String(number).padStart(5, '0');
}
