import { setPriority } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import type { SlotResult } from './answer-sheet.ts';
import { NativeFault } from './native-fault.ts';
import { Slot } from './slot.ts';
import type { ThreadData, ThreadReply, ThreadRequest, ThreadTypes } from './thread-messages.ts';

/** Computes the requests of one slot in this thread. */
export interface RunnerOfSlot<Plan> {
  /**
   * Computes the request in the slot, and writes the answer into it or beside it.
   *
   * @throws NativeFault; the slot can be used again
   */
  run(planOf: (id: number) => Plan | undefined): SlotResult;
  /** Frees what it keeps for the next request: before the slot's memory goes. */
  free(): void;
}

/** What an engine does in its threads, in blocking calls. */
export interface ThreadHost<T extends ThreadTypes> {
  createRunner(slot: Slot): RunnerOfSlot<T['plan']>;
  load(load: T['load']): T['loaded'];
  /** Describes what `load` threw. */
  loadFaultOf(error: unknown): T['loadFault'];
  /** Frees what a load gave. */
  release(handle: T['handle']): void;
  /** Gives freed memory back to the system; called after each load and release. */
  trimMemory(): void;
  /** Frees what the host itself holds. */
  close(): void;
}

/**
 * Answers an engine's requests in this thread until it is told to end. `createHost` is called below the event loop's priority, so
 * that threads which the library starts have that too.
 */
export function serveThread<T extends ThreadTypes>(port: MessagePort, { niceness }: ThreadData, createHost: () => ThreadHost<T>): void {
  lowerPriority(niceness);
  const thread = new ServingThread(port, createHost());
  port.on('message', (request: ThreadRequest<T>) => thread.answer(request));
}

class ServingThread<T extends ThreadTypes> {
  readonly #port: MessagePort;
  readonly #host: ThreadHost<T>;
  readonly #plans = new Map<number, T['plan']>();
  readonly #runners: (RunnerOfSlot<T['plan']> | undefined)[] = [];

  constructor(port: MessagePort, host: ThreadHost<T>) {
    this.#port = port;
    this.#host = host;
  }

  answer(request: ThreadRequest<T>): void {
    if (typeof request === 'number') return this.#run(request);
    switch (request.kind) {
      case 'slot':
        this.#runners[request.slot]?.free();
        this.#runners[request.slot] = this.#host.createRunner(new Slot(request.address, request.byteLength));
        return;
      case 'plan':
        this.#plans.set(request.plan.id, request.plan);
        return;
      case 'forget':
        this.#plans.delete(request.plan);
        return;
      case 'load':
        return this.#load(request.load);
      case 'release':
        return this.#release(request.handle);
      case 'end':
        return this.#end();
      default:
        return request satisfies never;
    }
  }

  #run(slot: number): void {
    try {
      const result = this.#runners[slot]?.run((id) => this.#plans.get(id));
      if (result === undefined) return this.#reply(slot);
      this.#reply({ kind: 'spilled', slot, ...result }, result.tensors.map(({ bytes }) => bytes.buffer));
    } catch (error) {
      this.#reply({ kind: 'run-failed', slot, message: error instanceof Error ? error.message : String(error), code: error instanceof NativeFault ? error.code : 0 });
    }
  }

  #load(load: T['load']): void {
    try {
      const loaded = this.#host.load(load);
      this.#host.trimMemory();
      this.#reply({ kind: 'loaded', loaded });
    } catch (error) {
      this.#host.trimMemory();
      this.#reply({ kind: 'load-failed', fault: this.#host.loadFaultOf(error) });
    }
  }

  #release(handle: T['handle']): void {
    this.#host.release(handle);
    this.#host.trimMemory();
    this.#reply({ kind: 'released' });
  }

  /** With the port closed there is nothing left to wait for, and the thread ends by itself. */
  #end(): void {
    for (const runner of this.#runners) runner?.free();
    this.#host.close();
    this.#port.close();
  }

  #reply(message: ThreadReply<T>, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

/**
 * Below the event loop's thread, so that a saturated engine delays no timer and no socket. On Linux alone a priority
 * belongs to a thread; elsewhere this would slow the whole process.
 */
function lowerPriority(niceness: number): void {
  if (process.platform !== 'linux' || niceness <= 0) return;
  try {
    setPriority(niceness);
  } catch {
    // A sandbox may forbid it. Answers are the same, and there is nothing better to do at equal priority.
  }
}
