import type { Batching } from '@servable/core';
import type { CompileCacheOptions } from '../compile/cache/compiled-cache.ts';

/** What runs SavedModels, in the order in which `auto` asks. */
export const ENGINE_NAMES = ['onnx', 'tensorflow'] as const;
/** What runs a SavedModel: compiled to ONNX, or TensorFlow itself. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Where a graph runs. */
export type SavedModelDevice = 'cpu' | 'cuda';

/** Which engine runs a model, and what that engine is told. */
export interface EngineSettings {
  /** Default `auto`. */
  readonly name?: 'auto' | EngineName;
  /** `tensorflow`: the library to open, or the folder that it is in. A process has one. Default: it is searched for. */
  readonly path?: string;
}

/** {@link EngineSettings}, or just its name. */
export type EngineChoice = 'auto' | EngineName | EngineSettings;

/** Options of one SavedModel. */
export interface SavedModelOptions {
  /**
   * What runs it: `onnx` runs what it can compile, with ONNX Runtime; `tensorflow` runs everything, with a TensorFlow that is installed
   * beside it; `auto` takes the first of these that runs every signature. Default `auto`.
   */
  readonly engine?: EngineChoice;
  /** Which of the file's graphs: the one with these tags and no others. Default `['serve']`. */
  readonly tags?: readonly string[];
  /** Whether requests may be joined along axis 0. Default: `rows` where the engine has proven it, else `none`. */
  readonly batching?: Batching;
  /** Where it runs; of a list the first that this machine has. Default `cpu`. */
  readonly device?: SavedModelDevice | readonly SavedModelDevice[];
  /** Threads that share the work of one operator. Default 1. */
  readonly intraOpThreads?: number;
  /** Threads that run independent operators side by side. Default 1. */
  readonly interOpThreads?: number;
  /** Runs that may wait beyond those in progress. Default 4096. */
  readonly maxQueuedRuns?: number;
}

/** What the plugin's engines are told, besides what a model may say. */
export interface PluginEngineSettings extends EngineSettings {
  /** `tensorflow`: the GPUs to use, by number. They hold for the process. Default: all. */
  readonly gpus?: readonly number[];
  /** `tensorflow`: take GPU memory as it is needed, not all of it at once. Default true. */
  readonly memoryGrowth?: boolean;
  /** `tensorflow`: the largest share of each GPU's memory to take, above 0 and up to 1. Default: no limit. */
  readonly gpuMemoryFraction?: number;
}

/** Options of the plugin: {@link SavedModelOptions} for every model, and how its engines are made. */
export interface SavedModelPluginOptions extends Omit<SavedModelOptions, 'engine'> {
  readonly engine?: 'auto' | EngineName | PluginEngineSettings;
  /** Threads of each engine that compute at the same time. Default: the CPUs of the control group or machine. */
  readonly threads?: number;
  /**
   * Longest run that an engine makes on the event loop, in microseconds, where earlier runs of the same size predict it; 0: none is.
   * Default 50.
   */
  readonly synchronousMicros?: number;
  /** `onnx`: where compiled models are kept on disk, and how much they may take. */
  readonly compileCache?: CompileCacheOptions;
}

/** The engine that a choice names. */
export function engineNameOf(choice: EngineChoice | undefined): 'auto' | EngineName {
  return typeof choice === 'string' ? choice : (choice?.name ?? 'auto');
}

/** A model's own options before those of every model. An engine that it only gives a path keeps the name that holds for all. */
export function withDefaults(own: SavedModelOptions, defaults: SavedModelOptions): SavedModelOptions {
  const { engine } = own;
  if (typeof engine !== 'object' || engine.name !== undefined) return { ...defaults, ...own };
  return { ...defaults, ...own, engine: { ...engine, name: engineNameOf(defaults.engine) } };
}

/** What the engines are told, of a choice. */
export function engineSettingsOf(choice: SavedModelPluginOptions['engine']): PluginEngineSettings {
  return typeof choice === 'object' ? choice : {};
}

const COUNT = { type: 'integer', minimum: 1 };
const NAMES = ['auto', ...ENGINE_NAMES];
const ENGINE_PROPERTIES = {
  name: { enum: NAMES, description: 'Default auto.' },
  path: { type: 'string', minLength: 1, description: 'tensorflow: the library to open, or the folder that it is in.' },
};

function engineSchema(properties: object): object {
  return {
    anyOf: [{ enum: NAMES }, { type: 'object', additionalProperties: false, properties }],
    description: 'What runs it: auto, onnx, tensorflow, or an object with name and path. Default auto.',
  };
}

/** JSON schema of {@link SavedModelOptions}. */
export const SAVED_MODEL_OPTIONS_SCHEMA: Readonly<Record<string, unknown>> & { readonly properties: Readonly<Record<string, unknown>> } = {
  type: 'object',
  additionalProperties: false,
  $defs: { device: { enum: ['cpu', 'cuda'] } },
  properties: {
    engine: engineSchema(ENGINE_PROPERTIES),
    tags: { type: 'array', items: { type: 'string' }, description: "Which of the file's graphs. Default ['serve']." },
    batching: { enum: ['rows', 'none'], description: 'Default: rows where that is proven, else none.' },
    device: {
      anyOf: [{ $ref: '#/$defs/device' }, { type: 'array', minItems: 1, items: { $ref: '#/$defs/device' } }],
      description: 'Where it runs; of a list the first that this machine has. Default cpu.',
    },
    intraOpThreads: { ...COUNT, description: 'Threads that share one operator. Default 1.' },
    interOpThreads: { ...COUNT, description: 'Threads that run independent operators side by side. Default 1.' },
    maxQueuedRuns: { type: 'integer', minimum: 0, description: 'Runs that may wait beyond those in progress. Default 4096.' },
  },
};

/** JSON schema of {@link SavedModelPluginOptions}. */
export const SAVED_MODEL_PLUGIN_OPTIONS_SCHEMA: typeof SAVED_MODEL_OPTIONS_SCHEMA = {
  ...SAVED_MODEL_OPTIONS_SCHEMA,
  properties: {
    ...SAVED_MODEL_OPTIONS_SCHEMA.properties,
    engine: engineSchema({
      ...ENGINE_PROPERTIES,
      gpus: { type: 'array', items: { type: 'integer', minimum: 0 }, description: 'tensorflow: the GPUs to use. Default: all.' },
      memoryGrowth: { type: 'boolean', description: 'tensorflow: take GPU memory as it is needed. Default true.' },
      gpuMemoryFraction: { type: 'number', exclusiveMinimum: 0, maximum: 1, description: "tensorflow: the largest share of each GPU's memory." },
    }),
    compileCache: {
      type: 'object',
      additionalProperties: false,
      properties: { directory: { type: 'string', minLength: 1 }, maxBytes: { type: 'integer', minimum: 0 } },
      description: 'onnx: where compiled models are kept (directory), and how much they may take (maxBytes).',
    },
    synchronousMicros: { type: 'number', minimum: 0, description: 'Longest predicted run on the event loop, in microseconds. Default 50.' },
    threads: { ...COUNT, description: 'Threads of each engine that compute at the same time. Default: the CPUs of the control group or machine.' },
  },
};
