import type { Batching } from '@servable/core';
import type { SessionOptions } from '@servable/engine-onnxruntime';

/** Options of one ONNX model; {@link SessionOptions} go to the engine as they are. */
export interface OnnxOptions extends Omit<SessionOptions, 'hasLoops'> {
  /**
   * Whether requests may be joined along axis 0, for signatures of which `servable.json` does not say. Default: `rows` where the
   * graph is proven to keep rows apart, else `none`; shapes cannot tell.
   */
  readonly batching?: Batching;
  /**
   * Whether requests may bring inputs without elements although the graph has operators with which ONNX Runtime ends the process when a tensor of
   * theirs is empty, such as `LSTM` and `TopK`. For models in which those never get the empty ones. Default false: such requests are refused.
   */
  readonly allowEmptyInputs?: boolean;
}

/** Options of the plugin: {@link OnnxOptions} for every model, and how its one engine is made. */
export interface OnnxPluginOptions extends OnnxOptions {
  /**
   * `native` binds ONNX Runtime's C API, `worker` runs the `onnxruntime-node` binding in a worker for each model, `auto` takes the
   * native one where it can be had and logs when not. Default `auto`.
   */
  readonly engine?: 'auto' | 'native' | 'worker';
  /** Threads that compute at the same time. Default: the CPUs of the control group or machine. */
  readonly threads?: number;
  /**
   * Longest run that the native engine makes on the event loop, in microseconds, where earlier runs of the same size predict it;
   * 0: none is. Default 50.
   */
  readonly synchronousMicros?: number;
}

const COUNT = { type: 'integer', minimum: 1 };

/** JSON schema of {@link OnnxOptions}. */
export const ONNX_OPTIONS_SCHEMA: Readonly<Record<string, unknown>> & { readonly properties: Readonly<Record<string, unknown>> } = {
  type: 'object',
  additionalProperties: false,
  $defs: { device: { enum: ['cpu', 'cuda', 'webgpu'] } },
  properties: {
    intraOpThreads: { ...COUNT, description: 'Threads that share one operator. Default 1.' },
    interOpThreads: { ...COUNT, description: 'Threads that run independent operators side by side. Default 1.' },
    spinning: { type: 'boolean', description: 'Whether idle operator threads burn their core. Default false.' },
    graphOptimization: { enum: ['disabled', 'basic', 'extended', 'all'], description: 'Default all.' },
    memoryArena: { type: 'boolean', description: 'Whether freed memory is kept for the next run. Default true.' },
    device: {
      anyOf: [{ $ref: '#/$defs/device' }, { type: 'array', minItems: 1, items: { $ref: '#/$defs/device' } }],
      description: 'Where it runs; of a list the first that this machine has. Default cpu.',
    },
    config: { type: 'object', additionalProperties: { type: 'string' }, description: "Entries of ONNX Runtime's session config." },
    replicas: { ...COUNT, description: 'Copies of the model that run at the same time. Default 1.' },
    runsPerReplica: { ...COUNT, description: 'Runs sent to one replica at once. Default 2.' },
    maxQueuedRuns: { type: 'integer', minimum: 0, description: 'Runs that may wait beyond those. Default 4096.' },
    batching: { enum: ['rows', 'none'], description: 'Where servable.json does not say. Default: rows where that is proven, else none.' },
    allowEmptyInputs: { type: 'boolean', description: 'Whether inputs may have no elements in models with operators that crash on those. Default false.' },
  },
};

/** JSON schema of {@link OnnxPluginOptions}. */
export const ONNX_PLUGIN_OPTIONS_SCHEMA: typeof ONNX_OPTIONS_SCHEMA = {
  ...ONNX_OPTIONS_SCHEMA,
  properties: {
    ...ONNX_OPTIONS_SCHEMA.properties,
    engine: { enum: ['auto', 'native', 'worker'], description: 'Default auto: native where it can be had.' },
    threads: { ...COUNT, description: 'Threads that compute at the same time. Default: the CPUs of the control group or machine.' },
    synchronousMicros: { type: 'number', minimum: 0, description: 'Longest predicted run on the event loop, in microseconds. Default 50.' },
  },
};
