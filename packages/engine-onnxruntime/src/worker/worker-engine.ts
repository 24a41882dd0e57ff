import { availableCpus, untilAborted } from '@servable/engine-threads';
import type { OnnxEngine, OnnxGraphValue, OnnxSession, OnnxValueInfo, SessionOptions } from '../engine.ts';
import { onnxError } from '../errors.ts';
import { resolveSessionOptions } from '../session-options.ts';
import { ThreadTurns } from '../thread-turns.ts';
import { describeValue } from './binding-limits.ts';
import { threadEntry } from './engine-thread.ts';
import { WorkerSession } from './worker-session.ts';

/** How the threads of {@link createWorkerEngine} share the machine. */
export interface WorkerEngineOptions {
  /** Engine threads that compute at the same time. Default: the CPUs of the control group or machine ({@link availableCpus}). */
  readonly maxBusyThreads?: number;
  /** How far below the event loop engine threads are scheduled: 0 (equal) to 19. Linux only. Default 5. */
  readonly niceness?: number;
}

/**
 * Runs graphs with the `onnxruntime-node` binding, every session in a worker thread of its own.
 *
 * What the binding cannot pass is said by `describeInputs` and `describeOutputs`: bfloat16, 8-bit floats, sequences, maps, optional values;
 * strings must be UTF-8 without NUL. A run that has begun cannot be interrupted. A session takes 14 to 25 MB beside its weights.
 */
export function createWorkerEngine(options: WorkerEngineOptions = {}): OnnxEngine {
  return new WorkerEngine(options, threadEntry());
}

/**
 * Bytes a session takes whatever the model: its thread, that thread's heap and ONNX Runtime's own tables. A session of a
 * model without weights was measured at 14 to 25 MB once loaded; the rest is the heap's growth under traffic.
 */
const SESSION_BYTES = 40 * 2 ** 20;
/**
 * Peak memory for each byte of weights, beyond the session's own. Measured with 256 MB of weights: convolutions 2.92 (the
 * file's copy, the parsed graph, the weights laid out for the kernel), matrix products and look-ups 1.1, less with
 * external data, which is mapped and not copied (`bench/engine-onnxruntime-memory.bench.ts`).
 */
const BYTES_PER_MODEL_BYTE = 3;

/** {@link createWorkerEngine}; tests give it another file to run in its threads. */
export class WorkerEngine implements OnnxEngine {
  readonly name = 'onnxruntime-worker';
  readonly #entry: URL;
  readonly #niceness: number;
  readonly #turns: ThreadTurns;
  /** Loading, loaded or closing: all that `close` waits for. */
  readonly #sessions = new Set<Promise<WorkerSession>>();
  #closing: Promise<void> | undefined;

  constructor(options: WorkerEngineOptions, entry: URL) {
    this.#entry = entry;
    this.#niceness = options.niceness ?? 5;
    this.#turns = new ThreadTurns(options.maxBusyThreads ?? availableCpus());
  }

  describeInputs(inputs: readonly OnnxGraphValue[]): readonly OnnxValueInfo[] {
    return inputs.map(describeValue);
  }

  describeOutputs(outputs: readonly OnnxGraphValue[]): readonly OnnxValueInfo[] {
    return outputs.map(describeValue);
  }

  estimateBytes(fileBytes: number, { replicas = 1 }: SessionOptions): number {
    return replicas * (SESSION_BYTES + BYTES_PER_MODEL_BYTE * fileBytes);
  }

  async createSession(path: string, options: SessionOptions, signal: AbortSignal): Promise<OnnxSession> {
    signal.throwIfAborted();
    if (this.#closing !== undefined) throw onnxError('SRV_ONNX_CLOSED', ['engine']);
    const session = resolveSessionOptions(options);
    const loading: Promise<WorkerSession> = WorkerSession.load({
      path,
      session,
      entry: this.#entry,
      niceness: this.#niceness,
      turns: this.#turns,
      onClosed: () => this.#sessions.delete(loading),
    });
    this.#sessions.add(loading);
    loading.catch(() => this.#sessions.delete(loading));
    return untilAborted(loading, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#sessions, async (loading) => (await loading).close()));
  }
}
