import { allocateData, type Hooks, type NamedTensors, type RunContext, type Servable, type ServableId, ServingError, type Signature } from '@servable/core';
import type { AbortWatch } from './abort-watch.ts';
import { BatchBuffers } from './batch-buffers.ts';
import { paddedRows, type ResolvedBatchingOptions, resolveBatchingOptions } from './batching-options.ts';
import { BatchQueue } from './batch-queue.ts';
import type { BatchScheduler } from './batch-scheduler.ts';
import type { Batch, BatchTask } from './batch-task.ts';
import { concatInputs, concatOutputs, rowsOf, sliceInputs, sliceOutputs } from './concat.ts';
import { noteComputed, noteQueued } from './batch-timing.ts';
import { batchingError } from './errors.ts';
import type { ExecutorLane } from './executor-lane.ts';
import { padParts } from './ragged.ts';

/** Queues of one signature beyond which empty ones are forgotten: clients may send a new inner shape with every request. */
const MAX_IDLE_QUEUES = 16;

/** Whether rows are what the signature says they are. Of other inputs nobody has said that their rows stay apart. */
function hasItsShapes({ inputs: known }: Signature, inputs: NamedTensors): boolean {
  for (const [name, { shape: given }] of inputs) {
    const shape = known.get(name)?.shape;
    if (shape === undefined) continue;
    if (shape.length !== given.length) return false;
    for (let axis = 1; axis < shape.length; axis++) {
      const size = shape[axis];
      if (typeof size === 'number' && size !== -1 && size !== given[axis]) return false;
    }
  }
  return true;
}

/** What a batching servable shares with the others. */
export interface BatchingServableContext {
  readonly id: ServableId;
  readonly scheduler: BatchScheduler;
  /** `false`: requests go straight through. */
  readonly options: ResolvedBatchingOptions | false;
  readonly hooks: Pick<Hooks, 'batchClosed' | 'batchDone'>;
}

/**
 * A servable whose `rows` signatures are run in batches. Other signatures, requests of zero rows, and those of other shapes than the
 * signature's go straight through; so do those larger than a batch, where the executor takes any.
 */
export class BatchingServable implements Servable {
  readonly signatures: Servable['signatures'];
  readonly executor: Servable['executor'];
  readonly #servable: Servable;
  readonly #context: BatchingServableContext;
  readonly #lane: ExecutorLane;
  readonly #abortWatch: AbortWatch;
  readonly #queues = new Map<string, BatchQueue[]>();
  readonly #buffers = new BatchBuffers();
  /** Of what waits, also once batching is off. */
  #options: ResolvedBatchingOptions;
  #isOn: boolean;

  constructor(servable: Servable, context: BatchingServableContext) {
    this.signatures = servable.signatures;
    this.executor = servable.executor;
    this.#servable = servable;
    this.#context = context;
    this.#isOn = context.options !== false;
    this.#options = context.options === false ? resolveBatchingOptions() : context.options;
    this.#lane = context.scheduler.join(servable.executor);
    this.#abortWatch = context.scheduler.abortWatch;
    if (servable.stream !== undefined) this.stream = servable.stream.bind(servable);
    // One run for several signatures is worth more than a batch for each.
    if (servable.runTogether !== undefined) this.runTogether = servable.runTogether.bind(servable);
  }

  declare stream?: NonNullable<Servable['stream']>;
  declare runTogether?: NonNullable<Servable['runTogether']>;

  /** Changes the options of requests to come. */
  set options(options: ResolvedBatchingOptions | false) {
    this.#isOn = options !== false;
    if (options === false) return;
    this.#options = options;
    for (const queues of this.#queues.values()) for (const queue of queues) queue.options = options;
  }

  run(signature: string, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors> {
    const known = this.signatures.get(signature);
    if (!this.#isOn || known?.batching !== 'rows') return this.#servable.run(signature, inputs, context);
    const rows = rowsOf(inputs);
    if (rows === 0 || !hasItsShapes(known, inputs)) return this.#servable.run(signature, inputs, context);
    const { maxRequestRows, maxExecutionBatchSize } = this.#options;
    if (rows > maxRequestRows) throw batchingError('SRV_BATCH_REQUEST_TOO_LARGE', [rows, maxRequestRows]);
    if (rows > maxExecutionBatchSize && this.executor.takesAnyRows === true) return this.#servable.run(signature, inputs, context);
    const queue = this.#queueOf(signature, inputs, context.outputs);
    return rows > maxExecutionBatchSize ? this.#enqueueSplit(queue, inputs, rows, context) : this.#enqueue(queue, inputs, rows, context);
  }

  /** Forgets its queues; what still waits is refused. To be called once the version is unloaded. */
  close(): void {
    const error = batchingError('SRV_BATCH_CLOSED', []);
    for (const queues of this.#queues.values()) for (const queue of queues) queue.close(error);
    this.#queues.clear();
    this.#context.scheduler.leave(this.executor);
  }

  #enqueue(queue: BatchQueue, inputs: NamedTensors, rows: number, context: RunContext): Promise<NamedTensors> {
    return new Promise((resolve, reject) => {
      const enqueuedMs = performance.now();
      queue.add([{ inputs, rows, context, enqueuedMs, resolve, reject }], enqueuedMs);
      this.#lane.wake(queue);
    });
  }

  async #enqueueSplit(queue: BatchQueue, inputs: NamedTensors, rows: number, context: RunContext): Promise<NamedTensors> {
    const size = queue.options.maxExecutionBatchSize;
    const enqueuedMs = performance.now();
    const tasks: BatchTask[] = [];
    const answers: Promise<NamedTensors>[] = [];
    for (let from = 0; from < rows; from += size) {
      const mine = Math.min(size, rows - from);
      answers.push(
        new Promise((resolve, reject) => {
          tasks.push({ inputs: sliceInputs(inputs, from, mine), rows: mine, context, enqueuedMs, resolve, reject });
        }),
      );
    }
    queue.add(tasks, enqueuedMs);
    this.#lane.wake(queue);
    return concatOutputs(await Promise.all(answers), allocateData);
  }

  #queueOf(signature: string, inputs: NamedTensors, outputs: readonly string[]): BatchQueue {
    const queues = this.#queues.get(signature) ?? [];
    const found = queues.find((queue) => queue.accepts(inputs, outputs));
    if (found !== undefined) return found;
    const made = new BatchQueue({ inputs, outputs }, this.#options, (batch) => this.#runBatch(signature, batch));
    const kept = queues.length < MAX_IDLE_QUEUES ? queues : queues.filter((queue) => !queue.isEmpty);
    this.#queues.set(signature, [made, ...kept]);
    return made;
  }

  #runBatch(signature: string, batch: Batch): void | Promise<void> {
    const rows = paddedRows(batch.rows, this.#options.allowedBatchSizes);
    batch.closedMs = performance.now();
    noteQueued(batch);
    const report = this.#reportClosed(signature, batch, rows);
    const only = batch.tasks.length === 1 && rows === batch.rows ? batch.tasks[0] : undefined;
    try {
      const outputs = only === undefined ? this.#runJoined(signature, batch, rows) : this.#servable.run(signature, only.inputs, only.context);
      if (!(outputs instanceof Promise)) return this.#answer(batch, rows, outputs, report);
      return outputs.then(
        (answer) => this.#answer(batch, rows, answer, report),
        (error: unknown) => this.#fail(signature, batch, { error, report }),
      );
    } catch (error) {
      return this.#fail(signature, batch, { error, report });
    }
  }

  #runJoined(signature: string, batch: Batch, rows: number): NamedTensors | Promise<NamedTensors> {
    const parts = this.#options.padVariableLengthInputs ? padParts(batch.tasks, allocateData) : batch.tasks;
    const inputs = concatInputs(parts, rows, (dtype, elements) => this.#buffers.allocate(dtype, elements));
    try {
      const outputs = this.#servable.run(signature, inputs, this.#joinedContext(batch));
      return outputs instanceof Promise ? this.#whenRun(outputs, inputs) : this.#ran(inputs, outputs);
    } catch (error) {
      this.#buffers.forget(inputs);
      throw error;
    }
  }

  #whenRun(running: Promise<NamedTensors>, inputs: NamedTensors): Promise<NamedTensors> {
    return running.then(
      (outputs) => this.#ran(inputs, outputs),
      (error: unknown) => {
        this.#buffers.forget(inputs);
        throw error;
      },
    );
  }

  #ran(inputs: NamedTensors, outputs: NamedTensors): NamedTensors {
    this.#buffers.giveBack(inputs, outputs);
    return outputs;
  }

  #joinedContext(batch: Batch): RunContext {
    const [first] = batch.tasks;
    if (first === undefined) throw batchingError('SRV_BATCH_NO_INPUTS', []);
    let deadlineMs: number | undefined = -Infinity;
    for (const { context } of batch.tasks) {
      deadlineMs = context.deadlineMs === undefined || deadlineMs === undefined ? undefined : Math.max(deadlineMs, context.deadlineMs);
    }
    return { ...first.context, deadlineMs, signal: this.#abortWatch.watch(batch) };
  }

  #answer(batch: Batch, rows: number, outputs: NamedTensors, report: BatchReport | undefined): void {
    this.#abortWatch.unwatch(batch);
    noteComputed(batch);
    let from = 0;
    const isWhole = batch.tasks.length === 1 && rows === batch.rows;
    for (const task of batch.tasks) {
      try {
        task.resolve(isWhole ? outputs : sliceOutputs(outputs, from, task.rows, rows));
      } catch (error) {
        task.reject(error);
      }
      from += task.rows;
    }
    report?.(undefined);
  }

  #fail(signature: string, batch: Batch, { error, report }: { readonly error: unknown; readonly report: BatchReport | undefined }): void | Promise<void> {
    this.#abortWatch.unwatch(batch);
    noteComputed(batch);
    report?.(error);
    // What one of them is refused for is not the others' fault.
    if (batch.tasks.length > 1 && ServingError.is(error) && error.status === 'INVALID_ARGUMENT') return this.#runAlone(signature, batch);
    for (const task of batch.tasks) task.reject(task.context.signal.aborted ? task.context.signal.reason : error);
  }

  /** One after the other: the batch has one place among those that run. */
  async #runAlone(signature: string, { tasks }: Batch): Promise<void> {
    for (const { inputs, context, resolve, reject } of tasks) {
      try {
        context.signal.throwIfAborted();
        resolve(await this.#servable.run(signature, inputs, context));
      } catch (error) {
        reject(error);
      }
    }
  }

  #reportClosed(signature: string, batch: Batch, rows: number): BatchReport | undefined {
    const { hooks, id } = this.#context;
    if (!hooks.batchClosed.isUsed() && !hooks.batchDone.isUsed()) return undefined;
    const { tasks, closedMs } = batch;
    const waitedMs = closedMs - (tasks[0]?.enqueuedMs ?? closedMs);
    const closed = { id, signature, requests: tasks.length, rows: batch.rows, paddingRows: rows - batch.rows, waitedMs, closedMs, tasks };
    hooks.batchClosed.call(closed);
    return (error) => {
      const runMs = performance.now() - closedMs;
      hooks.batchDone.call({ ...closed, runMs, error: error === undefined ? undefined : ServingError.from(error) });
    };
  }
}

type BatchReport = (error: unknown) => void;
