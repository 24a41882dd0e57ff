import { EngineThread, type ThreadSetup } from './engine-thread.ts';
import type { ThreadTypes } from './native/thread-messages.ts';

/** Threads that load models and free them: one for each load that goes on, so that a large one delays no other; one is kept. */
export class LoaderThreads<T extends ThreadTypes> {
  readonly #options: ThreadSetup;
  readonly #busy = new Set<Promise<unknown>>();
  #idle: EngineThread<T> | undefined;

  constructor(options: ThreadSetup) {
    this.#options = options;
  }

  /** Calls `job` with a thread that has nothing else to do. */
  use<Result>(job: (thread: EngineThread<T>) => Promise<Result>): Promise<Result> {
    const using = this.#use(job);
    this.#busy.add(using);
    return using.finally(() => this.#busy.delete(using));
  }

  /** Resolves when no thread is left. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#busy);
    await this.#idle?.end();
    this.#idle = undefined;
  }

  async #use<Result>(job: (thread: EngineThread<T>) => Promise<Result>): Promise<Result> {
    const thread = this.#idle?.isLost === false ? this.#idle : new EngineThread<T>({ ...this.#options, slots: 0 });
    this.#idle = undefined;
    try {
      return await job(thread);
    } finally {
      if (this.#idle === undefined && !thread.isLost) this.#idle = thread;
      else await thread.end();
    }
  }
}
