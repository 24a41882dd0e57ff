import { messageOf, ServingError } from '@servable/core';
import { parentPort, workerData } from 'node:worker_threads';
import type { LoadReply } from './load-without-blocking.ts';
import { type LoadOptions, loadTable } from './load-table.ts';

/** The loading thread: one table, then it ends, and what reading took ends with it. */
async function main(): Promise<void> {
  const { directory, options } = workerData as { readonly directory: string; readonly options: LoadOptions };
  let reply: LoadReply;
  try {
    reply = { kind: 'loaded', loaded: await loadTable(directory, options) };
  } catch (error) {
    reply = ServingError.is(error)
      ? { kind: 'refused', code: error.code, status: error.status, args: error.args, message: error.message }
      : { kind: 'failed', reason: messageOf(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(reply);
}

await main();
