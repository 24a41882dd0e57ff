import { onnxError } from '../errors.ts';
import { FairQueue } from './fair-queue.ts';
import { NativeThread, type NativeThreadOptions, type ThreadRun } from './native-thread.ts';
import type { RunPlan } from './run-plan.ts';

/** Whose runs wait in one line. */
export interface RunOwner {
  readonly maxQueuedRuns: number;
}

export interface ThreadPoolOptions extends Omit<NativeThreadOptions, 'onChange'> {
  /** Threads that compute at the same time. */
  readonly threads: number;
}

/** The engine threads: whichever is least busy takes the next run, of whichever session's turn it is. */
export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<NativeThread>();
  readonly #waiting = new FairQueue<RunOwner, ThreadRun>();

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Has a run computed as soon as a thread has room. @throws ServingError `SRV_ONNX_QUEUE_FULL` */
  submit(owner: RunOwner, run: ThreadRun): void {
    const thread = this.#waiting.isEmpty ? this.#threadWithRoom() : undefined;
    if (thread !== undefined) return thread.begin(run);
    if (this.#waiting.sizeOf(owner) >= owner.maxQueuedRuns) throw onnxError('SRV_ONNX_QUEUE_FULL', [owner.maxQueuedRuns]);
    this.#waiting.add(owner, run);
  }

  /** Takes a run out of the line; whether it was still there. */
  drop(owner: RunOwner, run: ThreadRun): boolean {
    return this.#waiting.delete(owner, run);
  }

  /** Takes out all of a session's runs that still wait. */
  dropAll(owner: RunOwner): readonly ThreadRun[] {
    return this.#waiting.takeAll(owner);
  }

  /** Threads are told of a plan again when a run needs it. */
  forgetPlan(plan: RunPlan): void {
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
  #threadWithRoom(): NativeThread | undefined {
    let best: NativeThread | undefined;
    for (const thread of this.#threads) {
      if (thread.isLost) this.#threads.delete(thread);
      else if (thread.hasRoom && thread.running < (best?.running ?? Infinity)) best = thread;
    }
    if (best?.running === 0 || this.#threads.size >= this.#options.threads) return best;
    const thread = new NativeThread({ ...this.#options, onChange: () => this.#pump() });
    this.#threads.add(thread);
    return thread;
  }
}
