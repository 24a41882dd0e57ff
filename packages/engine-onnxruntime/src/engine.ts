import type { Dimension, DType, Executor, NamedTensors } from '@servable/core';

/** What a graph's input or output holds. `opaque`: the engine only knows that it is no tensor. */
export type OnnxValueKind = 'tensor' | 'sequence' | 'map' | 'optional' | 'opaque';

/** The type of a value inside a graph. */
export interface OnnxType {
  readonly kind: OnnxValueKind;
  /** Of a tensor its elements; `undefined` when it is none, or of a type that no {@link DType} stands for. */
  readonly dtype: DType | undefined;
  /** Of a tensor its sizes: a number, the graph's own name for one that varies, or -1; `undefined`: even the rank is unknown. */
  readonly shape: readonly Dimension[] | undefined;
  /** Of a map its keys. */
  readonly keyDtype?: DType | undefined;
  /** Of a sequence or optional value what it holds, of a map its values; missing when that is not known. */
  readonly element?: OnnxType | undefined;
}

/** One input or output as the graph has it. */
export interface OnnxGraphValue extends OnnxType {
  /** The name in the graph. */
  readonly name: string;
}

/** One tensor that a run takes or gives. */
export interface OnnxValueInfo {
  /** The name in the graph; of a map's keys the map's, followed by `_keys`. */
  readonly name: string;
  /** What the graph has there. */
  readonly kind: OnnxValueKind;
  /** The element type; `undefined` when it cannot be given as a tensor, or its type is one that no {@link DType} stands for. */
  readonly dtype: DType | undefined;
  /** Sizes: a number, the graph's own name for one that varies, or -1; `undefined`: even the rank is unknown. */
  readonly shape: readonly Dimension[] | undefined;
  /** Why this engine can neither take nor give this value; `undefined` when it can. */
  readonly unservable: string | undefined;
}

/**
 * Where a graph runs. `cuda` and `webgpu` run what they have a kernel for, the CPU does the rest. `cuda` needs ONNX Runtime's
 * CUDA libraries beside its own.
 */
export type OnnxDevice = 'cpu' | 'cuda' | 'webgpu';

/** How a session is made. Every option has a default; see each engine for those it ignores. */
export interface SessionOptions {
  /** Threads that share the work of one operator. Default 1: best for small models and for many requests at once. */
  readonly intraOpThreads?: number;
  /** Threads that run independent operators side by side; above 1 turns the graph's parallel mode on. Default 1. */
  readonly interOpThreads?: number;
  /** Whether idle operator threads burn their core while they wait. Default false. */
  readonly spinning?: boolean;
  /** How far the graph is rewritten at load. Default `all`. */
  readonly graphOptimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Whether freed memory is kept for the next run (faster) or given back (smaller). Default true. */
  readonly memoryArena?: boolean;
  /** Where it runs; of a list the first that this machine has. Default `cpu`. */
  readonly device?: OnnxDevice | readonly OnnxDevice[];
  /** Further entries of ONNX Runtime's session config, such as `session.set_denormal_as_zero`; values are text. */
  readonly config?: Readonly<Record<string, string>>;
  /** Copies of the model, each with its own memory, that run at the same time. Default 1. The native form has one, for all its threads. */
  readonly replicas?: number;
  /** Runs sent to one replica at once: one computes, the others are at hand when it ends. Default 2. The native form: always 2 a thread. */
  readonly runsPerReplica?: number;
  /** Whether the graph has loops, so that equal inputs may take any time: no run of it is made on the event loop. Default false. */
  readonly hasLoops?: boolean;
  /** Runs that may wait beyond those; more are refused with `SRV_ONNX_QUEUE_FULL`. Default 4096. */
  readonly maxQueuedRuns?: number;
}

/**
 * A loaded graph. Runs never block the event loop for longer than handing them to a thread would.
 *
 * Inputs are only read, until the run's promise settles; outputs share no memory with them and are the caller's.
 */
export interface OnnxSession {
  /** What a run must be given, in the graph's order. Initializers that are also graph inputs are not here. */
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** The same inputs and outputs as the graph has them: what {@link OnnxEngine.describeOutputs} makes tensors of. */
  readonly graph: { readonly inputs: readonly OnnxGraphValue[]; readonly outputs: readonly OnnxGraphValue[] };
  readonly executor: Executor;
  /** Where it runs. */
  readonly device: OnnxDevice;
  /** Why it does not run on the devices that were asked for before that one; none when it does. */
  readonly deviceFaults: readonly string[];
  /**
   * Computes the named outputs, in that order; no names means all that can be served.
   *
   * Aborted while it waits, a run is dropped; aborted later, its promise rejects at once with `signal.reason` and the
   * engine stops the work as soon as it can.
   *
   * @throws ServingError (always as a rejection, never at once) `SRV_ONNX_INPUT_MISSING`, `SRV_ONNX_INPUT_UNKNOWN`,
   *   `SRV_ONNX_INPUT_DTYPE`, `SRV_ONNX_INPUT_INVALID`, `SRV_ONNX_OUTPUT_UNKNOWN`, `SRV_ONNX_RUN_REFUSED` (all
   *   `INVALID_ARGUMENT`); `SRV_ONNX_OUTPUT_UNSERVABLE` (`UNIMPLEMENTED`); `SRV_ONNX_QUEUE_FULL`,
   *   `SRV_ONNX_OUT_OF_MEMORY` (`RESOURCE_EXHAUSTED`); `SRV_ONNX_THREAD_LOST`, `SRV_ONNX_CLOSED` (`UNAVAILABLE`);
   *   `SRV_ONNX_RUN_FAILED` (`INTERNAL`)
   */
  run(inputs: NamedTensors, outputs: readonly string[], signal: AbortSignal): NamedTensors | Promise<NamedTensors>;
  /** Refuses waiting runs, waits for those that compute, frees the graph. Closing twice is closing once. */
  close(): Promise<void>;
}

/** Runs ONNX graphs. Every engine passes the same suite, `test/engine-conformance.ts`. */
export interface OnnxEngine {
  /** For messages and logs, such as `onnxruntime-worker`. */
  readonly name: string;
  /** What a run must be given for a graph's inputs, and what this engine cannot take. Known without loading anything. */
  describeInputs(inputs: readonly OnnxGraphValue[]): readonly OnnxValueInfo[];
  /**
   * What a run gives for a graph's outputs: one tensor for each, or two for maps, whose keys come as `<name>_keys`. Known
   * without loading anything; a loaded session's `outputs` are the same.
   */
  describeOutputs(outputs: readonly OnnxGraphValue[]): readonly OnnxValueInfo[];
  /**
   * Bytes of main memory that a session takes while it loads and from then on, from above. What is the process's own (ONNX
   * Runtime's library, engine threads) and what a run computes with come on top.
   *
   * @param fileBytes - of the model's file and its external data together
   */
  estimateBytes(fileBytes: number, options: SessionOptions): number;
  /**
   * Loads a graph from a file. Rejects with `signal.reason` at once when aborted; what was begun is freed behind it.
   *
   * @param path - of the `.onnx` file; external data is found beside it
   * @throws ServingError `SRV_ONNX_FILE_NOT_FOUND` (`NOT_FOUND`), `SRV_ONNX_MODEL_INVALID`, `SRV_ONNX_OPTION_INVALID`
   *   (`INVALID_ARGUMENT`), `SRV_ONNX_MODEL_UNSUPPORTED` (`UNIMPLEMENTED`), `SRV_ONNX_OUT_OF_MEMORY`
   *   (`RESOURCE_EXHAUSTED`), `SRV_ONNX_RUNTIME_MISSING`, `SRV_ONNX_DEVICE_MISSING` (`FAILED_PRECONDITION`), `SRV_ONNX_CLOSED`,
   *   `SRV_ONNX_THREAD_LOST` (`UNAVAILABLE`), `SRV_ONNX_LOAD_FAILED` (`UNKNOWN`)
   */
  createSession(path: string, options: SessionOptions, signal: AbortSignal): Promise<OnnxSession>;
  /** Closes every session, then the engine's threads. Closing twice is closing once. */
  close(): Promise<void>;
}
