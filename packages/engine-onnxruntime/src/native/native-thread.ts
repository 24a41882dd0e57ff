import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onnxError } from '../errors.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';
import type { LoadedGraph } from './load-session.ts';
import { OrtFault } from './ort-api.ts';
import type { OrtLibrary } from './ort-library.ts';
import type { RunPlan } from './run-plan.ts';
import { allocateSlot, type Slot } from './slot.ts';
import { answerTensor, readAnswer, type SlotAnswer } from './slot-tensors.ts';
import type { LoadFault, NativeReply, NativeRequest, ThreadData } from './thread-messages.ts';

/** One run, as a thread sees it. */
export interface ThreadRun {
  readonly plan: RunPlan;
  readonly requestBytes: number;
  /** What an answer like this took before. */
  readonly answerBytes: number;
  /** Copies the request. */
  write(slot: Slot): void;
  succeed(answer: SlotAnswer): void;
  /** @param error - OrtFault, or ServingError `SRV_ONNX_THREAD_LOST` */
  fail(error: unknown): void;
}

export interface NativeThreadOptions {
  readonly data: ThreadData;
  /** Where slots come from. */
  readonly memory: Pick<OrtLibrary, 'allocate' | 'free'>;
  /** What the thread runs; not the default only in tests. */
  readonly entry: URL;
  /** Runs it has at hand, the one it computes included. */
  readonly slots: number;
  /** Called when a run has ended, or the thread is lost. */
  readonly onChange?: () => void;
}

/** A load that failed in its thread; its engine says what it means. */
export class NativeLoadError extends Error {
  readonly fault: LoadFault;
  constructor(fault: LoadFault) {
    super(fault.kind === 'ort' ? fault.message : fault.faults.join('; '));
    this.fault = fault;
  }
}

interface Place {
  slot: Slot;
  run: ThreadRun | undefined;
}

interface PendingCall {
  resolve(reply: NativeReply): void;
  reject(error: unknown): void;
}

/** Memory that every slot begins with: most requests and answers of small models fit. */
const FIRST_SLOT_BYTES = 256 * 1024;
/** Slots keep up to this; larger requests take a slot for once, larger answers come in memory of their own. */
const LARGEST_KEPT_SLOT_BYTES = 8 * 1024 * 1024;

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
  readonly #onChange: () => void;
  readonly #memory: NativeThreadOptions['memory'];
  /** Plans that it was told of. */
  readonly #plans = new Map<number, RunPlan>();
  readonly #calls: PendingCall[] = [];
  readonly #exited: Promise<void>;
  #running = 0;
  #lost: Error | undefined;

  constructor({ data, entry, memory, slots, onChange = () => {} }: NativeThreadOptions) {
    this.#memory = memory;
    this.#onChange = onChange;
    // Without the process's own options: it needs none, and some (`--input-type`) would keep it from starting.
    this.#worker = new Worker(entry, { workerData: data, name: 'servable-onnx', execArgv: [], resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    this.#worker.unref();
    this.#worker.on('message', (reply: NativeReply) => this.#receive(reply));
    this.#worker.on('messageerror', (error) => this.#lose(error.message));
    this.#worker.on('error', (error) => this.#lose(error instanceof Error ? error.message : String(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#lose(`it left with code ${code}`);
        // Not before: a thread that is lost may still compute.
        for (const { slot } of this.#places) memory.free(slot.address);
        resolve();
      });
    });
    this.#places = Array.from({ length: slots }, (_, index) => ({ slot: this.#newSlot(index, FIRST_SLOT_BYTES), run: undefined }));
  }

  /** Runs that it has and has not answered. */
  get running(): number {
    return this.#running;
  }

  get hasRoom(): boolean {
    return this.#lost === undefined && this.#running < this.#places.length;
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Copies the request and has it computed. Only while there is room. */
  begin(run: ThreadRun): void {
    const index = this.#places.findIndex((place) => place.run === undefined);
    const place = this.#places[index];
    if (place === undefined || this.#lost !== undefined) return run.fail(this.#lost ?? new Error('the thread has no room'));
    try {
      this.#tellPlan(run.plan);
      this.#makeRoom(place, index, run);
      run.write(place.slot);
    } catch (error) {
      return run.fail(error); // Memory ran out, for one.
    }
    place.run = run;
    if (++this.#running === 1 && this.#calls.length === 0) this.#worker.ref();
    this.#send(index);
  }

  /** A plan that it is told of again when a run needs it. */
  forgetPlan({ id }: RunPlan): void {
    if (this.#plans.delete(id) && this.#lost === undefined) this.#send({ kind: 'forget', plan: id });
  }

  /** All plans of a session that is gone. */
  forgetSession(session: number): void {
    for (const plan of this.#plans.values()) if (plan.session === session) this.forgetPlan(plan);
  }

  /** @throws NativeLoadError, ServingError `SRV_ONNX_THREAD_LOST` */
  async load(environment: number, path: string, options: ResolvedSessionOptions): Promise<LoadedGraph> {
    const reply = await this.#call({ kind: 'load', environment, path, options });
    if (typeof reply === 'object' && reply.kind === 'loaded') return reply.graph;
    if (typeof reply === 'object' && reply.kind === 'load-failed') throw new NativeLoadError(reply.fault);
    throw onnxError('SRV_ONNX_THREAD_LOST', [`it answered a load with ${JSON.stringify(reply)}`]);
  }

  /** Frees a session. @throws ServingError `SRV_ONNX_THREAD_LOST` */
  async release(session: number): Promise<void> {
    await this.#call({ kind: 'release', session });
  }

  /** Resolves when the thread is gone. No run or call may be in progress. */
  async end(): Promise<void> {
    if (this.#lost === undefined) {
      this.#worker.ref(); // Else the process could end before the thread has, and with it this promise.
      this.#send({ kind: 'end' });
    }
    await this.#exited;
  }

  #call(request: NativeRequest): Promise<NativeReply> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      if (this.#calls.push({ resolve, reject }) === 1 && this.#running === 0) this.#worker.ref();
      this.#send(request);
    });
  }

  #tellPlan(plan: RunPlan): void {
    if (this.#plans.has(plan.id)) return;
    this.#plans.set(plan.id, plan);
    this.#send({ kind: 'plan', plan });
  }

  #makeRoom(place: Place, index: number, { requestBytes, answerBytes }: ThreadRun): void {
    const needed = Math.max(requestBytes, Math.min(requestBytes + answerBytes, LARGEST_KEPT_SLOT_BYTES));
    if (place.slot.byteLength >= needed) return;
    const isKept = needed <= LARGEST_KEPT_SLOT_BYTES;
    this.#replaceSlot(place, index, isKept ? 2 ** Math.ceil(Math.log2(needed)) : needed);
  }

  /** Only when nothing runs in it: what the thread is told next finds the new one. */
  #replaceSlot(place: Place, index: number, bytes: number): void {
    const { address } = place.slot;
    place.slot = this.#newSlot(index, bytes);
    this.#memory.free(address);
  }

  #newSlot(index: number, bytes: number): Slot {
    const slot = allocateSlot(this.#memory, bytes);
    this.#send({ kind: 'slot', slot: index, address: slot.address, byteLength: slot.byteLength });
    return slot;
  }

  #send(request: NativeRequest): void {
    this.#worker.postMessage(request, []);
  }

  #receive(reply: NativeReply): void {
    if (typeof reply === 'number') return this.#settle(reply, (run, slot) => run.succeed(readAnswer(slot)));
    switch (reply.kind) {
      case 'spilled': {
        const tensors = reply.tensors.map(({ type, shape, bytes }) => answerTensor(type, shape, bytes));
        return this.#settle(reply.slot, (run) => run.succeed({ microseconds: reply.microseconds, tensors }));
      }
      case 'run-failed':
        return this.#settle(reply.slot, (run) => run.fail(new OrtFault(reply.message, reply.ortCode)));
      default: {
        const call = this.#calls.shift();
        this.#unrefWhenIdle();
        call?.resolve(reply);
      }
    }
  }

  #settle(index: number, settle: (run: ThreadRun, slot: Slot) => void): void {
    const place = this.#places[index];
    const run = place?.run;
    if (place === undefined || run === undefined) return;
    place.run = undefined;
    this.#running--;
    this.#unrefWhenIdle();
    settle(run, place.slot);
    if (place.slot.byteLength > LARGEST_KEPT_SLOT_BYTES && this.#lost === undefined) this.#replaceSlot(place, index, FIRST_SLOT_BYTES);
    this.#onChange();
  }

  #unrefWhenIdle(): void {
    if (this.#running === 0 && this.#calls.length === 0) this.#worker.unref();
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    const lost = onnxError('SRV_ONNX_THREAD_LOST', [reason]);
    this.#lost = lost;
    for (const call of this.#calls.splice(0)) call.reject(lost);
    this.#places.forEach((_, index) => this.#settle(index, (run) => run.fail(lost)));
    this.#onChange();
  }
}

/**
 * The file that native threads run, beside this one. A Node that cannot run TypeScript (20, with these sources loaded by
 * a test runner) takes the built one.
 */
export function nativeThreadEntry(): URL {
  const extension = extname(import.meta.url);
  if (extension !== '.ts' || process.features.typescript) return new URL(`./native-thread-main${extension}`, import.meta.url);
  return new URL('../../dist/native/native-thread-main.js', import.meta.url);
}
