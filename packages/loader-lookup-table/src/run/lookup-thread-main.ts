import { messageOf, type RunContext, ServingError } from '@servable/core';
import { parentPort, workerData } from 'node:worker_threads';
import { tableError } from '../errors.ts';
import { TableSearch } from '../search/table-search.ts';
import { tableOperations } from '../table-signatures.ts';
import { memoryOf, packTensors, unpackTensors } from '../threads/packed-tensor.ts';
import type { ThreadMessage, ThreadReply } from '../threads/table-thread.ts';
import type { LookupAnswer, LookupCall, LookupThreadData } from './lookup-thread.ts';
import type { Operation } from './operation.ts';
import { TableView } from './table-view.ts';

/** A look-up thread: the table's operations over the same memory. */
function main(): void {
  const { layers, manifest, path } = workerData as LookupThreadData;
  const operations = tableOperations({ view: new TableView(layers), search: new TableSearch(layers), manifest, path });
  parentPort?.on('message', (message: ThreadMessage<LookupCall>) => void reply(operations, message));
}

async function reply(operations: ReadonlyMap<string, Operation>, { id, request }: ThreadMessage<LookupCall>): Promise<void> {
  try {
    const answer = packTensors(await run(operations, request));
    send({ id, kind: 'answer', answer }, memoryOf(answer));
  } catch (error) {
    const { code, status, args, message } = ServingError.is(error) ? error : tableError('SRV_TABLE_LOOKUP_LOST', [messageOf(error)]);
    send({ id, kind: 'refused', code, status, args, message }, []);
  }
}

function run(operations: ReadonlyMap<string, Operation>, { operation, inputs, outputs }: LookupCall): ReturnType<Operation['run']> {
  const found = operations.get(operation);
  if (found === undefined) throw tableError('SRV_TABLE_SIGNATURE_UNKNOWN', [operation, [...operations.keys()].join(', ')]);
  const context: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs, requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };
  return found.run(unpackTensors(inputs), context);
}

function send(message: ThreadReply<LookupAnswer>, memory: Parameters<NonNullable<typeof parentPort>['postMessage']>[1]): void {
  parentPort?.postMessage(message, memory);
}

main();
