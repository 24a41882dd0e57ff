import { messageOf } from '@servable/core';
import { availableCpus, LoaderThreads, LocalRunner, ThreadPool, type ThreadSetup, untilAborted } from '@servable/engine-threads';
import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import type { OnnxEngine, OnnxGraphValue, OnnxSession, OnnxValueInfo, SessionOptions } from '../engine.ts';
import { onnxError } from '../errors.ts';
import { resolveSessionOptions, type ResolvedSessionOptions } from '../session-options.ts';
import { dtypeOfElement } from './element-types.ts';
import { flattenOutputs, tensorInput } from './flatten-outputs.ts';
import { nativeLoadErrorOf } from './native-load-error.ts';
import { NativeSession } from './native-session.ts';
import { OrtApi } from './ort-api.ts';
import { findLibrary, openLibrary } from './ort-library.ts';
import type { RunPlan } from './run-plan.ts';
import { SlotRunner } from './slot-runner.ts';
import type { OrtThreadData, OrtThreadTypes } from './thread-types.ts';

/** How {@link createNativeEngine} computes. */
export interface NativeEngineOptions {
  /** Threads that compute. Default: the CPUs of the control group or machine. */
  readonly threads?: number;
  /** How far below the event loop engine threads are scheduled: 0 (equal) to 19. Linux only. Default 5. */
  readonly niceness?: number;
  /** Longest predicted run that is made on the event loop, in microseconds; 0: none is. Default 50. */
  readonly synchronousMicros?: number;
  /** The ONNX Runtime library to open, 1.24 or later. Default: that of the installed `onnxruntime-node`. */
  readonly libraryPath?: string;
}

/** Fixtures of up to a megabyte take 0.1 to 4 MB, and 14 MB with a run of many activations. */
const SESSION_BYTES = 16 * 2 ** 20;
/**
 * Peak memory for each byte of weights: measured at 1.0 (external data, which is mapped) to 2.2 (convolutions, whose weights are laid
 * out anew) while it loads, and at 1.0 from then on (`bench/engine-onnxruntime-memory.bench.ts`).
 */
const BYTES_PER_MODEL_BYTE = 2.5;
const THREAD_ERRORS: ThreadSetup['errors'] = {
  threadLost: (reason) => onnxError('SRV_ONNX_THREAD_LOST', [reason]),
  queueFull: (maxQueuedRuns) => onnxError('SRV_ONNX_QUEUE_FULL', [maxQueuedRuns]),
};
/** One run computes, the next is at hand when it ends. */
const SLOTS_PER_THREAD = 2;

/**
 * Runs graphs through ONNX Runtime's C API, on engine threads that share every session: weights are held once, runs can be
 * stopped, every element type passes, and loads happen in threads of their own.
 *
 * A sequence of equal tensors comes as one tensor with a new first axis; a map as its values and, as `<output>_keys`, its keys; a
 * sequence of maps with the same keys as values `[maps, keys]` and `<output>_keys`. Anything else in an output, and anything but a
 * tensor as an input, cannot be passed, and `describeInputs` and `describeOutputs` say so.
 *
 * A run that is expected to be short, from earlier runs of its size, is made on the event loop: see `synchronousMicros`.
 *
 * @throws ServingError `SRV_ONNX_RUNTIME_MISSING` where the library or koffi cannot be loaded: take `createWorkerEngine` then;
 *   `SRV_ONNX_OPTION_INVALID`
 */
export function createNativeEngine(options: NativeEngineOptions = {}): OnnxEngine {
  checkOptions(options);
  try {
    return new NativeEngine(options, nativeThreadEntry());
  } catch (error) {
    throw onnxError('SRV_ONNX_RUNTIME_MISSING', [messageOf(error)], { cause: error });
  }
}

/** {@link createNativeEngine}; tests give it another file to run in its threads. */
export class NativeEngine implements OnnxEngine {
  readonly name = 'onnxruntime-native';
  readonly #api: OrtApi;
  readonly #environment: number;
  readonly #pool: ThreadPool<OrtThreadTypes>;
  readonly #loaders: LoaderThreads<OrtThreadTypes>;
  readonly #local: LocalRunner<RunPlan>;
  readonly #threads: number;
  readonly #synchronousMicros: number;
  readonly #executorId = `onnxruntime-native-${randomUUID()}`;
  /** Loading, loaded or closing: all that `close` waits for. */
  readonly #sessions = new Set<Promise<NativeSession>>();
  #plans = 0;
  #closing: Promise<void> | undefined;

  constructor(options: NativeEngineOptions, entry: URL) {
    const data: OrtThreadData = { libraryPath: options.libraryPath ?? findLibrary(), niceness: options.niceness ?? 5 };
    this.#api = new OrtApi(openLibrary(data.libraryPath));
    this.#environment = this.#api.createEnvironment();
    this.#threads = options.threads ?? availableCpus();
    this.#synchronousMicros = options.synchronousMicros ?? 50;
    const setup: ThreadSetup = { name: 'servable-onnx', data, entry, memory: this.#api.library, dtypeOf: dtypeOfElement, errors: THREAD_ERRORS };
    this.#pool = new ThreadPool({ ...setup, threads: this.#threads, slots: SLOTS_PER_THREAD });
    this.#loaders = new LoaderThreads(setup);
    this.#local = new LocalRunner({ ...setup, createRunner: (slot) => new SlotRunner(this.#api, slot) });
  }

  describeInputs(inputs: readonly OnnxGraphValue[]): readonly OnnxValueInfo[] {
    return inputs.map(tensorInput);
  }

  describeOutputs(outputs: readonly OnnxGraphValue[]): readonly OnnxValueInfo[] {
    return flattenOutputs(outputs).flatMap(({ parts }) => parts);
  }

  estimateBytes(fileBytes: number): number {
    return SESSION_BYTES + BYTES_PER_MODEL_BYTE * fileBytes;
  }

  async createSession(path: string, options: SessionOptions, signal: AbortSignal): Promise<OnnxSession> {
    signal.throwIfAborted();
    if (this.#closing !== undefined) throw onnxError('SRV_ONNX_CLOSED', ['engine']);
    // C strings end at a NUL: another file would be loaded.
    if (path.includes('\0')) throw onnxError('SRV_ONNX_FILE_NOT_FOUND', [path]);
    const loading: Promise<NativeSession> = this.#load(path, resolveSessionOptions(options), () => this.#sessions.delete(loading));
    this.#sessions.add(loading);
    loading.catch(() => this.#sessions.delete(loading));
    return untilAborted(loading, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #load(path: string, options: ResolvedSessionOptions, onFreed: () => void): Promise<NativeSession> {
    const loaded = await this.#loaders.use((thread) => thread.load({ environment: this.#environment, path, options })).catch((error: unknown) => {
      throw nativeLoadErrorOf(path, error);
    });
    return new NativeSession({
      api: this.#api,
      pool: this.#pool,
      local: this.#local,
      executor: { id: this.#executorId, maxConcurrentRuns: this.#threads * SLOTS_PER_THREAD },
      loaded,
      maxQueuedRuns: options.maxQueuedRuns,
      // Of loops and other devices nobody knows when they end.
      synchronousMicros: options.hasLoops || loaded.device !== 'cpu' ? 0 : this.#synchronousMicros,
      newPlanId: () => this.#plans++,
      onClosed: () => this.#loaders.use((thread) => thread.release(loaded.session)).finally(onFreed),
    });
  }

  async #close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#sessions, async (loading) => (await loading).close()));
    await Promise.all([this.#pool.close(), this.#loaders.close()]);
    this.#local.close();
    this.#api.close();
  }
}

function checkOptions({ threads = 1, niceness = 0, synchronousMicros = 0 }: NativeEngineOptions): void {
  if (!Number.isSafeInteger(threads) || threads < 1) throw onnxError('SRV_ONNX_OPTION_INVALID', ['threads', String(threads), 'a whole number of at least 1']);
  if (!(niceness >= 0 && niceness <= 19)) throw onnxError('SRV_ONNX_OPTION_INVALID', ['niceness', String(niceness), 'a number from 0 to 19']);
  if (!(synchronousMicros >= 0)) throw onnxError('SRV_ONNX_OPTION_INVALID', ['synchronousMicros', String(synchronousMicros), 'a number of at least 0']);
}

/**
 * The file that native threads run, beside this one. A Node that cannot run TypeScript (20, with these sources loaded by
 * a test runner) takes the built one.
 */
function nativeThreadEntry(): URL {
  const extension = extname(import.meta.url);
  if (extension !== '.ts' || process.features.typescript) return new URL(`./native-thread-main${extension}`, import.meta.url);
  return new URL('../../dist/native/native-thread-main.js', import.meta.url);
}
