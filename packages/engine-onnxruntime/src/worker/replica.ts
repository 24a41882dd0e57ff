import { messageOf, type NamedTensors } from '@servable/core';
import { onnxError } from '../errors.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';
import { EngineThread } from './engine-thread.ts';
import type { ThreadReply } from './messages.ts';
import { packTensors, unpackTensors } from './wire-tensor.ts';

export interface ReplicaOptions {
  readonly path: string;
  readonly session: ResolvedSessionOptions;
  /** What its thread runs. */
  readonly entry: URL;
  readonly niceness: number;
}

/** One copy of a model in a thread of its own. When the thread is lost, the next run starts another and loads again. */
export class Replica {
  readonly #options: ReplicaOptions;
  #thread: EngineThread;
  #revival: Promise<void> | undefined;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#thread = new EngineThread(options);
  }

  get threadId(): number {
    return this.#thread.threadId;
  }

  load(): Promise<Extract<ThreadReply, { kind: 'loaded' }>> {
    return this.#thread.load(this.#options.path, this.#options.session);
  }

  async run(inputs: NamedTensors, outputs: readonly string[]): Promise<NamedTensors> {
    if (this.#thread.isLost) await this.#revive();
    const reply = await this.#thread.run(packTensors(inputs), outputs);
    return unpackTensors(reply.outputs);
  }

  end(): Promise<void> {
    return this.#thread.end();
  }

  /** Runs that come meanwhile share the attempt; the first run after one that failed makes another. */
  #revive(): Promise<void> {
    this.#revival ??= this.#loadAgain().finally(() => (this.#revival = undefined));
    return this.#revival;
  }

  async #loadAgain(): Promise<void> {
    const thread = new EngineThread(this.#options);
    try {
      await thread.load(this.#options.path, this.#options.session);
    } catch (error) {
      await thread.end();
      throw onnxError('SRV_ONNX_THREAD_LOST', [`and its model cannot be loaded again: ${messageOf(error)}`], { cause: error });
    }
    this.#thread = thread;
  }
}
