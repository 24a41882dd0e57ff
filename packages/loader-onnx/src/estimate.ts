import type { ResourceEstimate } from '@servable/core';
import type { OnnxEngine, SessionOptions } from '@servable/engine-onnxruntime';

/**
 * What files of this size take when loaded, from above; what a run computes with comes on top. A model that should run on a device
 * is counted there too, though it may fall back to the CPU. Pure.
 */
export function estimateResources(fileBytes: number, options: SessionOptions, engine: OnnxEngine): ResourceEstimate {
  const ramBytes = engine.estimateBytes(fileBytes, options);
  const [device = 'cpu'] = [options.device ?? 'cpu'].flat();
  return device === 'cpu' ? { ramBytes } : { ramBytes, deviceBytes: { [`${device}:0`]: ramBytes } };
}
