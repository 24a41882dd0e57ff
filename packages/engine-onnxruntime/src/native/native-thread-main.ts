import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { readGraphValues } from './graph-values.ts';
import { loadSession } from './load-session.ts';
import { OrtApi, OrtFault } from './ort-api.ts';
import { openLibrary } from './ort-library.ts';
import { runSlot } from './run-slot.ts';
import { Slot } from './slot.ts';
import type { NativeReply, NativeRequest, ThreadData } from './thread-messages.ts';

/** What an engine thread runs: blocking calls into ONNX Runtime, on sessions whose addresses other threads know too. */

const { libraryPath, niceness } = workerData as ThreadData;
if (niceness > 0 && process.platform === 'linux') setPriority(0, niceness);
const api = new OrtApi(openLibrary(libraryPath));
const slots: Slot[] = [];

function reply(message: NativeReply, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function run(index: number): void {
  const slot = slots[index];
  if (slot === undefined) return;
  try {
    const result = runSlot(api, slot);
    if (result === undefined) return reply(index);
    reply({ kind: 'spilled', slot: index, ...result }, result.tensors.map(({ bytes }) => bytes.buffer));
  } catch (error) {
    reply({ kind: 'run-failed', slot: index, ...faultOf(error) });
  }
}

function load({ environment, path, options }: Extract<NativeRequest, { kind: 'load' }>): void {
  try {
    const session = loadSession(api, environment, path, options);
    reply({ kind: 'loaded', session: Number(session), values: readGraphValues(api, session) });
  } catch (error) {
    reply({ kind: 'load-failed', ...faultOf(error) });
  }
}

function faultOf(error: unknown): { message: string; ortCode: number } {
  if (error instanceof OrtFault) return { message: error.message, ortCode: error.ortCode };
  return { message: error instanceof Error ? error.message : String(error), ortCode: 0 };
}

parentPort?.on('message', (request: NativeRequest) => {
  if (typeof request === 'number') return run(request);
  switch (request.kind) {
    case 'slot':
      slots[request.slot] = new Slot(request.memory);
      return;
    case 'load':
      return load(request);
    case 'release':
      api.release('releaseSession', BigInt(request.session));
      return reply({ kind: 'released' });
    case 'end':
      parentPort?.close();
      return;
    default:
      return request satisfies never;
  }
});
