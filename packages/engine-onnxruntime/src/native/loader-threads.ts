import { NativeThread, type NativeThreadOptions } from './native-thread.ts';

/** Threads that load and free graphs: one for each load that goes on, so that a large one delays no other; one is kept. */
export class LoaderThreads {
  readonly #options: Omit<NativeThreadOptions, 'slots'>;
  readonly #busy = new Set<Promise<unknown>>();
  #idle: NativeThread | undefined;

  constructor(options: Omit<NativeThreadOptions, 'slots'>) {
    this.#options = options;
  }

  /** Calls `job` with a thread that has nothing else to do. */
  use<T>(job: (thread: NativeThread) => Promise<T>): Promise<T> {
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

  async #use<T>(job: (thread: NativeThread) => Promise<T>): Promise<T> {
    const thread = this.#idle?.isLost === false ? this.#idle : new NativeThread({ ...this.#options, slots: 0 });
    this.#idle = undefined;
    try {
      return await job(thread);
    } finally {
      if (this.#idle === undefined && !thread.isLost) this.#idle = thread;
      else await thread.end();
    }
  }
}
