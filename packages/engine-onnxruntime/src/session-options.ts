import { onnxError } from './errors.ts';
import type { OnnxDevice, SessionOptions } from './engine.ts';

/** Session options with every default filled in. */
export interface ResolvedSessionOptions extends Required<Omit<SessionOptions, 'device'>> {
  /** At least one; the first that this machine has is taken. */
  readonly device: readonly OnnxDevice[];
}

const DEFAULTS: ResolvedSessionOptions = {
  intraOpThreads: 1,
  interOpThreads: 1,
  spinning: false,
  graphOptimization: 'all',
  memoryArena: true,
  device: ['cpu'],
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
  const resolved: ResolvedSessionOptions = { ...DEFAULTS, ...given, device: resolveDevices(options.device) };
  for (const [name, lowest] of Object.entries(LOWEST)) {
    const value: unknown = Reflect.get(resolved, name);
    if (!Number.isSafeInteger(value) || Number(value) < lowest) {
      throw onnxError('SRV_ONNX_OPTION_INVALID', [name, String(value), `a whole number of at least ${lowest}`]);
    }
  }
  return resolved;
}

const DEVICES: ReadonlySet<unknown> = new Set<OnnxDevice>(['cpu', 'cuda', 'webgpu']);

function resolveDevices(device: SessionOptions['device'] = DEFAULTS.device): readonly OnnxDevice[] {
  const devices = typeof device === 'string' ? [device] : device;
  if (devices.length > 0 && devices.every((each) => DEVICES.has(each))) return [...new Set(devices)];
  throw onnxError('SRV_ONNX_OPTION_INVALID', ['device', JSON.stringify(device), "'cpu', 'cuda', 'webgpu', or a list of these"]);
}
