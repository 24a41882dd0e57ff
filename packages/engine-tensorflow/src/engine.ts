import type { Executor, NamedTensors } from '@servable/core';

/** Where a graph runs. `cuda` runs what it has a kernel for, the CPU does the rest. */
export type TensorFlowDevice = 'cpu' | 'cuda';

/** How a model is loaded. Every option but `tensors` has a default. */
export interface TensorFlowModelOptions {
  /** The tensors that runs will feed and fetch, such as `serving_default_x:0`. */
  readonly tensors: readonly string[];
  /** Which of the file's graphs. Default `['serve']`. */
  readonly tags?: readonly string[];
  /** Where it runs; of a list the first that this machine has. Default `cpu`. */
  readonly device?: TensorFlowDevice | readonly TensorFlowDevice[];
  /**
   * Threads that share the work of one operator. Default 1: best for small models and for many requests at once. TensorFlow has one pool of them for
   * the process: the first model that is loaded says how large it is.
   */
  readonly intraOpThreads?: number;
  /** Threads that run independent operators side by side. Default 1: the engine thread itself. */
  readonly interOpThreads?: number;
  /** Runs that may wait beyond those in progress; more are refused with `SRV_TENSORFLOW_QUEUE_FULL`. Default 4096. */
  readonly maxQueuedRuns?: number;
  /** Whether equal sizes may take any time (loops), or runs may wait for each other (queues): none is made on the event loop then. Default false. */
  readonly mayTakeLong?: boolean;
}

/** When a run is of no use any more. */
export interface RunLimits {
  readonly signal: AbortSignal;
  /** In milliseconds as `performance.now()` counts; `undefined`: never. */
  readonly deadlineMs?: number | undefined;
}

/**
 * A loaded model. Runs never block the event loop for longer than handing them to a thread would.
 *
 * Inputs are only read, until the run's promise settles; outputs share no memory with them and are the caller's.
 */
export interface TensorFlowSession {
  readonly executor: Executor;
  /** Where it runs. */
  readonly device: TensorFlowDevice;
  /** Why it does not run on the devices that were asked for before that one; none when it does. */
  readonly deviceFaults: readonly string[];
  /** Tensors of {@link TensorFlowModelOptions.tensors} whose nodes are not in the graph: a run that names one is refused. */
  readonly missing: ReadonlySet<string>;
  /**
   * Feeds tensors and fetches others, both by their names in the graph; answers by these names.
   *
   * Aborted while it waits, a run is dropped; aborted later, its promise rejects at once with `signal.reason`. TensorFlow's C API cannot
   * stop one run: it goes on until it ends or, when it began with a deadline and is not known to be short, until that has passed.
   *
   * @throws ServingError (always as a rejection, never at once) with TensorFlow's own code, `SRV_TENSORFLOW_<STATUS>`, when it refuses;
   *   `SRV_TENSORFLOW_INPUT_INVALID`, `SRV_TENSORFLOW_OUTPUT_UNSERVABLE`, `SRV_TENSORFLOW_QUEUE_FULL`, `SRV_TENSORFLOW_THREAD_LOST`,
   *   `SRV_TENSORFLOW_CLOSED`
   */
  run(feeds: NamedTensors, fetches: readonly string[], limits: RunLimits): NamedTensors | Promise<NamedTensors>;
  /** Refuses waiting runs, stops those that compute, frees the model. Closing twice is closing once. */
  close(): Promise<void>;
}

/** Runs SavedModels with libtensorflow. */
export interface TensorFlowEngine {
  /** The library that it opens, when the first model is loaded. */
  readonly libraryPath: string;
  /**
   * Loads a version directory: restores its variables, fills its tables. Rejects with `signal.reason` at once when aborted; what was
   * begun is freed behind it.
   *
   * @throws ServingError with TensorFlow's own code, `SRV_TENSORFLOW_<STATUS>`, when it refuses; `SRV_TENSORFLOW_LIBRARY_UNUSABLE`,
   *   `SRV_TENSORFLOW_DEVICE_MISSING`, `SRV_TENSORFLOW_OPTION_INVALID`, `SRV_TENSORFLOW_THREAD_LOST`, `SRV_TENSORFLOW_CLOSED`
   */
  loadSavedModel(directory: string, options: TensorFlowModelOptions, signal: AbortSignal): Promise<TensorFlowSession>;
  /** Closes every session, then the engine's threads. Closing twice is closing once. */
  close(): Promise<void>;
}
