import { elementCount, type Executor, type NamedTensors, storageOf, type Tensor } from '@servable/core';
import { fitsSlotNumbers, type LocalRunner, type RunHost, type RunOwner, type SessionPlan, SessionRun, slotBytesOfInputs, type ThreadPool } from '@servable/engine-threads';
import type { RunLimits, TensorFlowDevice, TensorFlowSession } from './engine.ts';
import { tensorflowError } from './errors.ts';
import { runErrorOf } from './fault-error.ts';
import type { LoadedModel, RunPlan, TfThreadTypes } from './native/thread-types.ts';
import type { SessionPlans } from './session-plans.ts';

/** A session, and what it shares with the others of its engine. */
export interface LoadedSessionOptions {
  readonly pool: ThreadPool<TfThreadTypes>;
  /** Makes runs on the event loop; all sessions share it. */
  readonly local: LocalRunner<RunPlan>;
  readonly executor: Executor;
  readonly loaded: LoadedModel;
  readonly plans: SessionPlans;
  readonly deviceFaults: readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly maxQueuedRuns: number;
  /** Whether equal sizes may take any time. */
  readonly mayTakeLong: boolean;
  /** Stops what runs, for those who do not wait any more. */
  readonly onStop: () => Promise<void>;
  /** Frees the model. */
  readonly onClosed: () => Promise<void>;
}

/** What a thread is told of a run without a timeout; 0 would mean that there is no run. */
const NO_TIMEOUT = -1;
/** A run that is expected to be shorter is not worth the two hops that a timeout costs. */
const MIN_TIMED_MICROS = 10_000;
/** The most that TensorFlow counts is 2^31 ms, the least that is a timeout is 1. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A model that any engine thread can run. */
export class LoadedSession implements TensorFlowSession, RunHost<RunPlan>, RunOwner {
  readonly executor: Executor;
  readonly device: TensorFlowDevice;
  readonly deviceFaults: readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly maxQueuedRuns: number;
  readonly #options: LoadedSessionOptions;
  /** Deadlines of runs that wait, where TensorFlow is told. */
  readonly #deadlines = new WeakMap<SessionRun<RunPlan>, number>();
  /** Runs in progress. */
  #begun = 0;
  #onDrained: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(options: LoadedSessionOptions) {
    this.#options = options;
    this.executor = options.executor;
    this.device = options.loaded.device;
    this.deviceFaults = options.deviceFaults;
    this.missing = options.missing;
    this.maxQueuedRuns = options.maxQueuedRuns;
  }

  run(feeds: NamedTensors, fetches: readonly string[], { signal, deadlineMs }: RunLimits): NamedTensors | Promise<NamedTensors> {
    if (signal.aborted) return Promise.reject(signal.reason);
    try {
      if (this.#closing !== undefined) throw tensorflowError('SRV_TENSORFLOW_CLOSED', ['session']);
      const plan = this.#options.plans.get(feeds, fetches);
      const inputs = [...feeds.values()];
      checkInputs(feeds);
      if (!fitsSlotNumbers(inputs)) throw tensorflowError('SRV_TENSORFLOW_INVALID_ARGUMENT', ['it has too many inputs for one run']);
      return this.#runHere(plan, inputs) ?? this.#runInThread(plan, inputs, { signal, deadlineMs });
    } catch (error) {
      return Promise.reject(runErrorOf(error));
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  takeRunOptions(run: SessionRun<RunPlan>): number {
    this.#begun++;
    const deadlineMs = this.#deadlines.get(run);
    if (deadlineMs === undefined) return NO_TIMEOUT;
    return Math.min(Math.max(1, Math.ceil(deadlineMs - performance.now())), MAX_TIMEOUT_MS);
  }

  /** Whether a thread computes for it. */
  get isBusy(): boolean {
    return this.#begun > 0;
  }

  /** The session's address. */
  get address(): number {
    return this.#options.loaded.session;
  }

  drop(run: SessionRun<RunPlan>): boolean {
    return this.#options.pool.drop(this, run);
  }

  /** The C API cannot stop one run of a session. */
  terminate(): void {}

  release(): void {
    if (--this.#begun === 0) this.#onDrained();
  }

  errorOf(fault: unknown): Error {
    return runErrorOf(fault);
  }

  async #close(): Promise<void> {
    const { pool, loaded, onStop, onClosed } = this.#options;
    for (const run of pool.dropAll(this)) run.fail(tensorflowError('SRV_TENSORFLOW_CLOSED', ['session']));
    if (this.#begun > 0) {
      const drained = new Promise<void>((resolve) => (this.#onDrained = resolve));
      await onStop();
      await drained;
    }
    try {
      await onClosed();
    } finally {
      pool.forgetSession(loaded.session);
    }
  }

  /** `undefined` when it is not known to be short. */
  #runHere(plan: SessionPlan<RunPlan>, inputs: readonly Tensor[]): NamedTensors | undefined {
    const bytes = slotBytesOfInputs(inputs);
    if (!plan.predictor.isQuick(bytes)) return undefined;
    const answer = this.#options.local.run(plan.plan, inputs, bytes);
    if (answer === undefined) return undefined;
    plan.predictor.recordHere(bytes, answer.microseconds);
    return plan.nameTensors(answer.tensors);
  }

  #mayBeLong(plan: SessionPlan<RunPlan>, bytes: number): boolean {
    const expectedMicros = this.#options.mayTakeLong ? undefined : plan.predictor.averageMicros(bytes);
    return expectedMicros === undefined || expectedMicros > MIN_TIMED_MICROS;
  }

  #runInThread(plan: SessionPlan<RunPlan>, inputs: readonly Tensor[], { signal, deadlineMs }: RunLimits): Promise<NamedTensors> {
    const run = new SessionRun({ plan, inputs, signal, host: this });
    if (deadlineMs !== undefined && this.#mayBeLong(plan, run.requestBytes)) this.#deadlines.set(run, deadlineMs);
    try {
      this.#options.pool.submit(this, run);
    } catch (error) {
      run.fail(error);
    }
    return run.promise;
  }
}

/** Data that does not fill its shape would be read beyond its end. */
function checkInputs(feeds: NamedTensors): void {
  for (const [name, { dtype, shape, data }] of feeds) {
    const values = elementCount(shape) * (storageOf(dtype)?.entriesPerElement ?? 1);
    if (data.length !== values) throw tensorflowError('SRV_TENSORFLOW_INPUT_INVALID', [name, `shape [${shape}] needs ${values} values, got ${data.length}`]);
  }
}
