import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { loadGraph, NoDeviceFault } from './load-session.ts';
import { OrtApi, OrtFault } from './ort-api.ts';
import { openLibrary } from './ort-library.ts';
import type { RunPlan } from './run-plan.ts';
import { Slot } from './slot.ts';
import { SlotRunner } from './slot-runner.ts';
import type { LoadFault, NativeReply, NativeRequest, ThreadData } from './thread-messages.ts';

/**
 * What an engine thread runs: blocking calls into ONNX Runtime, on sessions whose addresses other threads know too.
 *
 * Nothing of `@servable/core` is imported here but types: a thread resolves packages by itself, without the conditions
 * that the process or a test runner was started with.
 */
class EngineThread {
  readonly #port: MessagePort;
  readonly #api: OrtApi;
  readonly #plans = new Map<number, RunPlan>();
  readonly #runners: (SlotRunner | undefined)[] = [];

  constructor(port: MessagePort, api: OrtApi) {
    this.#port = port;
    this.#api = api;
  }

  answer(request: NativeRequest): void {
    if (typeof request === 'number') return this.#run(request);
    switch (request.kind) {
      case 'slot':
        this.#runners[request.slot]?.free();
        this.#runners[request.slot] = new SlotRunner(this.#api, new Slot(request.address, request.byteLength));
        return;
      case 'plan':
        this.#plans.set(request.plan.id, request.plan);
        return;
      case 'forget':
        this.#plans.delete(request.plan);
        return;
      case 'load':
        return this.#load(request);
      case 'release':
        return this.#release(request.session);
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
      this.#reply({ kind: 'run-failed', slot, ...faultOf(error) });
    }
  }

  #load({ environment, path, options }: Extract<NativeRequest, { kind: 'load' }>): void {
    try {
      const graph = loadGraph(this.#api, environment, { path, options });
      this.#api.library.trimMemory();
      this.#reply({ kind: 'loaded', graph });
    } catch (error) {
      this.#api.library.trimMemory();
      this.#reply({ kind: 'load-failed', fault: loadFaultOf(error) });
    }
  }

  #release(session: number): void {
    this.#api.release('releaseSession', session);
    this.#api.library.trimMemory();
    this.#reply({ kind: 'released' });
  }

  /** With the port closed there is nothing left to wait for, and the thread ends by itself. */
  #end(): void {
    for (const runner of this.#runners) runner?.free();
    this.#api.close();
    this.#port.close();
  }

  #reply(message: NativeReply, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

function loadFaultOf(error: unknown): LoadFault {
  if (error instanceof NoDeviceFault) return { kind: 'device', faults: error.faults };
  return { kind: 'ort', ...faultOf(error) };
}

function faultOf(error: unknown): { message: string; ortCode: number } {
  if (error instanceof OrtFault) return { message: error.message, ortCode: error.ortCode };
  return { message: error instanceof Error ? error.message : String(error), ortCode: 0 };
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

if (parentPort === null) throw new Error('This file is run by NativeThread, in a worker thread');
const { libraryPath, niceness } = workerData as ThreadData;
lowerPriority(niceness);
const thread = new EngineThread(parentPort, new OrtApi(openLibrary(libraryPath)));
parentPort.on('message', (request: NativeRequest) => thread.answer(request));
