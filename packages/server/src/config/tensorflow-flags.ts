import { networkInterfaces } from 'node:os';
import type { ConfigFault } from './config-fault.ts';
import { type LayerValue, parseBoolean, parseInteger, type SettingLayer } from './setting-layers.ts';
import type { SettingPath, SettingValues } from './settings.ts';
import { showValue } from './show-value.ts';

/** What TensorFlow Serving's flags of one command line mean here. */
export interface TensorflowFlags {
  readonly settings: SettingLayer;
  /** Defaults that its flags bring along; empty when none is used. */
  readonly defaults: SettingLayer;
  /** The one model that its flags name. */
  readonly model: { readonly name: string; readonly path: string } | undefined;
  readonly faults: readonly ConfigFault[];
}

interface SupportedFlag {
  readonly kind: 'integer' | 'boolean' | 'text';
  /** For `--help`. */
  readonly summary: string;
  /** What a value means; a text is what is wrong with it and what to do. Absent: read elsewhere. */
  settings?(value: unknown): Partial<SettingValues> | { readonly problem: string; readonly cure: string };
}

const SUPPORTED: Readonly<Record<string, SupportedFlag>> = {
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
  file_system_poll_wait_seconds: { kind: 'integer', summary: 'seconds between looks for versions; 0 is once', settings: pollInterval },
  enable_model_warmup: { kind: 'boolean', summary: 'run warm-up requests (true)', settings: (value) => ({ warmup: value === true }) },
};

/** Flags of TensorFlow Serving that this server does not have yet: refused, so that none is lost in silence. */
const NOT_YET: ReadonlySet<string> = new Set([
  'grpc_socket_path', 'rest_api_num_threads', 'enable_batching', 'allow_version_labels_for_unavailable_models',
  'batching_parameters_file', 'enable_per_model_batching_parameters', 'model_config_file', 'model_config_file_poll_wait_seconds',
  'num_unload_threads', 'flush_filesystem_caches', 'tensorflow_session_parallelism', 'tensorflow_session_config_file',
  'tensorflow_intra_op_parallelism', 'tensorflow_inter_op_parallelism', 'use_alts_credentials', 'ssl_config_file',
  'platform_config_file', 'per_process_gpu_memory_fraction', 'saved_model_tags', 'grpc_channel_arguments', 'grpc_max_threads',
  'num_request_iterations_for_warmup', 'monitoring_config_file', 'remove_unused_fields_from_bundle_metagraph',
  'prefer_tflite_model', 'num_tflite_pools', 'num_tflite_interpreters_per_pool', 'enable_signature_method_name_check',
  'xla_cpu_compilation_enabled', 'xla_gpu_compilation_enabled', 'enable_profiler', 'thread_pool_factory_config_file',
  'mixed_precision', 'skip_initialize_tpu', 'enable_grpc_healthcheck_service', 'enable_serialization_as_tensor_content',
]);

/** Every flag of TensorFlow Serving but `--version`, with what `--help` says; `undefined` for those that are refused. */
export const TENSORFLOW_FLAGS: ReadonlyMap<string, { readonly isBoolean: boolean; readonly summary: string } | undefined> = new Map([
  ...Object.entries(SUPPORTED).map(([name, { kind, summary }]) => [name, { isBoolean: kind === 'boolean', summary }] as const),
  ...[...NOT_YET].map((name) => [name, undefined] as const),
]);

const DEFAULTS_FROM = "TensorFlow Serving's default, because its flags are used";

/**
 * Reads TensorFlow Serving's flags. When any is used, the bind address is any, REST is off unless it has a port, and a
 * failed load is tried again 5 times, once a minute.
 *
 * Source: TF Serving, `model_servers/main.cc`.
 */
export function readTensorflowFlags(flags: Readonly<Record<string, string | boolean>>): TensorflowFlags {
  const settings = new Map<SettingPath, LayerValue>();
  const faults: ConfigFault[] = [];
  const used = Object.entries(flags).filter(([name]) => TENSORFLOW_FLAGS.has(name));
  for (const [name, text] of used) {
    const result = readFlag(name, text);
    if ('problem' in result) faults.push({ layer: 'flag', path: `--${name}`, found: showValue(text), ...result });
    else for (const [path, value] of Object.entries(result)) settings.set(path as SettingPath, { value, from: `--${name}` });
  }
  const model = readModel(flags, faults);
  return { settings, defaults: used.length === 0 ? new Map() : tensorflowDefaults(), model, faults };
}

function readFlag(name: string, text: string | boolean): Partial<SettingValues> | { readonly problem: string; readonly cure: string } {
  const flag = Object.hasOwn(SUPPORTED, name) ? SUPPORTED[name] : undefined;
  if (flag === undefined) return { problem: 'is a flag of TensorFlow Serving that is not supported yet', cure: `Remove --${name}` };
  const value = parseFlag(flag.kind, text);
  if (flag.kind === 'integer' && !Number.isSafeInteger(value)) return { problem: 'must be a whole number', cure: `Write --${name}=1` };
  if (flag.kind === 'boolean' && typeof value !== 'boolean') return { problem: 'must be true or false', cure: `Write --${name}=true` };
  return flag.settings?.(value) ?? {};
}

function parseFlag(kind: SupportedFlag['kind'], text: string | boolean): unknown {
  if (typeof text === 'boolean') return text;
  if (kind === 'integer') return parseInteger(text);
  return kind === 'boolean' ? parseBoolean(text) : text;
}

/** Called after the value was found to be an integer. */
function asNumber(value: unknown): number {
  return Number(value);
}

function grpcPort(value: unknown): ReturnType<NonNullable<SupportedFlag['settings']>> {
  if (value !== 0) return { 'grpc.port': asNumber(value) };
  return { problem: 'TensorFlow Serving does not start without gRPC', cure: 'Use --no-grpc-enabled to serve REST alone' };
}

function pollInterval(value: unknown): ReturnType<NonNullable<SupportedFlag['settings']>> {
  if (asNumber(value) >= 0) return { pollIntervalMs: asNumber(value) * 1000 };
  return { problem: 'a negative wait means that models are never looked for', cure: 'Write 0 to look once, or 1 to look every second' };
}

function readModel(flags: Readonly<Record<string, string | boolean>>, faults: ConfigFault[]): TensorflowFlags['model'] {
  const { model_name: name, model_base_path: path } = flags;
  if (typeof path === 'string' && path !== '') return { name: typeof name === 'string' ? name : 'default', path };
  if (name !== undefined || path !== undefined) {
    const cure = 'Add --model_base_path=/models/mnist, the folder that holds the numbered version folders';
    faults.push({ layer: 'flag', path: '--model_base_path', found: undefined, problem: 'is missing', cure });
  }
  return undefined;
}

function tensorflowDefaults(): SettingLayer {
  const values: Partial<SettingValues> = {
    host: anyAddress(),
    'manager.maxLoadRetries': 5,
    'manager.loadRetryIntervalMs': 60_000,
    'rest.enabled': false,
  };
  return new Map(Object.entries(values).map(([path, value]) => [path as SettingPath, { value, from: DEFAULTS_FROM }]));
}

/** `::` also takes IPv4, but cannot be bound on a machine without IPv6. */
function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some((each) => each.family === 'IPv6') ? '::' : '0.0.0.0';
}
