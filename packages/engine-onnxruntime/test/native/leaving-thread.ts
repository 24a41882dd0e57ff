/** A native thread that leaves when the first input of a run is this number: what a lost thread looks like. */
import { parentPort } from 'node:worker_threads';
import { NUMBER_BYTES } from '../../src/native/slot.ts';

const LEAVE = -12345;
const slots: SharedArrayBuffer[] = [];

parentPort?.on('message', (request: number | { kind: string; slot: number; memory: SharedArrayBuffer }) => {
  if (typeof request === 'object') {
    if (request.kind === 'slot') slots[request.slot] = request.memory;
    return;
  }
  const memory = slots[request];
  if (memory !== undefined && new Float32Array(memory, NUMBER_BYTES, 1)[0] === LEAVE) process.exit(1);
});
await import('../../src/native/native-thread-main.ts');
