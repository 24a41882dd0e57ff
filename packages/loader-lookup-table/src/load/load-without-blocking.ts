import { messageOf, ServingError, type Status } from '@servable/core';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { tableError } from '../errors.ts';
import { bytesToRead } from './estimate.ts';
import { type LoadOptions, loadTable } from './load-table.ts';
import type { LoadedTable } from './loaded-table.ts';

/** What the loading thread answers. An error keeps its class no further than its thread, so it travels in parts. */
export type LoadReply =
  | { readonly kind: 'loaded'; readonly loaded: LoadedTable }
  | { readonly kind: 'refused'; readonly code: string; readonly status: Status; readonly args: readonly unknown[]; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Files of this size are read in a few milliseconds, a thread takes many to start. */
const SMALL_BYTES = 32 * 1024;

/**
 * Loads a table, all but a small one in a thread of its own: reading and indexing take seconds of CPU time for a million rows.
 *
 * @throws ServingError what is wrong with the files; `signal.reason` when aborted
 */
export async function loadWithoutBlocking(directory: string, options: LoadOptions, signal: AbortSignal): Promise<LoadedTable> {
  signal.throwIfAborted();
  const bytes = await bytesToRead(directory);
  signal.throwIfAborted();
  if (bytes > SMALL_BYTES) return loadInThread(directory, options, signal);
  const loaded = await loadTable(directory, options);
  signal.throwIfAborted();
  return loaded;
}

async function loadInThread(directory: string, options: LoadOptions, signal: AbortSignal): Promise<LoadedTable> {
  // Sources run as they are in tests, where packages are found by their sources too.
  const isSource = extname(import.meta.url) === '.ts';
  const entry = isSource ? new URL('./load-thread-main.ts', import.meta.url) : new URL('./load-thread-main.js', import.meta.url);
  const execArgv = isSource ? ['--conditions=@servable/source'] : [];
  const worker = new Worker(entry, { workerData: { directory, options }, name: 'servable-table-load', execArgv });
  try {
    return loadedOf(await replyOf(worker, directory, signal), directory);
  } finally {
    await worker.terminate();
  }
}

function replyOf(worker: Worker, directory: string, signal: AbortSignal): Promise<LoadReply> {
  return new Promise<LoadReply>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const lost = (reason: string): void => reject(tableError('SRV_TABLE_LOAD_LOST', [directory, reason]));
    worker.once('message', resolve);
    worker.once('error', (error) => lost(messageOf(error)));
    worker.once('exit', (code) => lost(`its thread ended with code ${code}`));
    worker.once('exit', () => signal.removeEventListener('abort', onAbort));
  });
}

function loadedOf(reply: LoadReply, directory: string): LoadedTable {
  if (reply.kind === 'loaded') return reply.loaded;
  if (reply.kind === 'refused') throw new ServingError(reply);
  throw tableError('SRV_TABLE_LOAD_LOST', [directory, reply.reason]);
}
