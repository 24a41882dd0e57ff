import { messageOf, ServingError } from '@servable/core';
import { parentPort } from 'node:worker_threads';
import { runJob } from './run-job.ts';
import type { CompileReply, CompileRequest, ErrorMessage } from './compile-messages.ts';

/** The thread that compiles. Jobs are done one after the other: each takes as much memory as its model. */
function main(port: NonNullable<typeof parentPort>): void {
  const running = new Map<number, AbortController>();
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: CompileRequest) => {
    if ('cancel' in request) {
      running.get(request.id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(request.id, controller);
    last = last.then(async () => {
      port.postMessage(await answer(request, controller.signal));
      running.delete(request.id);
    });
  });
}

async function answer({ id, job }: Extract<CompileRequest, { job: unknown }>, signal: AbortSignal): Promise<CompileReply> {
  try {
    signal.throwIfAborted();
    return { id, result: await runJob(job, signal) };
  } catch (error) {
    return { id, error: messageFor(error) };
  }
}

function messageFor(error: unknown): ErrorMessage {
  const serving = ServingError.is(error) ? { code: error.code, args: error.args } : undefined;
  return { message: messageOf(error), serving };
}

if (parentPort !== null) main(parentPort);
