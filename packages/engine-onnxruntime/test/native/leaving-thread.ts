/** A native thread that leaves when the first input of a run is this number: what a lost thread looks like. */
import { NUMBER_BYTES, Slot } from '@servable/engine-threads/native';
import { parentPort } from 'node:worker_threads';

const LEAVE = -12345;
const slots: Slot[] = [];

parentPort?.on('message', (request: number | { kind: string; slot: number; address: number; byteLength: number }) => {
  if (typeof request === 'object') {
    if (request.kind === 'slot') slots[request.slot] = new Slot(request.address, request.byteLength);
    return;
  }
  const slot = slots[request];
  if (slot !== undefined && new Float32Array(slot.bytes.buffer, NUMBER_BYTES, 1)[0] === LEAVE) process.exit(1);
});
await import('../../src/native/native-thread-main.ts');
