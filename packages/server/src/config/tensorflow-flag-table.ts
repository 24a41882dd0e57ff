import type { SettingValues } from './settings.ts';

/** What a flag's value is wrong in, and what to do. */
export interface FlagRefusal {
  readonly problem: string;
  readonly cure: string;
}

/** A flag of TensorFlow Serving, and what it means here. */
export interface TensorflowFlag {
  readonly kind: 'integer' | 'number' | 'boolean' | 'text';
  /** For `--help`; TensorFlow Serving's default in brackets. */
  readonly summary: string;
  /** What a value means as settings. Absent: read elsewhere, or it means nothing here. */
  settings?(value: unknown): Partial<SettingValues> | FlagRefusal;
  /** Why it means nothing here. */
  readonly ignored?: string;
  /** The value that asks for what is done here anyway, so that nothing need be said. */
  readonly idle?: unknown;
}

const SUPPORTED: Readonly<Record<string, TensorflowFlag>> = {
  port: { kind: 'integer', summary: 'gRPC port (8500)', settings: grpcPort },
  rest_api_port: {
    kind: 'integer',
    summary: 'REST port; 0 is off (0)',
    settings: (value) => (value === 0 ? { 'rest.enabled': false } : { 'rest.enabled': true, 'rest.port': asNumber(value) }),
  },
  rest_api_timeout_in_ms: {
    kind: 'integer',
    summary: 'limit of one model run over REST in milliseconds (30000)',
    settings: (value) => ({ 'rest.timeoutMs': Math.max(0, asNumber(value)) }),
  },
  rest_api_enable_cors_support: {
    kind: 'boolean',
    summary: 'CORS headers (false)',
    settings: (value) => ({ 'rest.cors': value === true }),
  },
  model_name: { kind: 'text', summary: 'name of the model at model_base_path (default)' },
  model_base_path: { kind: 'text', summary: 'folder with one numbered folder a version' },
  model_config_file: { kind: 'text', summary: 'models.config: text of a ModelServerConfig; model_name and model_base_path are left aside then' },
  grpc_socket_path: {
    kind: 'text',
    summary: 'UNIX socket that gRPC listens on too; the only one with --port=0',
    settings: (value) => (value === '' ? {} : { 'grpc.socketPath': String(value) }),
  },
  grpc_channel_arguments: {
    kind: 'text',
    summary: 'arguments of the gRPC library: grpc.max_connection_age_ms=2000',
    settings: (value) => (value === '' ? {} : { 'grpc.channelArguments': String(value) }),
  },
  enable_signature_method_name_check: {
    kind: 'boolean',
    summary: "a signature's method name must be that of the method (false)",
    settings: (value) => ({ checkMethodName: value === true }),
  },
  enable_serialization_as_tensor_content: {
    kind: 'boolean',
    summary: 'answers of gRPC hold tensor_content (false)',
    settings: (value) => ({ 'grpc.tensorContent': value === true }),
  },
  ssl_config_file: { kind: 'text', summary: 'text of an SSLConfig: certificate and key of gRPC, as PEM text' },
  max_num_load_retries: {
    kind: 'integer',
    summary: 'further tries after a load failed (5)',
    settings: (value) => ({ 'manager.maxLoadRetries': Math.max(0, asNumber(value)) }),
  },
  load_retry_interval_micros: {
    kind: 'integer',
    summary: 'wait between tries in microseconds; negative is none (60000000)',
    settings: (value) => ({ 'manager.loadRetryIntervalMs': Math.max(0, Math.ceil(asNumber(value) / 1000)) }),
  },
  num_load_threads: {
    kind: 'integer',
    summary: 'loads that go on at once; 0 is one',
    settings: (value) => ({ 'manager.maxConcurrentLoads': Math.max(1, asNumber(value)) }),
  },
  num_unload_threads: {
    kind: 'integer',
    summary: 'unloads that go on at once; 0 is one',
    settings: (value) => ({ 'manager.maxConcurrentUnloads': Math.max(1, asNumber(value)) }),
  },
  model_config_file_poll_wait_seconds: {
    kind: 'integer',
    summary: 'seconds between looks at changed config files; 0 is never (0)',
    settings: (value) => ({ 'reload.pollIntervalMs': Math.max(0, asNumber(value)) * 1000 }),
  },
  allow_version_labels_for_unavailable_models: {
    kind: 'boolean',
    summary: 'new labels may name versions that are not served yet (false)',
    settings: (value) => ({ allowLabelsForUnavailableVersions: value === true }),
  },
  enable_batching: { kind: 'boolean', summary: 'join requests as batching_parameters_file says (false)', settings: (value) => batching(value === true) },
  batching_parameters_file: { kind: 'text', summary: 'text of BatchingParameters; needs enable_batching' },
  enable_per_model_batching_parameters: {
    kind: 'boolean',
    summary: 'batching_params.pbtxt in a version says how its requests are joined; needs enable_batching (false)',
    settings: (value) => ({ 'batching.fromVersionFiles': value === true }),
  },
  platform_config_file: { kind: 'text', summary: 'text of a PlatformConfigMap; of it batching and warm-up count' },
  use_alts_credentials: {
    kind: 'boolean',
    summary: "Google's ALTS for gRPC (false)",
    settings: (value) => (value === true ? NO_ALTS : {}),
  },
  file_system_poll_wait_seconds: { kind: 'integer', summary: 'seconds between looks for versions; 0 is once', settings: pollInterval },
  enable_model_warmup: { kind: 'boolean', summary: 'run warm-up requests (true)', settings: (value) => ({ warmup: value === true }) },
  num_request_iterations_for_warmup: {
    kind: 'integer',
    summary: 'how often each warm-up request runs; 0 or less leaves it at once',
    settings: (value) => (asNumber(value) > 0 ? { warmupIterations: asNumber(value) } : {}),
  },
  monitoring_config_file: { kind: 'text', summary: 'text of a MonitoringConfig: where its metrics are' },
};

const ENGINE = "threads and sessions are the engine's: set the options of its loader plugin";
const TFLITE = 'no TFLite models are served';
const XLA = 'graphs are not compiled by XLA';

/** Flags that are taken so that a command line works as it is, but mean nothing here. */
const IGNORED: Readonly<Record<string, TensorflowFlag>> = {
  rest_api_num_threads: { kind: 'integer', summary: 'threads of REST (4 x CPUs)', ignored: 'REST runs on the event loop, models run on threads of their engine' },
  grpc_max_threads: { kind: 'integer', summary: 'threads of gRPC (4 x CPUs)', ignored: 'gRPC runs on the event loop, models run on threads of their engine' },
  flush_filesystem_caches: { kind: 'boolean', summary: 'drop file caches after loads (true)', ignored: 'the system decides what it keeps in its file cache', idle: false },
  tensorflow_session_parallelism: { kind: 'integer', summary: 'threads of a session; 0 is automatic (0)', ignored: ENGINE, idle: 0 },
  tensorflow_intra_op_parallelism: { kind: 'integer', summary: 'threads within an op (0)', ignored: ENGINE, idle: 0 },
  tensorflow_inter_op_parallelism: { kind: 'integer', summary: 'threads between ops (0)', ignored: ENGINE, idle: 0 },
  tensorflow_session_config_file: { kind: 'text', summary: 'text of a ConfigProto', ignored: ENGINE, idle: '' },
  per_process_gpu_memory_fraction: { kind: 'number', summary: 'share of the memory of a GPU (0)', ignored: ENGINE, idle: 0 },
  saved_model_tags: { kind: 'text', summary: 'tags of the graph that is served (serve)', ignored: 'the graph tagged serve is served', idle: 'serve' },
  remove_unused_fields_from_bundle_metagraph: { kind: 'boolean', summary: 'keep only signatures in memory (true)', ignored: 'only what serves a model is kept', idle: true },
  prefer_tflite_model: { kind: 'boolean', summary: 'serve model.tflite where there is one (false)', ignored: TFLITE, idle: false },
  num_tflite_pools: { kind: 'integer', summary: 'pools of TFLite interpreters', ignored: TFLITE },
  num_tflite_interpreters_per_pool: { kind: 'integer', summary: 'interpreters of a pool (1)', ignored: TFLITE },
  xla_cpu_compilation_enabled: { kind: 'boolean', summary: 'compile for CPUs with XLA (false)', ignored: XLA, idle: false },
  xla_gpu_compilation_enabled: { kind: 'boolean', summary: 'compile for GPUs with XLA (false)', ignored: XLA, idle: false },
  enable_profiler: { kind: 'boolean', summary: "TensorFlow's profiler service (true)", ignored: "TensorFlow's profiler is not offered", idle: false },
  thread_pool_factory_config_file: { kind: 'text', summary: 'text of a ThreadPoolFactoryConfig', ignored: ENGINE, idle: '' },
  mixed_precision: { kind: 'text', summary: 'bfloat16 or nothing', ignored: 'a model runs in the precision that it is stored in', idle: '' },
  skip_initialize_tpu: { kind: 'boolean', summary: 'do not start TPUs (false)', ignored: 'there is no TPU support', idle: true },
  enable_grpc_healthcheck_service: { kind: 'boolean', summary: 'gRPC health service (false)', ignored: 'the health service is always on', idle: true },
};

/** Every flag of TensorFlow Serving but `--version`. */
export const TENSORFLOW_FLAGS: ReadonlyMap<string, TensorflowFlag | undefined> = new Map<string, TensorflowFlag | undefined>([
  ...Object.entries(SUPPORTED),
  ...Object.entries(IGNORED),
]);

/** Called after the value was found to be an integer. */
function asNumber(value: unknown): number {
  return Number(value);
}

function grpcPort(value: unknown): Partial<SettingValues> | FlagRefusal {
  if (value !== 0) return { 'grpc.port': asNumber(value) };
  return { problem: 'TensorFlow Serving does not start without gRPC', cure: 'Use --no-grpc-enabled to serve REST alone' };
}

function pollInterval(value: unknown): Partial<SettingValues> | FlagRefusal {
  if (asNumber(value) >= 0) return { pollIntervalMs: asNumber(value) * 1000 };
  return { problem: 'a negative wait means that models are never looked for', cure: 'Write 0 to look once, or 1 to look every second' };
}

/** Whoever asks for encrypted connections must not get others. */
const NO_ALTS: FlagRefusal = { problem: 'ALTS works between machines of Google only', cure: 'Use --ssl_config_file' };

/** TensorFlow Serving's defaults, where no file says otherwise. Source: TF Serving, `batching/batching_session.h`. */
function batching(isOn: boolean): Partial<SettingValues> {
  if (!isOn) return { 'batching.enabled': false };
  return {
    'batching.enabled': true,
    'batching.maxBatchSize': 1000,
    'batching.maxEnqueuedBatches': 10,
    'batching.enableLargeBatchSplitting': false,
  };
}
