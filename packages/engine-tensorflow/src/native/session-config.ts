import { ProtoBytes } from './proto-bytes.ts';

/** Which GPUs a process uses, and how much of them. They hold for all of its sessions: the first one settles them. */
export interface GpuOptions {
  /** GPUs by number; `undefined`: all. */
  readonly gpus: readonly number[] | undefined;
  /** Memory is taken as it is needed, not all of it at once. */
  readonly memoryGrowth: boolean;
  /** The largest share of each GPU's memory; `undefined`: no limit. */
  readonly gpuMemoryFraction: number | undefined;
}

export interface SessionConfig {
  readonly intraOpThreads: number;
  readonly interOpThreads: number;
  /** `undefined`: on the CPU alone. */
  readonly gpu: GpuOptions | undefined;
}

const FIELDS = { deviceCount: 1, intraOpThreads: 2, interOpThreads: 5, gpuOptions: 6, softPlacement: 7, perSessionThreads: 9 } as const;

/** `ConfigProto`, serialized. Source: TensorFlow, `protobuf/config.proto`. */
export function sessionConfig({ intraOpThreads, interOpThreads, gpu }: SessionConfig): Uint8Array {
  const config = new ProtoBytes();
  if (gpu === undefined) config.bytes(FIELDS.deviceCount, new ProtoBytes().text(1, 'GPU').int(2, 0).finish());
  config.int(FIELDS.intraOpThreads, intraOpThreads).int(FIELDS.interOpThreads, interOpThreads);
  if (gpu !== undefined) config.bytes(FIELDS.gpuOptions, gpuOptions(gpu));
  // What has no kernel for the GPU runs on the CPU.
  return config.int(FIELDS.softPlacement, 1).int(FIELDS.perSessionThreads, 1).finish();
}

function gpuOptions({ gpus, memoryGrowth, gpuMemoryFraction }: GpuOptions): Uint8Array {
  const options = new ProtoBytes();
  if (gpuMemoryFraction !== undefined) options.double(1, gpuMemoryFraction);
  if (memoryGrowth) options.int(4, 1);
  if (gpus !== undefined) options.text(5, gpus.join(','));
  return options.finish();
}

/** The calling thread's own pool of one: nothing is handed on, which saves two hops of a small run. */
const CALLING_THREAD = -1;

/**
 * `RunOptions`, serialized.
 *
 * @param timeoutMs - when the run is told to end; it looks between two nodes. 0: never
 * @param inCallingThread - a run there cannot have a timeout: the one who would watch it is the one who computes
 */
export function runOptions(timeoutMs: number, inCallingThread: boolean): Uint8Array {
  const options = new ProtoBytes();
  if (timeoutMs > 0) options.int(2, timeoutMs);
  if (inCallingThread) options.int(3, CALLING_THREAD);
  return options.finish();
}
