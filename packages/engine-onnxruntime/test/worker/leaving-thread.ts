import { parentPort } from 'node:worker_threads';
import type { ThreadRequest } from '../../src/worker/messages.ts';

// Before the real thread's own listener: it is gone before the run reaches native code.
parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'run' && request.inputs.some((input) => input.data[0] === -12345)) process.exit(3);
});
await import('../../src/worker/engine-thread-main.ts');
