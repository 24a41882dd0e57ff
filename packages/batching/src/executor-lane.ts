import type { Executor } from '@servable/core';
import type { BatchQueue } from './batch-queue.ts';

/**
 * The queues whose batches run on one executor. Batches leave one at a time from each queue in turn, as many at once as the
 * executor takes.
 *
 * Requests that arrive in one turn of the event loop are looked at together, once the sockets that were readable have been
 * read: that is what fills batches without a timer.
 */
export class ExecutorLane {
  readonly #executor: Executor;
  /** Queues with something waiting, next turn first. */
  readonly #waiting: BatchQueue[] = [];
  #running = 0;
  #isWoken = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** To be called after something was added to the queue. */
  wake(queue: BatchQueue): void {
    if (!this.#waiting.includes(queue)) this.#waiting.push(queue);
    if (this.#isWoken || this.#running >= this.#executor.maxConcurrentRuns) return;
    this.#isWoken = true;
    setImmediate(this.#flush);
  }

  /** Batches that run now. */
  get running(): number {
    return this.#running;
  }

  close(error: Error): void {
    clearTimeout(this.#timer);
    for (const queue of this.#waiting.splice(0)) queue.close(error);
  }

  readonly #flush = (): void => {
    this.#isWoken = false;
    clearTimeout(this.#timer);
    while (this.#running < this.#executor.maxConcurrentRuns) {
      const nowMs = performance.now();
      const queue = this.#nextDue(nowMs);
      if (queue === undefined) {
        this.#armTimer(nowMs);
        return;
      }
      this.#start(queue, nowMs);
    }
  };

  #nextDue(nowMs: number): BatchQueue | undefined {
    const index = this.#waiting.findIndex((queue) => queue.dueMs() <= nowMs);
    const [queue] = index === -1 ? [] : this.#waiting.splice(index, 1);
    return queue;
  }

  #start(queue: BatchQueue, nowMs: number): void {
    const batch = queue.take(nowMs);
    if (!queue.isEmpty) this.#waiting.push(queue);
    if (batch === undefined) return;
    const running = queue.run(batch);
    if (running === undefined) return;
    this.#running++;
    void running.then(this.#onRunEnded);
  }

  readonly #onRunEnded = (): void => {
    this.#running--;
    if (this.#waiting.length > 0 && !this.#isWoken) this.#flush();
  };

  #armTimer(nowMs: number): void {
    let due = Infinity;
    for (const queue of this.#waiting) due = Math.min(due, queue.dueMs());
    if (due !== Infinity) this.#timer = setTimeout(this.#flush, Math.max(0, due - nowMs));
  }
}
