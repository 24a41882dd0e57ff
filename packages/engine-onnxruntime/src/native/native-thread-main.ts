import { serveThread, type Slot, type ThreadHost } from '@servable/engine-threads/native';
import { parentPort, workerData } from 'node:worker_threads';
import { loadGraph, type LoadedGraph, NoDeviceFault } from './load-session.ts';
import { OrtApi } from './ort-api.ts';
import { openLibrary } from './ort-library.ts';
import { SlotRunner } from './slot-runner.ts';
import type { LoadFault, OrtThreadData, OrtThreadTypes } from './thread-types.ts';

/** What an engine thread does: blocking calls into ONNX Runtime, on sessions whose addresses other threads know too. */
class OrtThread implements ThreadHost<OrtThreadTypes> {
  readonly #api: OrtApi;

  constructor(api: OrtApi) {
    this.#api = api;
  }

  createRunner(slot: Slot): SlotRunner {
    return new SlotRunner(this.#api, slot);
  }

  load({ environment, path, options }: OrtThreadTypes['load']): LoadedGraph {
    return loadGraph(this.#api, environment, { path, options });
  }

  loadFaultOf(error: unknown): LoadFault {
    if (error instanceof NoDeviceFault) return { kind: 'device', faults: error.faults };
    return { kind: 'ort', message: error instanceof Error ? error.message : String(error) };
  }

  release(session: number): void {
    this.#api.release('releaseSession', session);
  }

  trimMemory(): void {
    this.#api.library.trimMemory();
  }

  close(): void {
    this.#api.close();
  }
}

if (parentPort === null) throw new Error('This file is run by the native engine, in a worker thread');
const data = workerData as OrtThreadData;
serveThread<OrtThreadTypes>(parentPort, data, () => new OrtThread(new OrtApi(openLibrary(data.libraryPath))));
