import type { Dimension, Executor, NamedTensors } from '@servable/core';
import { checkInputs, selectOutputs } from '../check-run.ts';
import { withCure } from '../device-cures.ts';
import type { OnnxDevice, OnnxGraphValue, OnnxSession, OnnxValueInfo } from '../engine.ts';
import { RunQueue } from '../run-queue.ts';
import type { ThreadTurns } from '../thread-turns.ts';
import { describeValue } from './binding-limits.ts';
import { loadErrorOf, runErrorOf } from './binding-errors.ts';
import type { ThreadReply, WireValue } from './messages.ts';
import { Replica, type ReplicaOptions } from './replica.ts';

export interface WorkerSessionOptions extends ReplicaOptions {
  readonly turns: ThreadTurns;
  readonly onClosed: () => void;
}

/** A graph in one or more threads of its own. */
export class WorkerSession implements OnnxSession {
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly graph: OnnxSession['graph'];
  readonly executor: Executor;
  readonly device: OnnxDevice;
  readonly deviceFaults: readonly string[];
  readonly #replicas: readonly Replica[];
  readonly #queue: RunQueue<Replica>;
  readonly #onClosed: () => void;
  #closing: Promise<void> | undefined;

  /** Loads every replica, or ends them all. */
  static async load(options: WorkerSessionOptions): Promise<WorkerSession> {
    const replicas = Array.from({ length: options.session.replicas }, () => new Replica(options));
    const loads = await Promise.allSettled(replicas.map((replica) => replica.load()));
    const failed = loads.find((load) => load.status === 'rejected');
    const loaded = loads.find((load) => load.status === 'fulfilled');
    if (failed !== undefined || loaded === undefined) {
      await Promise.all(replicas.map((replica) => replica.end()));
      throw loadErrorOf(options.path, failed?.reason);
    }
    return new WorkerSession(replicas, loaded.value, options);
  }

  private constructor(
    replicas: readonly Replica[],
    loaded: Extract<ThreadReply, { kind: 'loaded' }>,
    options: WorkerSessionOptions,
  ) {
    const { runsPerReplica, maxQueuedRuns, intraOpThreads } = options.session;
    this.graph = { inputs: loaded.inputs.map(graphValue), outputs: loaded.outputs.map(graphValue) };
    this.inputs = this.graph.inputs.map(describeValue);
    this.outputs = this.graph.outputs.map(describeValue);
    this.device = loaded.device;
    this.deviceFaults = loaded.deviceFaults.map(withCure);
    this.executor = { id: `onnxruntime-thread-${replicas[0]?.threadId ?? 0}`, maxConcurrentRuns: replicas.length * runsPerReplica };
    this.#replicas = replicas;
    this.#onClosed = options.onClosed;
    this.#queue = new RunQueue(replicas, { maxQueuedRuns, runsPerWorker: runsPerReplica, cost: intraOpThreads, turns: options.turns });
  }

  async run(inputs: NamedTensors, outputs: readonly string[], signal: AbortSignal): Promise<NamedTensors> {
    signal.throwIfAborted();
    checkInputs(this.inputs, inputs);
    const names = selectOutputs(this.outputs, outputs);
    return this.#queue.run((replica) => runIn(replica, inputs, names), signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#queue.close();
    await Promise.all(this.#replicas.map((replica) => replica.end()));
    this.#onClosed();
  }
}

async function runIn(replica: Replica, inputs: NamedTensors, outputs: readonly string[]): Promise<NamedTensors> {
  try {
    return await replica.run(inputs, outputs);
  } catch (error) {
    throw runErrorOf(error);
  }
}

function graphValue({ name, kind, dtype, shape }: WireValue): OnnxGraphValue {
  const sizes = shape.map((size): Dimension => (size === '' ? -1 : size));
  return { name, kind, dtype, shape: kind === 'tensor' ? sizes : undefined };
}
