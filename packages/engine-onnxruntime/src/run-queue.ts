import { onnxError } from './errors.ts';
import type { ThreadTurns, Turn } from './thread-turns.ts';

export interface RunQueueOptions {
  readonly maxQueuedRuns: number;
  /** Runs that one worker is given at once. */
  readonly runsPerWorker: number;
  /** CPUs that one worker keeps busy. */
  readonly cost: number;
  readonly turns: ThreadTurns;
}

interface Lane<W> {
  readonly worker: W;
  inFlight: number;
  turn: Turn | undefined;
}

interface Waiting<W> {
  start(worker: W): Promise<void>;
  reject(error: unknown): void;
}

/**
 * First come, first served, onto the workers of one session, the least busy first.
 *
 * An aborted run that still waits is dropped. One that has begun rejects at once too, but keeps its place until the
 * worker is done with it: the worker cannot be interrupted.
 */
export class RunQueue<W> {
  readonly #options: RunQueueOptions;
  readonly #lanes: Lane<W>[];
  /** A set, so that an aborted run leaves from the middle at no cost. */
  readonly #waiting = new Set<Waiting<W>>();
  readonly #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(workers: readonly W[], options: RunQueueOptions) {
    this.#options = options;
    this.#lanes = workers.map((worker) => ({ worker, inFlight: 0, turn: undefined }));
  }

  /** Calls `job` once, with the worker whose turn it is. */
  run<T>(job: (worker: W) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#isClosed) return Promise.reject(onnxError('SRV_ONNX_CLOSED', ['session']));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting<W> = {
        start: async (worker) => job(worker).then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort)),
        reject: (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#add(waiting);
    });
  }

  /** Refuses what waits and what comes; resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#waiting) waiting.reject(onnxError('SRV_ONNX_CLOSED', ['session']));
    this.#waiting.clear();
    await Promise.all(this.#running);
    for (const lane of this.#lanes) this.#giveTurnBack(lane);
  }

  #add(waiting: Waiting<W>): void {
    this.#waiting.add(waiting);
    this.#pump();
    if (this.#waiting.size <= this.#options.maxQueuedRuns || !this.#waiting.delete(waiting)) return;
    waiting.reject(onnxError('SRV_ONNX_QUEUE_FULL', [this.#options.maxQueuedRuns]));
  }

  #pump(): void {
    for (const waiting of this.#waiting) {
      const lane = this.#laneWithRoom();
      if (lane === undefined) return;
      this.#waiting.delete(waiting);
      this.#start(lane, waiting);
    }
  }

  #laneWithRoom(): Lane<W> | undefined {
    for (const lane of this.#lanes.toSorted((a, b) => a.inFlight - b.inFlight)) {
      lane.turn ??= this.#options.turns.acquire(this.#options.cost, () => this.#begin(lane));
      if (lane.turn.isActive && this.#hasRoom(lane)) return lane;
    }
    return undefined;
  }

  #hasRoom(lane: Lane<W>): boolean {
    if (lane.inFlight === 0) return true;
    return lane.inFlight < this.#options.runsPerWorker && !this.#options.turns.isContended;
  }

  /** What it was wanted for may be gone by now. */
  #begin(lane: Lane<W>): void {
    this.#pump();
    if (lane.inFlight === 0) this.#giveTurnBack(lane);
  }

  #start(lane: Lane<W>, waiting: Waiting<W>): void {
    lane.inFlight++;
    const running = waiting.start(lane.worker).then(() => {
      this.#running.delete(running);
      this.#finish(lane);
    });
    this.#running.add(running);
  }

  #finish(lane: Lane<W>): void {
    lane.inFlight--;
    const isWanted = this.#waiting.size > 0 && !this.#options.turns.isContended;
    if (lane.inFlight === 0 && !isWanted) this.#giveTurnBack(lane);
    this.#pump();
  }

  #giveTurnBack(lane: Lane<W>): void {
    const { turn } = lane;
    lane.turn = undefined;
    if (turn !== undefined) this.#options.turns.release(turn);
  }
}
