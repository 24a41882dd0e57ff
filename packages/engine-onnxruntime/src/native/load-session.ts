import type { Address } from '@servable/engine-threads/native';
import type { OnnxDevice } from '../engine.ts';
import type { ResolvedSessionOptions } from '../session-options.ts';
import { appendDevice } from './devices.ts';
import { type GraphValues, readGraphValues } from './graph-values.ts';
import { type OrtApi, OrtFault } from './ort-api.ts';

const OPTIMIZATION_LEVELS = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;
const PARALLEL_EXECUTION = 1;

/** None of the devices that were asked for is there; each fault names its device. */
export class NoDeviceFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('; '));
    this.faults = faults;
  }
}

/** A graph that any thread can run. */
export interface LoadedGraph {
  /** Address. */
  readonly session: number;
  readonly values: GraphValues;
  readonly device: OnnxDevice;
  /** Why not the devices before that one. */
  readonly deviceFaults: readonly string[];
}

/**
 * Loads a graph onto the first of its devices that is there; blocks this thread for as long as that takes. External data is found
 * beside the file.
 *
 * @throws OrtFault, NoDeviceFault
 */
export function loadGraph(
  api: OrtApi,
  environment: number,
  model: { readonly path: string; readonly options: ResolvedSessionOptions },
): LoadedGraph {
  const native = api.out('createSessionOptions');
  try {
    applyOptions(api, native, model.options);
    const [device, deviceFaults] = takeDevice(api, native, model.options.device);
    const session = api.out('createSession', environment, model.path, native);
    return { session, values: valuesOf(api, session), device, deviceFaults };
  } finally {
    api.release('releaseSessionOptions', native);
  }
}

function valuesOf(api: OrtApi, session: Address): GraphValues {
  try {
    return readGraphValues(api, session);
  } catch (error) {
    api.release('releaseSession', session);
    throw error;
  }
}

/** A device that is not there is refused when it is asked for, before anything is loaded. */
function takeDevice(api: OrtApi, native: Address, devices: readonly OnnxDevice[]): [device: OnnxDevice, faults: string[]] {
  const faults: string[] = [];
  for (const device of devices) {
    try {
      appendDevice(api, native, device);
      return [device, faults];
    } catch (error) {
      if (!(error instanceof OrtFault)) throw error;
      faults.push(`'${device}': ${error.message}`);
    }
  }
  throw new NoDeviceFault(faults);
}

function applyOptions(api: OrtApi, native: Address, options: ResolvedSessionOptions): void {
  api.call('setIntraOpThreads', native, options.intraOpThreads);
  api.call('setInterOpThreads', native, options.interOpThreads);
  if (options.interOpThreads > 1) api.call('setExecutionMode', native, PARALLEL_EXECUTION);
  api.call('setGraphOptimizationLevel', native, OPTIMIZATION_LEVELS[options.graphOptimization]);
  if (!options.memoryArena) api.call('disableCpuMemArena', native);
  const spinning = options.spinning ? '1' : '0';
  const config = { 'session.intra_op.allow_spinning': spinning, 'session.inter_op.allow_spinning': spinning, ...options.config };
  for (const [key, value] of Object.entries(config)) api.call('addSessionConfig', native, key, value);
}
