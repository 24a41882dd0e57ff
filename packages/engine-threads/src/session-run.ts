import { type NamedTensors, ServingError, type Tensor } from '@servable/core';
import type { ThreadRun } from './engine-thread.ts';
import type { Slot } from './native/slot.ts';
import type { ThreadPlan } from './native/thread-messages.ts';
import type { SessionPlan } from './session-plan.ts';
import { type SlotAnswer, slotBytesOf, slotBytesOfInputs, writeRequest } from './slot-tensors.ts';

/** What a run asks of its session. */
export interface RunHost<Plan extends ThreadPlan> {
  /** What the engine passes to its thread of this run alone, such as options that no other run in progress has; not 0. */
  takeRunOptions(run: SessionRun<Plan>): number;
  /** Whether the run still waited, and does no more. */
  drop(run: SessionRun<Plan>): boolean;
  /** Ends whatever runs with these options, where the library can. */
  terminate(runOptions: number): void;
  /** Nothing of the run goes on any more: its options may be given to another. */
  release(runOptions: number, isTerminated: boolean): void;
  /** The error that a library's fault means. */
  errorOf(fault: unknown): Error;
}

/** One run, and whose it is. */
export interface RunParts<Plan extends ThreadPlan> {
  readonly plan: SessionPlan<Plan>;
  readonly inputs: readonly Tensor[];
  readonly signal: AbortSignal;
  readonly host: RunHost<Plan>;
}

/**
 * One run in an engine thread: it waits, is begun (inputs are copied, and a thread may read them), and ends. Its promise settles
 * at the end, or before it when the caller gives up: a run that waits is dropped then, one that is begun is told to stop.
 */
export class SessionRun<Plan extends ThreadPlan> implements ThreadRun<Plan> {
  readonly plan: Plan;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly promise: Promise<NamedTensors>;
  readonly #parts: RunParts<Plan>;
  /** 0 while it waits. */
  #runOptions = 0;
  #isTerminated = false;
  #resolve: (outputs: NamedTensors) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(parts: RunParts<Plan>) {
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
    this.#runOptions = this.#parts.host.takeRunOptions(this);
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
    this.#reject(ServingError.is(error) ? error : this.#parts.host.errorOf(error));
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
