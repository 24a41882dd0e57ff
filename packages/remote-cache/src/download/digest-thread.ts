import { Worker } from 'node:worker_threads';
import type { Checksum } from '../remote-store.ts';
import { digestFile } from './file-digest.ts';
import { threadUrl } from './thread-url.ts';

/** What the thread is asked. */
export interface DigestRequest {
  readonly id: number;
  readonly path: string;
  readonly algorithm: Checksum['algorithm'];
}

/** What it answers. */
export type DigestAnswer = { readonly id: number; readonly hex: string } | { readonly id: number; readonly error: Error };

interface Waiting {
  readonly resolve: (hex: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Smaller files are summed up at once: that takes less than a millisecond. */
const SMALL_BYTES = 256 * 1024;

/** Sums up files on a thread of its own, which lives while there is something to do: gigabytes take seconds of CPU time. */
export class DigestThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 0;

  digest(path: string, sizeBytes: number, algorithm: Checksum['algorithm']): Promise<string> {
    if (sizeBytes <= SMALL_BYTES) return digestFile(path, algorithm);
    this.#nextId += 1;
    const request: DigestRequest = { id: this.#nextId, path, algorithm };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker ??= this.#start();
      this.#worker.postMessage(request, []);
    });
  }

  /** What is still asked for is rejected. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#rejectAll(new Error('the source is closed'));
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(threadUrl(new URL('../../dist/download/digest-thread-main.js', import.meta.url)), { name: 'servable-digest', execArgv: [] });
    worker.on('message', (answer: DigestAnswer) => this.#answered(answer));
    const fail = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#rejectAll(error);
    };
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the digest thread ended with ${code}`)));
    return worker;
  }

  #answered(answer: DigestAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(answer.error);
    else waiting?.resolve(answer.hex);
    if (this.#waiting.size > 0) return;
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
