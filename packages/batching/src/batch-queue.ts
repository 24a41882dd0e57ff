import type { DType, NamedTensors } from '@servable/core';
import type { ResolvedBatchingOptions } from './batching-options.ts';
import { type Batch, type BatchTask, isAbandoned } from './batch-task.ts';
import { batchingError } from './errors.ts';

interface InputLayout {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Makes and runs the batches of a queue; resolves when the batch's tasks have their answers, never rejects. */
export type RunBatch = (batch: Batch) => void | Promise<void>;

/**
 * The requests of one signature that may share a batch: same inputs, dtypes, inner shapes (ranks only, when they are
 * padded) and requested outputs. The last batch is open; those before it are closed and wait for the engine.
 */
export class BatchQueue {
  readonly run: RunBatch;
  readonly #layout: readonly InputLayout[];
  readonly #outputs: readonly string[];
  readonly #batches: Batch[] = [];
  #options: ResolvedBatchingOptions;

  constructor(like: { inputs: NamedTensors; outputs: readonly string[] }, options: ResolvedBatchingOptions, run: RunBatch) {
    this.#layout = [...like.inputs].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    this.#outputs = like.outputs;
    this.#options = options;
    this.run = run;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  get options(): ResolvedBatchingOptions {
    return this.#options;
  }

  /** Takes effect with the next request; waiting ones keep their batch. */
  set options(options: ResolvedBatchingOptions) {
    this.#options = options;
  }

  /** Whether a request may share this queue's batches. */
  accepts(inputs: NamedTensors, outputs: readonly string[]): boolean {
    if (inputs.size !== this.#layout.length || !sameNames(outputs, this.#outputs)) return false;
    for (const layout of this.#layout) {
      const tensor = inputs.get(layout.name);
      if (tensor === undefined || tensor.dtype !== layout.dtype) return false;
      if (!this.#sameInner(tensor.shape, layout.shape)) return false;
    }
    return true;
  }

  #sameInner(shape: readonly number[], like: readonly number[]): boolean {
    if (shape.length !== like.length) return false;
    if (this.#options.padVariableLengthInputs) return true;
    for (let axis = 1; axis < shape.length; axis++) if (shape[axis] !== like[axis]) return false;
    return true;
  }

  /**
   * Puts tasks (all parts of one request) into batches, all or none.
   *
   * @throws ServingError `SRV_BATCH_QUEUE_FULL`, `SRV_BATCH_QUEUE_FULL_TO_SPLIT`
   */
  add(tasks: readonly BatchTask[], nowMs: number): void {
    if (!this.#fits(tasks)) {
      this.#dropAbandoned(nowMs);
      if (!this.#fits(tasks)) throw this.#fullError(tasks);
    }
    for (const task of tasks) this.#place(task);
  }

  #fits(tasks: readonly BatchTask[]): boolean {
    const first = tasks[0];
    const needed = tasks.length - (first !== undefined && this.#fitsOpenBatch(first) ? 1 : 0);
    return this.#batches.length + needed <= this.#options.maxEnqueuedBatches;
  }

  #fitsOpenBatch(task: BatchTask): boolean {
    const open = this.#batches.at(-1);
    return open !== undefined && open.rows + task.rows <= this.#options.maxExecutionBatchSize;
  }

  #place(task: BatchTask): void {
    const open = this.#batches.at(-1);
    if (open === undefined || open.rows + task.rows > this.#options.maxExecutionBatchSize) {
      this.#batches.push({ tasks: [task], rows: task.rows, closedMs: 0 });
      return;
    }
    open.tasks.push(task);
    open.rows += task.rows;
  }

  #dropAbandoned(nowMs: number): void {
    const waiting = this.#batches.splice(0).flatMap((batch) => batch.tasks);
    for (const task of waiting) {
      if (isAbandoned(task, nowMs)) rejectAbandoned(task);
      else this.#place(task);
    }
  }

  #fullError(tasks: readonly BatchTask[]): Error {
    const { maxEnqueuedBatches, maxExecutionBatchSize } = this.#options;
    const enqueuedBatches = this.#batches.length;
    if (tasks.length === 1) return batchingError('SRV_BATCH_QUEUE_FULL', [enqueuedBatches, maxEnqueuedBatches]);
    const openRows = this.#batches.at(-1)?.rows ?? 0;
    const rows = tasks.reduce((total, task) => total + task.rows, 0);
    const free = Math.max(0, maxEnqueuedBatches - enqueuedBatches) * maxExecutionBatchSize;
    return batchingError('SRV_BATCH_QUEUE_FULL_TO_SPLIT', [
      { rows, free, enqueuedBatches, maxEnqueuedBatches, openRows, maxExecutionBatchSize },
    ]);
  }

  /** When the first batch may leave, as `performance.now()` counts: 0 for at once, `Infinity` when there is none. */
  dueMs(): number {
    const first = this.#batches[0];
    if (first === undefined) return Infinity;
    const { leaveWhenIdle, batchTimeoutMicros, maxExecutionBatchSize } = this.#options;
    if (leaveWhenIdle || this.#batches.length > 1 || first.rows >= maxExecutionBatchSize) return 0;
    return (first.tasks[0]?.enqueuedMs ?? 0) + batchTimeoutMicros / 1000;
  }

  /** The first batch, without tasks nobody waits for (those are refused); `undefined` when nothing is left of it. */
  take(nowMs: number): Batch | undefined {
    const batch = this.#batches.shift();
    if (batch === undefined || !batch.tasks.some((task) => isAbandoned(task, nowMs))) return batch;
    const live: Batch = { tasks: [], rows: 0, closedMs: 0 };
    for (const task of batch.tasks) {
      if (isAbandoned(task, nowMs)) {
        rejectAbandoned(task);
      } else {
        live.tasks.push(task);
        live.rows += task.rows;
      }
    }
    return live.tasks.length === 0 ? undefined : live;
  }

  /** Refuses all that wait. */
  close(error: Error): void {
    for (const batch of this.#batches.splice(0)) for (const task of batch.tasks) task.reject(error);
  }
}

function rejectAbandoned(task: BatchTask): void {
  const { signal } = task.context;
  task.reject(signal.aborted ? signal.reason : batchingError('SRV_BATCH_EXPIRED', []));
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
}
