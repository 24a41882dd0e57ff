import type { ResourceEstimate } from '@servable/core';

/**
 * Bytes a session takes whatever the model: its thread, its heap and ONNX Runtime's own tables. Measured 14 to 20 MB
 * (`bench/engine-onnxruntime.bench.ts`).
 */
const SESSION_BYTES = 24 * 2 ** 20;

/**
 * While a model loads, its file, the parsed graph and the weights laid out for the kernels are in memory at once.
 * Measured: `bench/engine-onnxruntime.bench.ts`, part `memory`.
 */
const BYTES_PER_MODEL_BYTE = 3;

/** What files of these sizes take when loaded, from above. Pure. */
export function estimateRam(modelBytes: number, externalBytes: number, replicas: number): ResourceEstimate {
  return { ramBytes: replicas * (SESSION_BYTES + BYTES_PER_MODEL_BYTE * (modelBytes + externalBytes)) };
}
