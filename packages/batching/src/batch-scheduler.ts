import type { Executor } from '@servable/core';
import { AbortWatch } from './abort-watch.ts';
import { batchingError } from './errors.ts';
import { ExecutorLane } from './executor-lane.ts';

/** Decides, for all models and versions of a server, which batch runs next. */
export class BatchScheduler {
  readonly abortWatch: AbortWatch = new AbortWatch();
  readonly #lanes = new Map<string, { readonly lane: ExecutorLane; users: number }>();

  /** The lane of an executor; give it back with `leave`. */
  join(executor: Executor): ExecutorLane {
    const entry = this.#lanes.get(executor.id) ?? { lane: new ExecutorLane(executor), users: 0 };
    entry.users++;
    this.#lanes.set(executor.id, entry);
    return entry.lane;
  }

  leave(executor: Executor): void {
    const entry = this.#lanes.get(executor.id);
    if (entry === undefined || --entry.users > 0) return;
    entry.lane.close(batchingError('SRV_BATCH_CLOSED', []));
    this.#lanes.delete(executor.id);
  }

  /** Refuses all that waits. Runs in progress end by themselves. */
  close(): void {
    for (const { lane } of this.#lanes.values()) lane.close(batchingError('SRV_BATCH_CLOSED', []));
    this.#lanes.clear();
    this.abortWatch.close();
  }
}
