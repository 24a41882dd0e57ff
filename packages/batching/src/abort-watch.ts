import { isAbandoned, type Batch } from './batch-task.ts';

/** How soon a run that nobody waits for any more is told to stop. */
const WATCH_INTERVAL_MS = 20;

/**
 * Aborts the run of a batch when nobody waits for any of its answers. One timer looks at all runs: a listener on every request's
 * signal would cost more than a small model's run.
 */
export class AbortWatch {
  readonly #running = new Map<Batch, AbortController>();
  #timer: NodeJS.Timeout | undefined;

  /** The signal for a batch's run. Give the batch back with `unwatch` when the run ends. */
  watch(batch: Batch): AbortSignal {
    const controller = new AbortController();
    this.#running.set(batch, controller);
    this.#timer ??= setInterval(this.#look, WATCH_INTERVAL_MS).unref();
    return controller.signal;
  }

  unwatch(batch: Batch): void {
    this.#running.delete(batch);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    if (this.#running.size === 0) return this.close();
    const nowMs = performance.now();
    for (const [batch, controller] of this.#running) {
      if (batch.tasks.every((task) => isAbandoned(task, nowMs))) controller.abort(batch.tasks[0]?.context.signal.reason);
    }
  };
}
