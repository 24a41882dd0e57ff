import { availableCpus, LoaderThreads, LocalRunner, ThreadPool, type ThreadSetup, untilAborted } from '@servable/engine-threads';
import { openMemory } from '@servable/engine-threads/native';
import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import type { TensorFlowEngine, TensorFlowModelOptions, TensorFlowSession } from './engine.ts';
import { checkEngineOptions, type ResolvedModelOptions, resolveModelOptions, type TensorFlowEngineOptions } from './engine-options.ts';
import { tensorflowError } from './errors.ts';
import { findLibrary } from './library/find-library.ts';
import { loadErrorOf, withCure } from './load-error.ts';
import { dtypeOfElement } from './native/element-types.ts';
import type { GpuOptions } from './native/session-config.ts';
import { SlotRunner } from './native/slot-runner.ts';
import { TfApi } from './native/tf-api.ts';
import { type LibraryFiles, openLibrary, quietLog } from './native/tf-library.ts';
import type { LoadedModel, RunPlan, TfThreadData, TfThreadTypes } from './native/thread-types.ts';
import { SessionPlans } from './session-plans.ts';
import { tensorNameOf } from './tensor-name.ts';
import { LoadedSession } from './tensorflow-session.ts';

const THREAD_ERRORS: ThreadSetup['errors'] = {
  threadLost: (reason) => tensorflowError('SRV_TENSORFLOW_THREAD_LOST', [reason]),
  queueFull: (maxQueuedRuns) => tensorflowError('SRV_TENSORFLOW_QUEUE_FULL', [maxQueuedRuns]),
};
/** One run computes, the next is at hand when it ends. */
const SLOTS_PER_THREAD = 2;

/**
 * Runs SavedModels through TensorFlow's C API, on engine threads that share every session. Loads happen in threads of their own; the
 * library is opened by the first of them.
 *
 * A run that is expected to be short, from earlier runs of its size, is made on the event loop: see `synchronousMicros`.
 *
 * @throws ServingError `SRV_TENSORFLOW_LIBRARY_MISSING`, `SRV_TENSORFLOW_OPTION_INVALID`
 */
export function createTensorFlowEngine(options: TensorFlowEngineOptions = {}): TensorFlowEngine {
  checkEngineOptions(options);
  const { files } = findLibrary({ path: options.libraryPath });
  return new NativeTensorFlowEngine(files, options, threadEntry());
}

/** {@link createTensorFlowEngine}; tests give it another file to run in its threads. */
export class NativeTensorFlowEngine implements TensorFlowEngine {
  readonly libraryPath: string;
  readonly #files: LibraryFiles;
  readonly #setup: ThreadSetup;
  readonly #pool: ThreadPool<TfThreadTypes>;
  readonly #loaders: LoaderThreads<TfThreadTypes>;
  readonly #threads: number;
  readonly #synchronousMicros: number;
  readonly #gpu: GpuOptions;
  readonly #executorId = `tensorflow-${randomUUID()}`;
  /** Loading, loaded or closing: all that `close` waits for. */
  readonly #sessions = new Set<Promise<LoadedSession>>();
  /** Loaded, and not freed yet. */
  readonly #loaded = new Set<LoadedSession>();
  /** Node ends its threads before the process, and waits for what they compute. */
  readonly #onExit = (): void => this.#stopRuns();
  #local: { readonly api: TfApi; readonly runner: LocalRunner<RunPlan> } | undefined;
  #plans = 0;
  #closing: Promise<void> | undefined;

  constructor(files: LibraryFiles, options: TensorFlowEngineOptions, entry: URL) {
    const data: TfThreadData = { library: files, niceness: options.niceness ?? 5 };
    quietLog();
    this.libraryPath = files.main;
    this.#files = files;
    this.#threads = options.threads ?? availableCpus();
    this.#synchronousMicros = options.synchronousMicros ?? 50;
    this.#gpu = { gpus: options.gpus, memoryGrowth: options.memoryGrowth ?? true, gpuMemoryFraction: options.gpuMemoryFraction };
    this.#setup = { name: 'servable-tf', data, entry, memory: openMemory(), dtypeOf: dtypeOfElement, errors: THREAD_ERRORS };
    this.#pool = new ThreadPool({ ...this.#setup, threads: this.#threads, slots: SLOTS_PER_THREAD });
    this.#loaders = new LoaderThreads(this.#setup);
    process.on('exit', this.#onExit);
  }

  async loadSavedModel(directory: string, options: TensorFlowModelOptions, signal: AbortSignal): Promise<TensorFlowSession> {
    signal.throwIfAborted();
    if (this.#closing !== undefined) throw tensorflowError('SRV_TENSORFLOW_CLOSED', ['engine']);
    // C strings end at a NUL: another folder would be loaded.
    if (directory.includes('\0')) throw tensorflowError('SRV_TENSORFLOW_NOT_FOUND', [`There is no folder '${directory}'`]);
    const loading: Promise<LoadedSession> = this.#load(directory, resolveModelOptions(options), () => this.#sessions.delete(loading));
    this.#sessions.add(loading);
    loading.catch(() => this.#sessions.delete(loading));
    return untilAborted(loading, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #load(directory: string, options: ResolvedModelOptions, onFreed: () => void): Promise<LoadedSession> {
    const { tags, device: devices, intraOpThreads, interOpThreads } = options;
    const nodes = [...new Set(options.tensors.map((name) => tensorNameOf(name).node))];
    const request = { directory, tags, devices, intraOpThreads, interOpThreads, gpu: this.#gpu, operations: nodes };
    const loaded = await this.#loaders.use((thread) => thread.load(request)).catch((error: unknown) => {
      throw loadErrorOf(directory, this.libraryPath, error);
    });
    const operations = new Map(nodes.map((name, at) => [name, loaded.operations[at] ?? 0]));
    return this.#sessionOf(loaded, { options, operations, onFreed });
  }

  #sessionOf(
    loaded: LoadedModel,
    { options, operations, onFreed }: { readonly options: ResolvedModelOptions; readonly operations: ReadonlyMap<string, number>; readonly onFreed: () => void },
  ): LoadedSession {
    const { session, graph, device } = loaded;
    const release = (kind: 'stop' | 'free'): Promise<void> => this.#loaders.use((thread) => thread.release({ kind, session, graph }));
    const loadedSession: LoadedSession = new LoadedSession({
      pool: this.#pool,
      local: this.#localRunner(),
      executor: { id: this.#executorId, maxConcurrentRuns: this.#threads * SLOTS_PER_THREAD },
      loaded,
      plans: new SessionPlans({
        session,
        operations,
        inCallingThread: options.interOpThreads === 1,
        // Of loops and other devices nobody knows when they end.
        synchronousMicros: options.mayTakeLong || device !== 'cpu' ? 0 : this.#synchronousMicros,
        newPlanId: () => this.#plans++,
        onDropped: (plan) => this.#pool.forgetPlan(plan),
      }),
      deviceFaults: loaded.deviceFaults.map((fault) => withCure(this.libraryPath, fault)),
      missing: new Set(options.tensors.filter((name) => operations.get(tensorNameOf(name).node) === 0)),
      maxQueuedRuns: options.maxQueuedRuns,
      mayTakeLong: options.mayTakeLong,
      onStop: () => release('stop'),
      onClosed: () => {
        this.#loaded.delete(loadedSession);
        return release('free').finally(onFreed);
      },
    });
    this.#loaded.add(loadedSession);
    return loadedSession;
  }

  #stopRuns(): void {
    for (const session of this.#loaded) {
      try {
        if (session.isBusy) this.#local?.api.call('closeSession', session.address);
      } catch {
        // Nobody is left to tell: the process ends when the run does.
      }
    }
  }

  /** A loader thread has opened the library by now: here that is quick. */
  #localRunner(): LocalRunner<RunPlan> {
    if (this.#local === undefined) {
      const api = new TfApi(openLibrary(this.#files));
      this.#local = { api, runner: new LocalRunner({ ...this.#setup, createRunner: (slot) => new SlotRunner(api, slot) }) };
    }
    return this.#local.runner;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#sessions, async (loading) => (await loading).close()));
    await Promise.all([this.#pool.close(), this.#loaders.close()]);
    process.off('exit', this.#onExit);
    this.#local?.runner.close();
    this.#local?.api.close();
  }
}

/**
 * The file that engine threads run, beside this one. A Node that cannot run TypeScript (20, with these sources loaded by a test runner)
 * takes the built one.
 */
function threadEntry(): URL {
  const extension = extname(import.meta.url);
  if (extension !== '.ts' || process.features.typescript) return new URL(`./native/thread-main${extension}`, import.meta.url);
  return new URL('../dist/native/thread-main.js', import.meta.url);
}
