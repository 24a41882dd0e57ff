import { type NamedTensors, ServingError, type Tensor } from '@servable/core';
import { runErrorOf } from '../worker/binding-errors.ts';
import type { ThreadRun } from './native-thread.ts';
import type { RunPlan } from './run-plan.ts';
import type { SessionPlan } from './session-plan.ts';
import type { Slot } from './slot.ts';
import { type SlotAnswer, slotBytesOf, slotBytesOfInputs, writeRequest } from './slot-tensors.ts';

/** What a run asks of its session. */
export interface RunHost {
  /** Run options that no run in progress has. */
  takeRunOptions(): number;
  /** Whether the run still waited, and does no more. */
  drop(run: SessionRun): boolean;
  /** Makes ONNX Runtime end whatever runs with these options. */
  terminate(runOptions: number): void;
  /** Nothing of the run goes on any more: its options may be given to another. */
  release(runOptions: number, isTerminated: boolean): void;
}

export interface RunParts {
  readonly plan: SessionPlan;
  readonly inputs: readonly Tensor[];
  readonly signal: AbortSignal;
  readonly host: RunHost;
}

/**
 * One run in an engine thread: it waits, is begun (inputs are copied, and a thread may read them), and ends. Its promise settles
 * at the end, or before it when the caller gives up: a run that waits is dropped then, one that is begun is told to stop.
 */
export class SessionRun implements ThreadRun {
  readonly plan: RunPlan;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly promise: Promise<NamedTensors>;
  readonly #parts: RunParts;
  /** 0 while it waits. */
  #runOptions = 0;
  #isTerminated = false;
  #resolve: (outputs: NamedTensors) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.plan = parts.plan.plan;
    this.requestBytes = slotBytesOfInputs(parts.inputs);
    this.answerBytes = parts.plan.answerBytes;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    parts.signal.addEventListener('abort', this);
  }

  write(slot: Slot): void {
    this.#runOptions = this.#parts.host.takeRunOptions();
    writeRequest(slot, { plan: this.plan.id, runOptions: this.#runOptions, inputs: this.#parts.inputs });
  }

  succeed(answer: SlotAnswer): void {
    const { plan } = this.#parts;
    plan.predictor.recordInThread(this.requestBytes, answer.microseconds);
    plan.answerBytes = Math.max(plan.answerBytes, answerBytesOf(answer.tensors));
    this.#end();
    this.#resolve(plan.nameTensors(answer.tensors));
  }

  fail(error: unknown): void {
    this.#end();
    this.#reject(ServingError.is(error) ? error : runErrorOf(error));
  }

  /** The signal aborted. */
  handleEvent(): void {
    const { host, signal } = this.#parts;
    this.#reject(signal.reason);
    if (host.drop(this)) return this.#end();
    if (this.#runOptions === 0 || this.#isTerminated) return;
    this.#isTerminated = true;
    host.terminate(this.#runOptions);
  }

  /** From here on no abort reaches the options: they may belong to another run. */
  #end(): void {
    this.#parts.signal.removeEventListener('abort', this);
    const runOptions = this.#runOptions;
    this.#runOptions = 0;
    if (runOptions !== 0) this.#parts.host.release(runOptions, this.#isTerminated);
  }
}

function answerBytesOf(tensors: readonly Tensor[]): number {
  let bytes = 0;
  for (const tensor of tensors) bytes += slotBytesOf(tensor) + 64;
  return bytes;
}
