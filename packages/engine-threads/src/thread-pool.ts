import { FairQueue } from './fair-queue.ts';
import { EngineThread, type EngineThreadOptions, type ThreadRun } from './engine-thread.ts';
import type { ThreadPlan, ThreadTypes } from './native/thread-messages.ts';

/** Whose runs wait in one line. */
export interface RunOwner {
  readonly maxQueuedRuns: number;
}

/** How many threads, and what they have in common. */
export interface ThreadPoolOptions extends Omit<EngineThreadOptions, 'onChange'> {
  /** Threads that compute at the same time. */
  readonly threads: number;
}

/** The engine threads: whichever is least busy takes the next run, of whichever session's turn it is. */
export class ThreadPool<T extends ThreadTypes> {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<EngineThread<T>>();
  readonly #waiting = new FairQueue<RunOwner, ThreadRun<T['plan']>>();

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Has a run computed as soon as a thread has room. @throws the engine's own error when too many wait */
  submit(owner: RunOwner, run: ThreadRun<T['plan']>): void {
    const thread = this.#waiting.isEmpty ? this.#threadWithRoom() : undefined;
    if (thread !== undefined) return thread.begin(run);
    if (this.#waiting.sizeOf(owner) >= owner.maxQueuedRuns) throw this.#options.errors.queueFull(owner.maxQueuedRuns);
    this.#waiting.add(owner, run);
  }

  /** Takes a run out of the line; whether it was still there. */
  drop(owner: RunOwner, run: ThreadRun<T['plan']>): boolean {
    return this.#waiting.delete(owner, run);
  }

  /** Takes out all of a session's runs that still wait. */
  dropAll(owner: RunOwner): readonly ThreadRun<T['plan']>[] {
    return this.#waiting.takeAll(owner);
  }

  /** Threads are told of a plan again when a run needs it. */
  forgetPlan(plan: ThreadPlan): void {
    for (const thread of this.#threads) thread.forgetPlan(plan);
  }

  /** Forgets all plans of a session that is gone. */
  forgetSession(session: number): void {
    for (const thread of this.#threads) thread.forgetSession(session);
  }

  /** Ends the threads. No run may be in progress. */
  async close(): Promise<void> {
    const threads = [...this.#threads];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.end()));
  }

  #pump(): void {
    while (!this.#waiting.isEmpty) {
      const thread = this.#threadWithRoom();
      const run = thread === undefined ? undefined : this.#waiting.take();
      if (run === undefined) return;
      thread?.begin(run);
    }
  }

  /** An idle thread, else a new one while there may be more, else the one with the fewest runs. */
  #threadWithRoom(): EngineThread<T> | undefined {
    let best: EngineThread<T> | undefined;
    for (const thread of this.#threads) {
      if (thread.isLost) this.#threads.delete(thread);
      else if (thread.hasRoom && thread.running < (best?.running ?? Infinity)) best = thread;
    }
    if (best?.running === 0 || this.#threads.size >= this.#options.threads) return best;
    const thread = new EngineThread<T>({ ...this.#options, onChange: () => this.#pump() });
    this.#threads.add(thread);
    return thread;
  }
}
