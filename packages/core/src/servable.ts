import type { Signature } from './signature.ts';
import type { NamedTensors } from './tensor.ts';

/** What runs a servable's work, so that a scheduler knows when it is idle. Servables that share one say the same `id`. */
export interface Executor {
  readonly id: string;
  /** Runs that go on at the same time; more than that wait in line. At least 1. */
  readonly maxConcurrentRuns: number;
  /**
   * Whether a run of any number of rows leaves others their turn. A request with more rows than a batch is then run as it came, neither
   * queued nor split. Default false.
   */
  readonly takesAnyRows?: boolean;
}

/** What becomes known of one run; filled in by what queues runs and sends them to the engine, such as batching. */
export interface RunTiming {
  /** Waited before the engine was asked. */
  queueMs: number;
  /** In the engine: the whole batch's. `undefined` while nobody has measured it. */
  computeMs: number | undefined;
}

/** What travels with one run besides its tensors. */
export interface RunContext {
  /** Aborted when the client went away or the deadline passed. */
  readonly signal: AbortSignal;
  /** When the answer is of no use any more, in milliseconds as `performance.now()` counts; `undefined`: no deadline. */
  readonly deadlineMs: number | undefined;
  /** Outputs to compute, by alias; empty means all. */
  readonly outputs: readonly string[];
  readonly requestId: string;
  /** Which protocol it came by, such as `grpc-v1`, `rest-v1` or `in-process`. */
  readonly protocol: string;
  /** The client's address, as the transport prints it; empty in process. */
  readonly peer: string;
  /** Left by `requestStarted` and `admit` hooks for those after them, such as who is asking. */
  readonly attributes: ReadonlyMap<string, unknown>;
  /** Where to tell how long it waited and ran; absent: nobody asks. */
  readonly timing?: RunTiming;
}

/** One of several signatures that are run together. */
export interface SignatureCall {
  readonly signature: string;
  /** Outputs to compute, by the signature's aliases; at least one. */
  readonly outputs: readonly string[];
}

/**
 * A loaded version. `run` may be called any number of times at once; it may answer at once or later. Inputs belong to the
 * caller and are only read until the answer; outputs belong to the caller from then on.
 *
 * `inputs` holds names of the signature only, each of them or its default, and `context.outputs` names of the signature
 * only: callers check. Dtypes and shapes are the servable's to check.
 */
export interface Servable {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly executor: Executor;
  /** @throws ServingError `INVALID_ARGUMENT` for inputs the graph refuses; rejects with `signal.reason` when aborted */
  run(signature: string, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors>;
  /**
   * Runs several signatures that take the same inputs in one run of the graph. Answers with the outputs of each call, in their order.
   * Absent: each signature is run by itself.
   */
  runTogether?(calls: readonly SignatureCall[], inputs: NamedTensors, context: RunContext): Promise<readonly NamedTensors[]>;
  /** Many outputs for one request; only on servables that stream. */
  stream?(signature: string, inputs: NamedTensors, context: RunContext): AsyncIterable<NamedTensors>;
}
