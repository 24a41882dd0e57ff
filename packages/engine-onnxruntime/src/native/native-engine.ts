import type { DType } from '@servable/core';
import { randomUUID } from 'node:crypto';
import { availableCpus } from '../cpu-limit.ts';
import type { OnnxEngine, OnnxSession, OnnxValueKind, SessionOptions } from '../engine.ts';
import { onnxError } from '../errors.ts';
import { resolveSessionOptions, type ResolvedSessionOptions } from '../session-options.ts';
import { loadErrorOf } from '../worker/binding-errors.ts';
import { elementTypeOf } from './element-types.ts';
import { NativeSession } from './native-session.ts';
import { NativeThread } from './native-thread.ts';
import { OrtApi } from './ort-api.ts';
import { findLibrary, openLibrary } from './ort-library.ts';
import { Slot } from './slot.ts';
import type { ThreadData } from './thread-messages.ts';
import { ThreadPool } from './thread-pool.ts';

/** How the native form runs. */
export interface NativeEngineOptions {
  /** Threads that compute. Default: the CPUs of the control group or machine. */
  readonly threads?: number;
  /** How far below the event loop engine threads are scheduled: 0 (equal) to 19. Linux only. Default 10. */
  readonly niceness?: number;
  /** Longest predicted run that is made on the event loop, in microseconds; 0: none is. Default 50. */
  readonly synchronousMicros?: number;
  /** The ONNX Runtime library to open. Default: that of the installed `onnxruntime-node`. */
  readonly libraryPath?: string;
}

/** One run computes, the next is at hand when it ends. */
const SLOTS_PER_THREAD = 2;
const LOCAL_SLOT_BYTES = 1024 * 1024;

/**
 * Runs graphs through ONNX Runtime's C API, on engine threads that share every session: weights are held once, runs can be
 * stopped, every element type passes, and loads happen in a thread of their own.
 *
 * Sequences of equal tensors come as one tensor with a new first axis; maps as their values, and their keys as `<output>_keys`.
 *
 * @throws ServingError `SRV_ONNX_RUNTIME_MISSING` where the library or koffi cannot be loaded: take `createWorkerEngine` then
 */
export function createNativeEngine(options: NativeEngineOptions = {}): OnnxEngine {
  try {
    return new NativeEngine(options);
  } catch (error) {
    throw onnxError('SRV_ONNX_RUNTIME_MISSING', [error instanceof Error ? error.message : String(error)], { cause: error });
  }
}

class NativeEngine implements OnnxEngine {
  readonly name = 'onnxruntime-native';
  readonly #data: ThreadData;
  readonly #api: OrtApi;
  readonly #environment: number;
  readonly #pool: ThreadPool;
  readonly #threads: number;
  readonly #synchronousMicros: number;
  readonly #localSlot = new Slot(new SharedArrayBuffer(LOCAL_SLOT_BYTES));
  readonly #sessions = new Set<Promise<NativeSession>>();
  readonly #executorId = `onnxruntime-native-${randomUUID()}`;
  #loader: NativeThread | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: NativeEngineOptions) {
    this.#data = { libraryPath: options.libraryPath ?? findLibrary(), niceness: options.niceness ?? 10 };
    this.#api = new OrtApi(openLibrary(this.#data.libraryPath));
    this.#environment = Number(this.#api.createEnvironment());
    this.#threads = options.threads ?? availableCpus();
    this.#synchronousMicros = options.synchronousMicros ?? 50;
    this.#pool = new ThreadPool(this.#data, { threads: this.#threads, slotsPerThread: SLOTS_PER_THREAD, maxQueuedRuns: 65_536 });
  }

  whyUnservable(kind: OnnxValueKind, dtype: DType | undefined): string | undefined {
    if (kind === 'optional' || kind === 'opaque') return 'it is neither a tensor, a sequence nor a map';
    if (dtype === undefined || elementTypeOf(dtype) !== undefined) return undefined;
    return `ONNX Runtime has no ${dtype}`;
  }

  async createSession(path: string, options: SessionOptions, signal: AbortSignal): Promise<OnnxSession> {
    signal.throwIfAborted();
    if (this.#closing !== undefined) throw onnxError('SRV_ONNX_CLOSED', ['engine']);
    const loading: Promise<NativeSession> = this.#load(path, resolveSessionOptions(options), () => this.#sessions.delete(loading));
    this.#sessions.add(loading);
    loading.catch(() => this.#sessions.delete(loading));
    return untilAborted(loading, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #load(path: string, options: ResolvedSessionOptions, onClosed: () => void): Promise<NativeSession> {
    const loader = this.#loaderThread();
    try {
      const { session, values } = await loader.load(this.#environment, path, options);
      return new NativeSession({
        api: this.#api,
        pool: this.#pool,
        executor: { id: this.#executorId, maxConcurrentRuns: this.#threads * SLOTS_PER_THREAD },
        values,
        session,
        synchronousMicros: options.hasLoops ? 0 : this.#synchronousMicros,
        localSlot: this.#localSlot,
        onClosed: async () => {
          await this.#loaderThread().release(session);
          onClosed();
        },
      });
    } catch (error) {
      throw loadErrorOf(path, error);
    }
  }

  #loaderThread(): NativeThread {
    if (this.#loader === undefined || this.#loader.isLost) this.#loader = new NativeThread(this.#data, 0);
    return this.#loader;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#sessions, async (loading) => (await loading).close()));
    await this.#pool.close();
    await this.#loader?.end();
  }
}

/** A load cannot be interrupted: what comes of it after an abort is closed behind the caller's back. */
function untilAborted(loading: Promise<NativeSession>, signal: AbortSignal): Promise<OnnxSession> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    loading.then(
      (session) => {
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) void session.close();
        resolve(session);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}
