import type { Executor, NamedTensors, Tensor } from '@servable/core';
import { fitsSlotNumbers, type LocalRunner, type RunHost, type RunOwner, type SessionPlan, SessionRun, slotBytesOfInputs, type ThreadPool } from '@servable/engine-threads';
import { checkInputs } from '../check-run.ts';
import type { OnnxDevice, OnnxSession, OnnxValueInfo } from '../engine.ts';
import { withCure } from '../device-cures.ts';
import { onnxError } from '../errors.ts';
import { runErrorOf } from '../worker/binding-errors.ts';
import { flattenOutputs, tensorInput } from './flatten-outputs.ts';
import type { LoadedGraph } from './load-session.ts';
import type { OrtApi } from './ort-api.ts';
import type { RunPlan } from './run-plan.ts';
import { SessionPlans } from './session-plans.ts';
import type { OrtThreadTypes } from './thread-types.ts';

export interface NativeSessionOptions {
  readonly api: OrtApi;
  readonly pool: ThreadPool<OrtThreadTypes>;
  readonly executor: Executor;
  readonly loaded: LoadedGraph;
  readonly maxQueuedRuns: number;
  /** Longest predicted run that is made on the event loop, in microseconds; 0: none is. */
  readonly synchronousMicros: number;
  /** Makes runs on the event loop; all sessions share it. */
  readonly local: LocalRunner<RunPlan>;
  readonly newPlanId: () => number;
  /** Frees the graph. */
  readonly onClosed: () => Promise<void>;
}

/** A graph that any engine thread can run. */
export class NativeSession implements OnnxSession, RunHost<RunPlan>, RunOwner {
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly graph: OnnxSession['graph'];
  readonly executor: Executor;
  readonly device: OnnxDevice;
  readonly deviceFaults: readonly string[];
  readonly maxQueuedRuns: number;
  readonly #options: NativeSessionOptions;
  readonly #plans: SessionPlans;
  /** Those that no run in progress has. */
  readonly #runOptions: number[] = [];
  /** Runs in progress. */
  #begun = 0;
  #onDrained: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(options: NativeSessionOptions) {
    const { loaded, executor, maxQueuedRuns, newPlanId, synchronousMicros } = options;
    const outputs = flattenOutputs(loaded.values.outputs);
    this.#options = options;
    this.graph = loaded.values;
    this.inputs = loaded.values.inputs.map(tensorInput);
    this.outputs = outputs.flatMap(({ parts }) => parts);
    this.executor = executor;
    this.device = loaded.device;
    this.deviceFaults = loaded.deviceFaults.map(withCure);
    this.maxQueuedRuns = maxQueuedRuns;
    const onDropped = (plan: RunPlan): void => options.pool.forgetPlan(plan);
    this.#plans = new SessionPlans({ session: loaded.session, inputs: this.inputs, outputs, synchronousMicros, newPlanId, onDropped });
  }

  run(inputs: NamedTensors, outputs: readonly string[], signal: AbortSignal): NamedTensors | Promise<NamedTensors> {
    if (signal.aborted) return Promise.reject(signal.reason);
    try {
      if (this.#closing !== undefined) throw onnxError('SRV_ONNX_CLOSED', ['session']);
      checkInputs(this.inputs, inputs);
      const plan = this.#plans.get(outputs);
      const ordered = this.inputs.map(({ name }) => tensorOf(inputs, name));
      if (!fitsSlotNumbers(ordered)) throw onnxError('SRV_ONNX_RUN_REFUSED', ['it has too many inputs for one run']);
      return this.#runHere(plan, ordered) ?? this.#runInThread(plan, ordered, signal);
    } catch (error) {
      return Promise.reject(runErrorOf(error));
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  takeRunOptions(): number {
    const runOptions = this.#runOptions.pop() ?? this.#options.api.out('createRunOptions');
    this.#begun++;
    return runOptions;
  }

  drop(run: SessionRun<RunPlan>): boolean {
    return this.#options.pool.drop(this, run);
  }

  terminate(runOptions: number): void {
    this.#options.api.call('setTerminate', runOptions);
  }

  release(runOptions: number, isTerminated: boolean): void {
    if (isTerminated) this.#options.api.call('unsetTerminate', runOptions);
    this.#runOptions.push(runOptions);
    if (--this.#begun === 0) this.#onDrained();
  }

  errorOf(fault: unknown): Error {
    return runErrorOf(fault);
  }

  async #close(): Promise<void> {
    const { pool, loaded, local, api, onClosed } = this.#options;
    for (const run of pool.dropAll(this)) run.fail(onnxError('SRV_ONNX_CLOSED', ['session']));
    if (this.#begun > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    try {
      await onClosed();
    } finally {
      // No thread reads any of these now.
      pool.forgetSession(loaded.session);
      local.forget();
      for (const runOptions of this.#runOptions.splice(0)) api.release('releaseRunOptions', runOptions);
      this.#plans.free();
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

  #runInThread(plan: SessionPlan<RunPlan>, inputs: readonly Tensor[], signal: AbortSignal): Promise<NamedTensors> {
    const run = new SessionRun({ plan, inputs, signal, host: this });
    try {
      this.#options.pool.submit(this, run);
    } catch (error) {
      run.fail(error);
    }
    return run.promise;
  }
}

function tensorOf(inputs: NamedTensors, name: string): Tensor {
  const tensor = inputs.get(name);
  if (tensor === undefined) throw onnxError('SRV_ONNX_INPUT_MISSING', [name]);
  return tensor;
}
