import { messageOf, ServingError, type Status } from '@servable/core';
import { extname } from 'node:path';
import { type Transferable, Worker } from 'node:worker_threads';

/** What a thread is told. */
export interface ThreadMessage<Request> {
  readonly id: number;
  readonly request: Request;
}

/** What it answers. An error keeps its class no further than its thread, so it travels in parts. */
export type ThreadReply<Answer> =
  | { readonly id: number; readonly kind: 'answer'; readonly answer: Answer }
  | { readonly id: number; readonly kind: 'refused'; readonly code: string; readonly status: Status; readonly args: readonly unknown[]; readonly message: string };

/** A thread's code, and what there is to say when it is lost. */
export interface ThreadMain {
  readonly name: string;
  /** Sources run as they are in tests, where packages are found by their sources too. */
  readonly source: URL;
  readonly built: URL;
  /** For what waits when the thread ends by itself. */
  lost(reason: string): Error;
  /** For what waits when it is closed. */
  closed(): Error;
}

interface Pending<Answer> {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * A thread of one table, seen from the event loop; started by the first request. It keeps the process alive only while an
 * answer is awaited. Ending it lets go of its view of the table's memory at once.
 */
export class TableThread<Request, Answer> {
  readonly #main: ThreadMain;
  readonly #workerData: object;
  readonly #pending = new Map<number, Pending<Answer>>();
  #worker: Worker | undefined;
  #nextId = 0;

  constructor(main: ThreadMain, workerData: object) {
    this.#main = main;
    this.#workerData = workerData;
  }

  /** Rejects with `signal.reason` as soon as it aborts; the thread goes on, and its answer is dropped. */
  ask(request: Request, signal: AbortSignal, transferred: Transferable[] = []): Promise<Answer> {
    const id = this.#nextId++;
    return new Promise<Answer>((resolve, reject) => {
      const onAbort = (): void => this.#settle(id)?.reject(signal.reason);
      const done = (): void => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        resolve: (answer) => { done(); resolve(answer); },
        reject: (error) => { done(); reject(error); },
      });
      const worker = this.#started();
      worker.ref();
      worker.postMessage({ id, request } satisfies ThreadMessage<Request>, transferred);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll(this.#main.closed());
    await worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const { name, source, built } = this.#main;
    const isSource = extname(import.meta.url) === '.ts';
    const execArgv = isSource ? ['--conditions=@servable/source'] : [];
    const worker = new Worker(isSource ? source : built, { workerData: this.#workerData, name, execArgv });
    worker.on('message', (reply: ThreadReply<Answer>) => this.#answered(reply));
    worker.on('error', (error) => this.#lost(worker, messageOf(error)));
    worker.on('exit', (code) => this.#lost(worker, `it ended with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #answered(reply: ThreadReply<Answer>): void {
    const pending = this.#settle(reply.id);
    if (reply.kind === 'answer') pending?.resolve(reply.answer);
    else pending?.reject(new ServingError(reply));
  }

  /** The next request starts another one. */
  #lost(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(this.#main.lost(reason));
  }

  #settle(id: number): Pending<Answer> | undefined {
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
