import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NativeFault } from './native/native-fault.ts';
import type { NativeMemory } from './native/native-memory.ts';
import { allocateSlot, type Slot } from './native/slot.ts';
import type { ThreadData, ThreadPlan, ThreadReply, ThreadRequest, ThreadTypes } from './native/thread-messages.ts';
import { answerTensor, type DTypeOf, readAnswer, type SlotAnswer } from './slot-tensors.ts';

/** One run, as a thread sees it. */
export interface ThreadRun<Plan extends ThreadPlan = ThreadPlan> {
  readonly plan: Plan;
  readonly requestBytes: number;
  /** What an answer like this took before. */
  readonly answerBytes: number;
  /** Copies the request. */
  write(slot: Slot): void;
  succeed(answer: SlotAnswer): void;
  /** @param error - NativeFault, or what the engine says of a lost thread */
  fail(error: unknown): void;
}

/** An engine's own errors. */
export interface ThreadErrors {
  /** The thread ended, or never began. */
  threadLost(reason: string): Error;
  /** More runs wait than may. */
  queueFull(maxQueuedRuns: number): Error;
}

/** What all threads of an engine have in common. */
export interface ThreadSetup {
  /** Shown by debuggers and `top`. */
  readonly name: string;
  /** What the thread runs: a file that calls `serveThread` with its `workerData`. */
  readonly entry: URL;
  readonly data: ThreadData;
  /** Where slots come from. */
  readonly memory: Pick<NativeMemory, 'allocate' | 'free'>;
  readonly errors: ThreadErrors;
  readonly dtypeOf: DTypeOf;
}

export interface EngineThreadOptions extends ThreadSetup {
  /** Runs it has at hand, the one it computes included. */
  readonly slots: number;
  /** Called when a run has ended, or the thread is lost. */
  readonly onChange?: () => void;
}

/** A load that failed in its thread; its engine says what it means. */
export class LoadFailure<Fault> extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super('the load failed');
    this.fault = fault;
  }
}

interface Place<Plan extends ThreadPlan> {
  slot: Slot;
  run: ThreadRun<Plan> | undefined;
}

interface PendingCall<T extends ThreadTypes> {
  resolve(reply: ThreadReply<T>): void;
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
export class EngineThread<T extends ThreadTypes> {
  readonly #worker: Worker;
  readonly #places: readonly Place<T['plan']>[];
  readonly #onChange: () => void;
  readonly #setup: ThreadSetup;
  /** Plans that it was told of. */
  readonly #plans = new Map<number, T['plan']>();
  readonly #calls: PendingCall<T>[] = [];
  readonly #exited: Promise<void>;
  #running = 0;
  #lost: Error | undefined;

  constructor({ slots, onChange = () => {}, ...setup }: EngineThreadOptions) {
    const { name, entry, data, memory } = setup;
    this.#setup = setup;
    this.#onChange = onChange;
    this.#worker = new Worker(entry, { workerData: data, name, execArgv: optionsFor(entry), resourceLimits: { maxYoungGenerationSizeMb: 2 } });
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply<T>) => this.#receive(reply));
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
  begin(run: ThreadRun<T['plan']>): void {
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
  forgetPlan({ id }: ThreadPlan): void {
    if (this.#plans.delete(id) && this.#lost === undefined) this.#send({ kind: 'forget', plan: id });
  }

  /** All plans of a session that is gone. */
  forgetSession(session: number): void {
    for (const plan of this.#plans.values()) if (plan.session === session) this.forgetPlan(plan);
  }

  /** @throws LoadFailure, or the engine's own error when the thread is lost */
  async load(load: T['load']): Promise<T['loaded']> {
    const reply = await this.#call({ kind: 'load', load });
    if (typeof reply === 'object' && reply.kind === 'loaded') return reply.loaded;
    if (typeof reply === 'object' && reply.kind === 'load-failed') throw new LoadFailure(reply.fault);
    throw this.#setup.errors.threadLost(`it answered a load with ${JSON.stringify(reply)}`);
  }

  /** Frees what a load gave. @throws the engine's own error when the thread is lost */
  async release(handle: T['handle']): Promise<void> {
    await this.#call({ kind: 'release', handle });
  }

  /** Resolves when the thread is gone. No run or call may be in progress. */
  async end(): Promise<void> {
    if (this.#lost === undefined) {
      this.#worker.ref(); // Else the process could end before the thread has, and with it this promise.
      this.#send({ kind: 'end' });
    }
    await this.#exited;
  }

  #call(request: ThreadRequest<T>): Promise<ThreadReply<T>> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      if (this.#calls.push({ resolve, reject }) === 1 && this.#running === 0) this.#worker.ref();
      this.#send(request);
    });
  }

  #tellPlan(plan: T['plan']): void {
    if (this.#plans.has(plan.id)) return;
    this.#plans.set(plan.id, plan);
    this.#send({ kind: 'plan', plan });
  }

  #makeRoom(place: Place<T['plan']>, index: number, { requestBytes, answerBytes }: ThreadRun): void {
    const needed = Math.max(requestBytes, Math.min(requestBytes + answerBytes, LARGEST_KEPT_SLOT_BYTES));
    if (place.slot.byteLength >= needed) return;
    const isKept = needed <= LARGEST_KEPT_SLOT_BYTES;
    this.#replaceSlot(place, index, isKept ? 2 ** Math.ceil(Math.log2(needed)) : needed);
  }

  /** Only when nothing runs in it: what the thread is told next finds the new one. */
  #replaceSlot(place: Place<T['plan']>, index: number, bytes: number): void {
    const { address } = place.slot;
    place.slot = this.#newSlot(index, bytes);
    this.#setup.memory.free(address);
  }

  #newSlot(index: number, bytes: number): Slot {
    const slot = allocateSlot(this.#setup.memory, bytes);
    this.#send({ kind: 'slot', slot: index, address: slot.address, byteLength: slot.byteLength });
    return slot;
  }

  #send(request: ThreadRequest<T>): void {
    this.#worker.postMessage(request, []);
  }

  #receive(reply: ThreadReply<T>): void {
    const { dtypeOf } = this.#setup;
    if (typeof reply === 'number') return this.#settle(reply, (run, slot) => run.succeed(readAnswer(slot, dtypeOf)));
    switch (reply.kind) {
      case 'spilled': {
        const tensors = reply.tensors.map((each) => answerTensor(each, dtypeOf));
        return this.#settle(reply.slot, (run) => run.succeed({ microseconds: reply.microseconds, tensors }));
      }
      case 'run-failed':
        return this.#settle(reply.slot, (run) => run.fail(new NativeFault(reply.message, reply.code)));
      default: {
        const call = this.#calls.shift();
        this.#unrefWhenIdle();
        call?.resolve(reply);
      }
    }
  }

  #settle(index: number, settle: (run: ThreadRun<T['plan']>, slot: Slot) => void): void {
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
    const lost = this.#setup.errors.threadLost(reason);
    this.#lost = lost;
    for (const call of this.#calls.splice(0)) call.reject(lost);
    this.#places.forEach((_, index) => this.#settle(index, (run) => run.fail(lost)));
    this.#onChange();
  }
}

/**
 * Without the process's own options: a thread needs none, and some (`--input-type`) would keep it from starting. Sources find the
 * sources of other packages.
 */
function optionsFor(entry: URL): string[] {
  return extname(entry.pathname) === '.ts' ? ['--conditions=@servable/source'] : [];
}
