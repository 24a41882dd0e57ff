import type { ResourceEstimate } from '@servable/core';

/**
 * Bytes a session takes whatever the model: its thread, that thread's heap and ONNX Runtime's own tables. A session of a
 * model without weights was measured at 14 to 25 MB once loaded; the rest is the heap's growth under traffic.
 */
const SESSION_BYTES = 40 * 2 ** 20;

/**
 * Peak memory for each byte of weights, beyond the session's own. Measured with 256 MB of weights: convolutions 2.92 (the
 * file's copy, the parsed graph, the weights laid out for the kernel), matrix products and look-ups 1.1, less with
 * external data, which is mapped and not copied (`bench/engine-onnxruntime.bench.ts memory`).
 */
const BYTES_PER_MODEL_BYTE = 3;

/** What files of these sizes take when loaded, from above; what a run computes with comes on top. Pure. */
export function estimateRam(modelBytes: number, externalBytes: number, replicas: number): ResourceEstimate {
  return { ramBytes: replicas * (SESSION_BYTES + BYTES_PER_MODEL_BYTE * (modelBytes + externalBytes)) };
}
