import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Logger, messageOf } from '@servable/core';

/** What became of one record. */
export type SinkOutcome = 'written' | 'dropped' | 'failed';

export interface FileSinkOptions {
  /** Files are `<prefix>-<time>-<number><extension>`. */
  readonly prefix: string;
  /** Such as `.tfrecord`. */
  readonly extension: string;
  /** A file that has so many bytes is the last but one. */
  readonly maxFileBytes: number;
  /** What may wait for the disk; what comes then is dropped. */
  readonly maxQueuedBytes: number;
  readonly logger: Logger;
}

interface Queued {
  readonly bytes: Uint8Array;
  readonly done: (outcome: SinkOutcome) => void;
}

/**
 * Appends records to files, one writer at a time. Never makes anybody wait: what the disk is too slow for is dropped, and told.
 */
export class FileSink {
  readonly #options: FileSinkOptions;
  readonly #startedAt = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #fileNumber = 0;
  #hasFailed = false;
  #writing: Promise<void> | undefined;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  /** Takes a whole record, which is the sink's from now on. `done` is called once. */
  write(bytes: Uint8Array, done: (outcome: SinkOutcome) => void): void {
    if (this.#queuedBytes + bytes.length > this.#options.maxQueuedBytes) {
      done('dropped');
      return;
    }
    this.#queue.push({ bytes, done });
    this.#queuedBytes += bytes.length;
    this.#writing ??= this.#drain();
  }

  /** Resolves when all that was taken is written, and the file is closed. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const outcome = await this.#append(batch);
      for (const { bytes, done } of batch) {
        this.#queuedBytes -= bytes.length;
        done(outcome);
      }
    }
    this.#writing = undefined;
  }

  async #append(batch: readonly Queued[]): Promise<SinkOutcome> {
    const { logger, prefix, maxFileBytes } = this.#options;
    try {
      const bytes = Buffer.concat(batch.map((each) => each.bytes));
      this.#file ??= await this.#open();
      await this.#file.appendFile(bytes);
      this.#fileBytes += bytes.length;
      if (this.#fileBytes >= maxFileBytes) await this.#endFile();
      this.#hasFailed = false;
      return 'written';
    } catch (error) {
      // Once, not for every record while a disk is full.
      if (!this.#hasFailed) logger.error({ prefix, err: error }, `Requests cannot be logged to ${prefix}: ${messageOf(error)}. Serving goes on`);
      this.#hasFailed = true;
      await this.#endFile().catch(() => {});
      return 'failed';
    }
  }

  async #open(): Promise<FileHandle> {
    const { prefix, extension } = this.#options;
    await mkdir(dirname(prefix), { recursive: true });
    this.#fileBytes = 0;
    const number = String(this.#fileNumber).padStart(5, '0');
    this.#fileNumber += 1;
    return open(`${prefix}-${this.#startedAt}-${process.pid}-${number}${extension}`, 'a');
  }

  async #endFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
