import type { Executor, NamedTensors, RunContext, Servable, Signature } from '@servable/core';
import { tableError } from './errors.ts';
import type { Operation } from './run/operation.ts';

/** Runs that may go on at once: most end before they return, and a search takes what waits together. */
const MAX_CONCURRENT_RUNS = 64;

interface ClosedWithTable {
  close(): Promise<void>;
}

/** A loaded table. */
export class TableServable implements Servable {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly executor: Executor;
  readonly #threads: readonly ClosedWithTable[];
  #operations: ReadonlyMap<string, Operation> | undefined;

  constructor(id: string, operations: ReadonlyMap<string, Operation>, ...threads: readonly ClosedWithTable[]) {
    this.#threads = threads;
    this.#operations = operations;
    this.signatures = new Map(Array.from(operations, ([name, { signature }]) => [name, signature]));
    this.executor = { id: `lookup-table:${id}`, maxConcurrentRuns: MAX_CONCURRENT_RUNS, takesAnyRows: true };
  }

  run(name: string, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors> {
    context.signal.throwIfAborted();
    if (this.#operations === undefined) throw tableError('SRV_TABLE_UNLOADED', []);
    const operation = this.#operations.get(name);
    if (operation === undefined) throw tableError('SRV_TABLE_SIGNATURE_UNKNOWN', [name, [...this.signatures.keys()].join(', ')]);
    return operation.run(inputs, context);
  }

  /** Ends its threads and lets go of the table's memory. */
  async close(): Promise<void> {
    this.#operations = undefined;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
