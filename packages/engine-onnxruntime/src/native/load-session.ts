import type { ResolvedSessionOptions } from '../session-options.ts';
import { allocateText, freeText, type OrtApi } from './ort-api.ts';
import type { Address } from './ort-library.ts';

const OPTIMIZATION_LEVELS = { disabled: 0, basic: 1, extended: 2, all: 99 } as const;
const PARALLEL_EXECUTION = 1;

/**
 * Loads a graph; blocks this thread for as long as that takes. External data is found beside the file.
 *
 * @throws OrtFault
 */
export function loadSession(api: OrtApi, environment: number, path: string, options: ResolvedSessionOptions): Address {
  const native = api.out('createSessionOptions');
  try {
    applyOptions(api, native, options);
    return api.out('createSession', environment, path, native);
  } finally {
    api.release('releaseSessionOptions', native);
  }
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

/** Names as C strings, each once; freed together. They may be read by every thread of the process. */
export class NativeNames {
  readonly #addresses = new Map<string, Address>();

  addressOf(name: string): number {
    const address = this.#addresses.get(name) ?? allocateText(name);
    this.#addresses.set(name, address);
    return Number(address);
  }

  free(): void {
    for (const address of this.#addresses.values()) freeText(address);
    this.#addresses.clear();
  }
}
