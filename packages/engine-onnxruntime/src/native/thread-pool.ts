import { onnxError } from '../errors.ts';
import { type NativeAnswer, NativeThread } from './native-thread.ts';
import type { SlotRequest } from './slot-tensors.ts';
import type { ThreadData } from './thread-messages.ts';

/** One run for the pool. */
export interface PoolRun {
  /** Made when its turn comes: the inputs are copied then, and must not change before. */
  readonly request: SlotRequest;
  /** What an answer like this took before. */
  readonly answerBytes: number;
  /** Called when the run was begun and its caller gave up: tells ONNX Runtime to stop. */
  terminate(): void;
}

interface Waiting {
  readonly run: PoolRun;
  readonly signal: AbortSignal;
  begin(thread: NativeThread): void;
}

export interface ThreadPoolOptions {
  readonly threads: number;
  /** Runs a thread has at hand, the one it computes included. */
  readonly slotsPerThread: number;
  readonly maxQueuedRuns: number;
}

/** The engine threads of a process: whichever is least busy takes the next run, of whichever session. */
export class ThreadPool {
  readonly #data: ThreadData;
  readonly #options: ThreadPoolOptions;
  readonly #threads: NativeThread[] = [];
  readonly #waiting = new Set<Waiting>();

  constructor(data: ThreadData, options: ThreadPoolOptions) {
    this.#data = data;
    this.#options = options;
  }

  /**
   * Computes a run. An aborted one rejects at once with `signal.reason`: dropped while it waits, stopped once it runs. The returned
   * `settled` resolves when nothing of it goes on any more.
   */
  run(run: PoolRun, signal: AbortSignal): { readonly answer: Promise<NativeAnswer>; readonly settled: Promise<void> } {
    let finish = (): void => {};
    const settled = new Promise<void>((resolve) => (finish = resolve));
    const answer = new Promise<NativeAnswer>((resolve, reject) => {
      let isBegun = false;
      const onAbort = (): void => {
        reject(signal.reason);
        if (isBegun) return run.terminate();
        this.#waiting.delete(waiting);
        finish();
      };
      const waiting: Waiting = {
        run,
        signal,
        begin: (thread) => {
          isBegun = true;
          void thread.run(run.request, run.answerBytes).then(resolve, reject).then(() => {
            signal.removeEventListener('abort', onAbort);
            finish();
            this.#pump();
          });
        },
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
      this.#pump();
      if (this.#waiting.size <= this.#options.maxQueuedRuns || !this.#waiting.delete(waiting)) return;
      signal.removeEventListener('abort', onAbort);
      finish();
      reject(onnxError('SRV_ONNX_QUEUE_FULL', [this.#options.maxQueuedRuns]));
    });
    return { answer, settled };
  }

  /** Ends the threads. No run may be in progress. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }

  #pump(): void {
    for (const waiting of this.#waiting) {
      const thread = this.#threadWithRoom();
      if (thread === undefined) return;
      this.#waiting.delete(waiting);
      waiting.begin(thread);
    }
  }

  /** An idle thread, else a new one while there may be more, else the one with the fewest runs. */
  #threadWithRoom(): NativeThread | undefined {
    let best: NativeThread | undefined;
    let fewest = Infinity;
    for (const thread of this.#threads) {
      const { running } = thread;
      if (!thread.hasRoom || running >= fewest) continue;
      best = thread;
      fewest = running;
    }
    const live = this.#threads.filter((thread) => !thread.isLost).length;
    if (fewest === 0 || live >= this.#options.threads) return best;
    const thread = new NativeThread(this.#data, this.#options.slotsPerThread);
    this.#threads.push(thread);
    return thread;
  }
}
