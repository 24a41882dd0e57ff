import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onnxError } from '../errors.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';
import type { ThreadFault, ThreadReply, ThreadRequest } from './messages.ts';
import type { PackedTensors } from './wire-tensor.ts';

/** A request that failed inside the thread; its session says what it means. */
export class ThreadError extends Error {
  readonly fault: ThreadFault;
  constructor(fault: ThreadFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Pending {
  resolve(reply: ThreadReply): void;
  reject(error: unknown): void;
}

export interface EngineThreadOptions {
  /** What the thread runs; not the default only in tests. */
  readonly entry: URL;
  readonly niceness: number;
}

/**
 * One worker thread with one session in it, seen from the event loop.
 *
 * It is never terminated: ending a thread inside native code aborts the process. `end` waits for what it computes, frees
 * the session and lets it run out. The process stays alive for it only while an answer is awaited.
 */
export class EngineThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #nextId = 0;
  #lost: Error | undefined;
  #ending: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(options: EngineThreadOptions) {
    // Without the process's own options: it needs none, and some (`--input-type`) would keep it from starting.
    this.#worker = new Worker(options.entry, { workerData: { niceness: options.niceness }, name: 'servable-onnx', execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply) => this.#settle(reply));
    this.#worker.on('messageerror', (error) => this.#lose(error.message));
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error.message : String(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(`it left with code ${code}`);
        resolve();
      });
    });
  }

  /** The number that Node gave the thread. */
  get threadId(): number {
    return this.#worker.threadId;
  }

  /** Whether the thread is gone, asked to or not: every request is refused. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws ThreadError when the binding refuses the file; ServingError `SRV_ONNX_THREAD_LOST` */
  async load(path: string, options: ResolvedSessionOptions): Promise<Extract<ThreadReply, { kind: 'loaded' }>> {
    const reply = await this.#ask((id) => ({ kind: 'load', id, path, options }), []);
    if (reply.kind !== 'loaded') throw onnxError('SRV_ONNX_THREAD_LOST', [`it answered a load with '${reply.kind}'`]);
    return reply;
  }

  /** @throws ThreadError when the binding refuses the run; ServingError `SRV_ONNX_THREAD_LOST` */
  async run(inputs: PackedTensors, outputs: readonly string[]): Promise<Extract<ThreadReply, { kind: 'ran' }>> {
    const reply = await this.#ask((id) => ({ kind: 'run', id, inputs: inputs.tensors, outputs }), inputs.transfer);
    if (reply.kind !== 'ran') throw onnxError('SRV_ONNX_THREAD_LOST', [`it answered a run with '${reply.kind}'`]);
    return reply;
  }

  /** Resolves when the thread is gone. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    this.#worker.ref(); // Else the process could end before the thread has, and with it this promise.
    if (this.#lost === undefined) this.#worker.postMessage({ kind: 'end' } satisfies ThreadRequest, []);
    await this.#exited;
  }

  #ask(request: (id: number) => ThreadRequest, transfer: readonly ArrayBuffer[]): Promise<ThreadReply> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      // First, because it throws for what cannot be sent; the answer comes in a later turn of the event loop.
      this.#worker.postMessage(request(id), transfer);
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve, reject });
    });
  }

  #settle(reply: ThreadReply): void {
    const pending = this.#pending.get(reply.id);
    this.#forget(reply.id);
    if (reply.kind === 'failed') pending?.reject(new ThreadError(reply.fault));
    else pending?.resolve(reply);
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    if (this.#pending.size > 0) return;
    this.#worker.unref();
    this.#drained?.();
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = onnxError('SRV_ONNX_THREAD_LOST', [reason]);
    for (const [id, pending] of this.#pending) {
      pending.reject(this.#lost);
      this.#forget(id);
    }
  }
}

/**
 * The file that engine threads run, beside this one. A Node that cannot run TypeScript (20, with these sources loaded by
 * a test runner) takes the built one.
 */
export function threadEntry(): URL {
  const extension = extname(import.meta.url);
  if (extension !== '.ts' || process.features.typescript) return new URL(`./engine-thread-main${extension}`, import.meta.url);
  return new URL('../../dist/worker/engine-thread-main.js', import.meta.url);
}
