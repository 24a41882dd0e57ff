import { tensorflowError } from './errors.ts';
import type { TensorFlowDevice, TensorFlowModelOptions } from './engine.ts';

/** How an engine computes, and with what. */
export interface TensorFlowEngineOptions {
  /** The library to open, or the folder that it is in. Default: it is searched for, see `findLibrary`. */
  readonly libraryPath?: string;
  /** Threads that compute. Default: the CPUs of the control group or machine. */
  readonly threads?: number;
  /** How far below the event loop engine threads are scheduled: 0 (equal) to 19. Linux only. Default 5. */
  readonly niceness?: number;
  /** Longest predicted run that is made on the event loop, in microseconds; 0: none is. Default 50. */
  readonly synchronousMicros?: number;
  /** GPUs to use, by number; they hold for the process. Default: all. */
  readonly gpus?: readonly number[];
  /** Whether GPU memory is taken as it is needed, not all of it at once. Default true. */
  readonly memoryGrowth?: boolean;
  /** The largest share of each GPU's memory, above 0 and up to 1. Default: no limit. */
  readonly gpuMemoryFraction?: number;
}

/** @throws ServingError `SRV_TENSORFLOW_OPTION_INVALID` */
export function checkEngineOptions({ threads = 1, niceness = 0, synchronousMicros = 0, gpus = [], gpuMemoryFraction = 1 }: TensorFlowEngineOptions): void {
  checkCount('threads', threads, 1);
  if (!(niceness >= 0 && niceness <= 19)) throw invalid('niceness', niceness, 'a number from 0 to 19');
  if (!(synchronousMicros >= 0)) throw invalid('synchronousMicros', synchronousMicros, 'a number of at least 0');
  if (!(gpuMemoryFraction > 0 && gpuMemoryFraction <= 1)) throw invalid('gpuMemoryFraction', gpuMemoryFraction, 'a number above 0 and up to 1');
  for (const gpu of gpus) checkCount('gpus', gpu, 0);
}

/** Model options with every default filled in. */
export interface ResolvedModelOptions extends Required<Omit<TensorFlowModelOptions, 'device'>> {
  /** At least one. */
  readonly device: readonly TensorFlowDevice[];
}

const DEVICES: ReadonlySet<unknown> = new Set<TensorFlowDevice>(['cpu', 'cuda']);

/** @throws ServingError `SRV_TENSORFLOW_OPTION_INVALID` */
export function resolveModelOptions(options: TensorFlowModelOptions): ResolvedModelOptions {
  const { tensors, tags = ['serve'], device = 'cpu', intraOpThreads = 1, interOpThreads = 1, maxQueuedRuns = 4096, mayTakeLong = false } = options;
  checkCount('intraOpThreads', intraOpThreads, 1);
  checkCount('interOpThreads', interOpThreads, 1);
  checkCount('maxQueuedRuns', maxQueuedRuns, 0);
  const devices = [...new Set([device].flat())];
  if (devices.length === 0 || !devices.every((each) => DEVICES.has(each))) throw invalid('device', JSON.stringify(device), "'cpu', 'cuda', or a list of these");
  return { tensors, tags, device: devices, intraOpThreads, interOpThreads, maxQueuedRuns, mayTakeLong };
}

function checkCount(option: string, value: number, lowest: number): void {
  if (!Number.isSafeInteger(value) || value < lowest || value > 2 ** 31 - 1) throw invalid(option, value, `a whole number of at least ${lowest}`);
}

function invalid(option: string, value: unknown, expected: string): ReturnType<typeof tensorflowError> {
  return tensorflowError('SRV_TENSORFLOW_OPTION_INVALID', [option, String(value), expected]);
}
