import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type ErrorArguments, savedModelError } from '../../errors.ts';
import type { CompileJob, CompileReply, CompileRequest, CompileResults, ErrorMessage } from './compile-messages.ts';

interface Waiting {
  readonly resolve: (result: CompileResults[keyof CompileResults]) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that nobody has asked for anything for so long is ended: it keeps what the last model took. */
const IDLE_MS = 2000;

/** Left alone, what is garbage soon takes more memory than most models: 93 MB instead of 56 for MobileNetV2, in the same time. */
const YOUNG_MB = 16;

/** Compiles off the event loop, in one thread that is there while it is needed. */
export class CompileThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isClosed = false;

  /** Does a job. @throws what the job throws; the signal's reason */
  run<Kind extends CompileJob['kind']>(job: Extract<CompileJob, { kind: Kind }>, signal: AbortSignal): Promise<CompileResults[Kind]> {
    signal.throwIfAborted();
    if (this.#isClosed) throw savedModelError('SRV_SAVEDMODEL_COMPILE_FAILED', [job.directory, 'the engine is closed']);
    const id = ++this.#lastId;
    clearTimeout(this.#idle);
    const worker = this.#start();
    const onAbort = (): void => worker.postMessage({ id, cancel: true } satisfies CompileRequest, []);
    signal.addEventListener('abort', onAbort, { once: true });
    return new Promise<CompileResults[Kind]>((resolve, reject) => {
      this.#waiting.set(id, {
        // The thread answers a job with its own kind of result.
        resolve: (result) => resolve(result as CompileResults[Kind]),
        reject: (error) => reject(signal.aborted ? signal.reason : error),
      });
      worker.postMessage({ id, job } satisfies CompileRequest, []);
    }).finally(() => {
      signal.removeEventListener('abort', onAbort);
      this.#rest();
    });
  }

  /** Ends the thread; what it does is given up. Closing twice is closing once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // Without the process's own options: it needs none, and some (`--input-type`) would keep it from starting.
    const worker = new Worker(entry(), { name: 'servable-compile', execArgv: execArguments(), resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    worker.unref();
    worker.on('message', (reply: CompileReply) => this.#settle(reply));
    worker.on('error', (error) => this.#lose(worker, error instanceof Error ? error.message : String(error)));
    worker.once('exit', (code) => this.#lose(worker, `its thread left with code ${code}`));
    this.#worker = worker;
    return worker;
  }

  #settle(reply: CompileReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(errorOf(reply.error));
    else waiting?.resolve(reply.result);
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of left) reject(savedModelError('SRV_SAVEDMODEL_COMPILE_FAILED', ['', reason]));
  }

  #rest(): void {
    if (this.#waiting.size > 0 || this.#worker === undefined) return;
    this.#idle = setTimeout(() => void this.#end(), IDLE_MS);
    this.#idle.unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#lose(worker, 'the engine is closed');
    await worker.terminate();
  }
}

function errorOf({ message, serving }: ErrorMessage): Error {
  if (serving === undefined) return savedModelError('SRV_SAVEDMODEL_COMPILE_FAILED', ['', message]);
  return savedModelError(serving.code as keyof ErrorArguments, serving.args as never);
}

/** Sources are run as they are where Node can; elsewhere what was built of them is. */
function entry(): URL {
  if (!isSource() || process.features.typescript) return new URL(`./compile-thread-main${extname(import.meta.url)}`, import.meta.url);
  return new URL('../../../dist/compile/thread/compile-thread-main.js', import.meta.url);
}

/** Sources find the other packages' sources. */
function execArguments(): string[] {
  return isSource() && process.features.typescript ? ['--conditions=@servable/source'] : [];
}

function isSource(): boolean {
  return extname(import.meta.url) === '.ts';
}
