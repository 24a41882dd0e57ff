import type { NamedTensors, RunContext, Tensor } from '@servable/core';
import { tableError } from '../errors.ts';
import type { LayeredTable } from '../storage/layers.ts';
import type { TableManifest } from '../table-manifest.ts';
import { memoryOf, type PackedTensor, packTensors, unpackTensors } from '../threads/packed-tensor.ts';
import { TableThread } from '../threads/table-thread.ts';
import type { Operation } from './operation.ts';

/** Keys of a request that takes the event loop about a millisecond: more are found in a thread. */
const LARGE_KEYS = 8192;
/** What inputs hold keys; operations without them have threads of their own, or none. */
const KEY_INPUTS: readonly string[] = ['keys', 'tokens', 'ids'];
/** Anything else is refused here. */
const SENT: ReadonlySet<Tensor['dtype']> = new Set(['INT64', 'BYTES', 'FP32']);

/** What a look-up thread is told. */
export interface LookupCall {
  readonly operation: string;
  readonly inputs: readonly PackedTensor[];
  readonly outputs: readonly string[];
}

export type LookupAnswer = readonly PackedTensor[];

/** What a look-up thread begins with: all of it is shared, nothing is copied. */
export interface LookupThreadData {
  readonly layers: LayeredTable;
  readonly manifest: TableManifest;
  /** Of `table.json`, for errors. */
  readonly path: string;
}

/**
 * One table's thread for look-ups of many keys, started by the first. It works on the same memory: of a request of 65,536 keys the event
 * loop does what sends it and takes the answer, 0.4 ms instead of 7; of BYTES keys 2 ms instead of 10 (bench `lookup-table-large`).
 */
export class LookupThread {
  readonly #thread: TableThread<LookupCall, LookupAnswer>;

  constructor(data: LookupThreadData) {
    const main = {
      name: 'servable-table-lookup',
      source: new URL('./lookup-thread-main.ts', import.meta.url),
      built: new URL('./lookup-thread-main.js', import.meta.url),
      lost: (reason: string): Error => tableError('SRV_TABLE_LOOKUP_LOST', [reason]),
      closed: (): Error => tableError('SRV_TABLE_UNLOADED', []),
    };
    this.#thread = new TableThread(main, data);
  }

  /** Operations that leave large requests to this thread. */
  withLargeRequests(operations: ReadonlyMap<string, Operation>): ReadonlyMap<string, Operation> {
    return new Map(Array.from(operations, ([name, operation]) => [name, this.#withLarge(name, operation)]));
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #withLarge(name: string, operation: Operation): Operation {
    const keys = KEY_INPUTS.find((input) => operation.signature.inputs.has(input));
    if (keys === undefined) return operation;
    return {
      signature: operation.signature,
      run: (inputs, context) => {
        const isLarge = (inputs.get(keys)?.data.length ?? 0) >= LARGE_KEYS && [...inputs.values()].every(({ dtype }) => SENT.has(dtype));
        return isLarge ? this.#run(name, inputs, context) : operation.run(inputs, context);
      },
    };
  }

  async #run(operation: string, inputs: NamedTensors, { outputs, signal }: RunContext): Promise<NamedTensors> {
    const packed = packTensors(inputs);
    return unpackTensors(await this.#thread.ask({ operation, inputs: packed, outputs }, signal, memoryOf(packed)));
  }
}
