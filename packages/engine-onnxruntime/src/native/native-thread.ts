import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onnxError } from '../errors.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';
import type { GraphValues } from './graph-values.ts';
import { OrtFault } from './ort-api.ts';
import { Slot } from './slot.ts';
import { type AnswerTensor, answerTensor, readAnswer, type SlotRequest, slotBytesOfRequest, writeRequest } from './slot-tensors.ts';
import type { NativeReply, NativeRequest, ThreadData } from './thread-messages.ts';

/** What a run gave: its tensors in the order of the graph outputs that were asked for, and how long it took. */
export interface NativeAnswer {
  readonly microseconds: number;
  readonly tensors: readonly AnswerTensor[];
}

interface PendingRun {
  resolve(answer: NativeAnswer): void;
  reject(error: unknown): void;
}

interface Place {
  slot: Slot;
  pending: PendingRun | undefined;
}

interface PendingCall {
  resolve(reply: NativeReply): void;
  reject(error: unknown): void;
}

/** Memory that every slot begins with: most requests and answers of small models fit. */
const FIRST_SLOT_BYTES = 64 * 1024;
/** Slots grow up to this; larger answers come in memory of their own. */
const LARGEST_KEPT_SLOT_BYTES = 32 * 1024 * 1024;

/**
 * One engine thread, seen from the event loop. It computes one run at a time; others wait in its remaining slots, so that it never
 * idles between two.
 *
 * It is never terminated: ending a thread inside native code aborts the process. The process stays alive for it only
 * while an answer is awaited.
 */
export class NativeThread {
  readonly #worker: Worker;
  readonly #places: readonly Place[];
  readonly #calls: PendingCall[] = [];
  readonly #exited: Promise<void>;
  #busy = 0;
  #lost: Error | undefined;

  constructor(data: ThreadData, slots: number) {
    this.#worker = new Worker(nativeThreadEntry(), { workerData: data, name: 'servable-onnx' });
    this.#worker.unref();
    this.#worker.on('message', (reply: NativeReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error.message : String(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(`it left with code ${code}`);
        resolve();
      });
    });
    this.#places = Array.from({ length: slots }, (_, index) => ({ slot: this.#newSlot(index, FIRST_SLOT_BYTES), pending: undefined }));
  }

  /** Runs that it has and has not answered. */
  get running(): number {
    let running = 0;
    for (const place of this.#places) if (place.pending !== undefined) running++;
    return running;
  }

  get hasRoom(): boolean {
    return this.#lost === undefined && this.#places.some((place) => place.pending === undefined);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Copies the request and has it computed. Only while there is room.
   *
   * @throws OrtFault, ServingError `SRV_ONNX_THREAD_LOST`
   */
  run(request: SlotRequest, answerBytes: number): Promise<NativeAnswer> {
    const index = this.#places.findIndex((place) => place.pending === undefined);
    const place = this.#places[index];
    if (place === undefined || this.#lost !== undefined) return Promise.reject(this.#lost ?? new Error('the thread has no room'));
    return new Promise((resolve, reject) => {
      this.#makeRoom(place, index, slotBytesOfRequest(request), answerBytes);
      writeRequest(place.slot, request);
      place.pending = { resolve, reject };
      this.#ref();
      this.#send(index);
    });
  }

  /** @throws OrtFault, ServingError `SRV_ONNX_THREAD_LOST` */
  async load(environment: number, path: string, options: ResolvedSessionOptions): Promise<{ session: number; values: GraphValues }> {
    const reply = await this.#call({ kind: 'load', environment, path, options });
    if (typeof reply === 'object' && reply.kind === 'loaded') return reply;
    if (typeof reply === 'object' && reply.kind === 'load-failed') throw new OrtFault(reply.message, reply.ortCode);
    throw new Error(`it answered a load with ${JSON.stringify(reply)}`);
  }

  async release(session: number): Promise<void> {
    await this.#call({ kind: 'release', session });
  }

  /** Resolves when the thread is gone. No run or call may be in progress. */
  async end(): Promise<void> {
    if (this.#lost === undefined) {
      this.#worker.ref();
      this.#send({ kind: 'end' });
    }
    await this.#exited;
  }

  #call(request: NativeRequest): Promise<NativeReply> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#calls.push({ resolve, reject });
      this.#ref();
      this.#send(request);
    });
  }

  #makeRoom(place: Place, index: number, requestBytes: number, answerBytes: number): void {
    const needed = Math.max(requestBytes, Math.min(requestBytes + answerBytes, LARGEST_KEPT_SLOT_BYTES));
    if (place.slot.bytes.byteLength >= needed) return;
    place.slot = this.#newSlot(index, 2 ** Math.ceil(Math.log2(needed)));
  }

  #newSlot(index: number, bytes: number): Slot {
    const slot = new Slot(new SharedArrayBuffer(bytes));
    this.#send({ kind: 'slot', slot: index, memory: slot.memory });
    return slot;
  }

  #send(request: NativeRequest): void {
    this.#worker.postMessage(request, []);
  }

  #receive(reply: NativeReply): void {
    if (typeof reply === 'number') return this.#settle(reply, (run, slot) => run.resolve(readAnswer(slot)));
    switch (reply.kind) {
      case 'spilled': {
        const tensors = reply.tensors.map(({ type, shape, bytes }) => answerTensor(type, shape, bytes));
        return this.#settle(reply.slot, (run) => run.resolve({ microseconds: reply.microseconds, tensors }));
      }
      case 'run-failed':
        return this.#settle(reply.slot, (run) => run.reject(new OrtFault(reply.message, reply.ortCode)));
      default:
        this.#unref();
        this.#calls.shift()?.resolve(reply);
    }
  }

  #settle(index: number, settle: (run: PendingRun, slot: Slot) => void): void {
    const place = this.#places[index];
    const run = place?.pending;
    if (place === undefined || run === undefined) return;
    place.pending = undefined;
    this.#unref();
    settle(run, place.slot);
    if (place.slot.bytes.byteLength > LARGEST_KEPT_SLOT_BYTES) place.slot = this.#newSlot(index, FIRST_SLOT_BYTES);
  }

  #ref(): void {
    if (this.#busy++ === 0) this.#worker.ref();
  }

  #unref(): void {
    if (--this.#busy === 0) this.#worker.unref();
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    const lost = onnxError('SRV_ONNX_THREAD_LOST', [reason]);
    this.#lost = lost;
    for (const call of this.#calls.splice(0)) call.reject(lost);
    this.#places.forEach((_, index) => this.#settle(index, (run) => run.reject(lost)));
  }
}

/** As the worker form's: a Node that cannot run TypeScript takes the built file. */
function nativeThreadEntry(): URL {
  const extension = extname(import.meta.url);
  if (extension !== '.ts' || process.features.typescript) return new URL(`./native-thread-main${extension}`, import.meta.url);
  return new URL('../../dist/native/native-thread-main.js', import.meta.url);
}
