import { NativeFault, serveThread, type Slot, type ThreadHost } from '@servable/engine-threads/native';
import { parentPort, workerData } from 'node:worker_threads';
import { loadModel, NoDeviceFault, releaseModel } from './load-model.ts';
import { SlotRunner } from './slot-runner.ts';
import { TfApi } from './tf-api.ts';
import { type LibraryFiles, openLibrary } from './tf-library.ts';
import type { LoadedModel, LoadFault, LoadRequest, ReleaseRequest, TfThreadData, TfThreadTypes } from './thread-types.ts';

/** The library cannot be opened: no fault of the model's. */
class LibraryFault extends Error {}

/** What an engine thread does: blocking calls into TensorFlow, on sessions whose addresses other threads know too. */
class TfThread implements ThreadHost<TfThreadTypes> {
  readonly #files: LibraryFiles;
  #api: TfApi | undefined;

  constructor(files: LibraryFiles) {
    this.#files = files;
  }

  createRunner(slot: Slot): SlotRunner {
    return new SlotRunner(this.#open(), slot);
  }

  load(request: LoadRequest): LoadedModel {
    return loadModel(this.#open(), request);
  }

  loadFaultOf(error: unknown): LoadFault {
    if (error instanceof NoDeviceFault) return { kind: 'device', faults: error.faults };
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof LibraryFault) return { kind: 'library', message };
    return { kind: 'tensorflow', message, code: error instanceof NativeFault ? error.code : 0 };
  }

  release(request: ReleaseRequest): void {
    try {
      releaseModel(this.#open(), request);
    } catch {
      // Nobody can do more than what was tried, and the thread goes on.
    }
  }

  trimMemory(): void {
    this.#api?.library.trimMemory();
  }

  close(): void {
    this.#api?.close();
  }

  /** Not before it is needed: a library that cannot be opened is a load's fault to tell. */
  #open(): TfApi {
    try {
      return (this.#api ??= new TfApi(openLibrary(this.#files)));
    } catch (error) {
      throw new LibraryFault(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

if (parentPort === null) throw new Error('This file is run by the TensorFlow engine, in a worker thread');
const data = workerData as TfThreadData;
serveThread<TfThreadTypes>(parentPort, data, () => new TfThread(data.library));
