import { messageOf } from '@servable/core';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { tableError } from '../errors.ts';
import type { SearchAnswer, SearchRequest } from './matrix-search.ts';

/** Where the event loop computes in a matrix's memory, and where the search thread does. */
export const EVENT_LOOP_SLOT = 0;
export const SEARCH_THREAD_SLOT = 1;

export interface SearchMessage extends SearchRequest {
  readonly id: number;
}

export interface SearchReply extends SearchAnswer {
  readonly id: number;
}

interface Pending {
  resolve(answer: SearchAnswer): void;
  reject(error: unknown): void;
}

/** What a search thread runs. */
export type SearchThreadMain = 'exact' | 'hnsw';

const ENTRIES: Readonly<Record<SearchThreadMain, { readonly source: URL; readonly built: URL }>> = {
  exact: { source: new URL('./search-thread-main.ts', import.meta.url), built: new URL('./search-thread-main.js', import.meta.url) },
  hnsw: { source: new URL('./hnsw-thread-main.ts', import.meta.url), built: new URL('./hnsw-thread-main.js', import.meta.url) },
};

/**
 * One table's search thread, seen from the event loop; started by the first search. It keeps the process alive only while an
 * answer is awaited. Ending it lets go of its view of the table's memory at once.
 */
export class SearchThread {
  readonly #main: SearchThreadMain;
  readonly #workerData: object;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #nextId = 0;

  constructor(main: SearchThreadMain, workerData: object) {
    this.#main = main;
    this.#workerData = workerData;
  }

  /** Rejects with `signal.reason` as soon as it aborts; the thread goes on, and its answer is dropped. */
  search(request: SearchRequest, signal: AbortSignal): Promise<SearchAnswer> {
    const id = this.#nextId++;
    return new Promise<SearchAnswer>((resolve, reject) => {
      const onAbort = (): void => this.#settle(id)?.reject(signal.reason);
      const done = (): void => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        resolve: (answer) => { done(); resolve(answer); },
        reject: (error) => { done(); reject(error); },
      });
      const worker = this.#started();
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage({ id, ...request } satisfies SearchMessage);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll(tableError('SRV_TABLE_UNLOADED', []));
    await worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const isSource = extname(import.meta.url) === '.ts';
    const { source, built } = ENTRIES[this.#main];
    const execArgv = isSource ? ['--conditions=@servable/source'] : [];
    const worker = new Worker(isSource ? source : built, { workerData: this.#workerData, name: 'servable-table-search', execArgv });
    worker.on('message', (reply: SearchReply) => this.#settle(reply.id)?.resolve(reply));
    worker.on('error', (error) => this.#lost(worker, messageOf(error)));
    worker.on('exit', (code) => this.#lost(worker, `it ended with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  /** The next search starts another one. */
  #lost(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(tableError('SRV_TABLE_SEARCH_LOST', [reason]));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker?.unref();
    return pending;
  }

  #failAll(error: Error): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of waiting) pending.reject(error);
  }
}
