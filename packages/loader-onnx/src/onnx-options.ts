import type { Batching } from '@servable/core';
import type { SessionOptions } from '@servable/engine-onnxruntime';

/** Options of one ONNX model; {@link SessionOptions} go to the engine as they are. */
export interface OnnxOptions extends Omit<SessionOptions, 'hasLoops'> {
  /**
   * Whether requests may be joined along axis 0, for signatures of which `servable.json` does not say. Default `none`:
   * a graph may mix rows, and its shapes cannot tell.
   */
  readonly batching?: Batching;
}

const COUNT = { type: 'integer', minimum: 1 };

/** JSON schema of {@link OnnxOptions}. */
export const ONNX_OPTIONS_SCHEMA: object = {
  type: 'object',
  additionalProperties: false,
  properties: {
    intraOpThreads: { ...COUNT, description: 'Threads that share one operator. Default 1.' },
    interOpThreads: { ...COUNT, description: 'Threads that run independent operators side by side. Default 1.' },
    spinning: { type: 'boolean', description: 'Whether idle operator threads burn their core. Default false.' },
    graphOptimization: { enum: ['disabled', 'basic', 'extended', 'all'], description: 'Default all.' },
    memoryArena: { type: 'boolean', description: 'Whether freed memory is kept for the next run. Default true.' },
    config: { type: 'object', additionalProperties: { type: 'string' }, description: "Entries of ONNX Runtime's session config." },
    replicas: { ...COUNT, description: 'Copies of the model that run at the same time. Default 1.' },
    runsPerReplica: { ...COUNT, description: 'Runs sent to one replica at once. Default 2.' },
    maxQueuedRuns: { type: 'integer', minimum: 0, description: 'Runs that may wait beyond those. Default 4096.' },
    batching: { enum: ['rows', 'none'], description: 'Where servable.json does not say. Default none.' },
  },
};
