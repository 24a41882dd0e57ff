import { onnxError } from './errors.ts';
import type { SessionOptions } from './engine.ts';

/** Session options with every default filled in. */
export type ResolvedSessionOptions = Required<SessionOptions>;

const DEFAULTS: ResolvedSessionOptions = {
  intraOpThreads: 1,
  interOpThreads: 1,
  spinning: false,
  graphOptimization: 'all',
  memoryArena: true,
  config: {},
  replicas: 1,
  runsPerReplica: 2,
  maxQueuedRuns: 4096,
  hasLoops: false,
};

const LOWEST = { intraOpThreads: 1, interOpThreads: 1, replicas: 1, runsPerReplica: 1, maxQueuedRuns: 0 } as const;

/** @throws ServingError `SRV_ONNX_OPTION_INVALID` */
export function resolveSessionOptions(options: SessionOptions): ResolvedSessionOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedSessionOptions = { ...DEFAULTS, ...given };
  for (const [name, lowest] of Object.entries(LOWEST)) {
    const value: unknown = Reflect.get(resolved, name);
    if (!Number.isSafeInteger(value) || Number(value) < lowest) {
      throw onnxError('SRV_ONNX_OPTION_INVALID', [name, String(value), `a whole number of at least ${lowest}`]);
    }
  }
  return resolved;
}
