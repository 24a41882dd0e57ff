import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { examineConfig, loadConfig } from '../../src/config/load.ts';
import type { ResolvedConfig } from '../../src/config/resolved-config.ts';
import { TENSORFLOW_FLAGS } from '../../src/config/tensorflow-flag-table.ts';
import { temporaryProject, twoPlugins } from '../temporary-project.ts';

type Flags = Readonly<Record<string, string | boolean>>;

async function configOf(flags: Flags, files: Record<string, string> = {}, env: Record<string, string> = {}): Promise<ResolvedConfig> {
  const cwd = await temporaryProject({ ...twoPlugins(), ...files });
  return (await loadConfig({ cwd, env, flags: { model_base_path: '/models/m', ...flags } })).config;
}

async function faultsOf(flags: Flags): Promise<readonly string[]> {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.json': '{"models":[]}' });
  return (await examineConfig({ cwd, flags })).faults.map(formatFault);
}

it('serves the one model of model_name and model_base_path', async () => {
  expect((await configOf({ model_name: 'half_plus_two' })).models).toEqual([
    { name: 'half_plus_two', path: '/models/m', platform: undefined, versions: { kind: 'latest', count: 1 }, labels: new Map(), batching: {}, options: {}, logging: undefined },
  ]);
  expect((await configOf({})).models[0]?.name).toBe('default');
});

it('binds any address and keeps REST off, as TensorFlow Serving does, and retries like it', async () => {
  const config = await configOf({});
  expect(['::', '0.0.0.0']).toContain(config.grpc.host);
  expect(config.rest).toMatchObject({ enabled: false, timeoutMs: 30_000, cors: false });
  expect(config).toMatchObject({ maxLoadRetries: 5, loadRetryIntervalMs: 60_000, warmup: true });
  expect(config.grpc).toMatchObject({ enabled: true, port: 8500 });
});

describe('each flag has its meaning', () => {
  it.each<[Flags, object]>([
    [{ port: '9500' }, { grpc: { port: 9500 } }],
    [{ rest_api_port: '9501' }, { rest: { enabled: true, port: 9501 } }],
    [{ rest_api_port: '0' }, { rest: { enabled: false } }],
    [{ rest_api_timeout_in_ms: '-5' }, { rest: { timeoutMs: 0 } }],
    [{ rest_api_timeout_in_ms: '1500' }, { rest: { timeoutMs: 1500 } }],
    [{ rest_api_enable_cors_support: true }, { rest: { cors: true } }],
    [{ rest_api_enable_cors_support: 'false' }, { rest: { cors: false } }],
    [{ max_num_load_retries: '0' }, { maxLoadRetries: 0 }],
    [{ max_num_load_retries: '-1' }, { maxLoadRetries: 0 }],
    [{ load_retry_interval_micros: '2500' }, { loadRetryIntervalMs: 3 }],
    [{ load_retry_interval_micros: '-1' }, { loadRetryIntervalMs: 0 }],
    [{ num_load_threads: '0' }, { maxConcurrentLoads: 1 }],
    [{ num_load_threads: '8' }, { maxConcurrentLoads: 8 }],
    [{ file_system_poll_wait_seconds: '2' }, { pollIntervalMs: 2000 }],
    [{ file_system_poll_wait_seconds: '0' }, { pollIntervalMs: 0 }],
    [{ enable_model_warmup: 'false' }, { warmup: false }],
    [{ num_unload_threads: '0' }, { maxConcurrentUnloads: 1 }],
    [{ num_unload_threads: '3' }, { maxConcurrentUnloads: 3 }],
    [{ model_config_file_poll_wait_seconds: '5' }, { reloadPollIntervalMs: 5000 }],
    [{ model_config_file_poll_wait_seconds: '-1' }, { reloadPollIntervalMs: 0 }],
    [{ allow_version_labels_for_unavailable_models: true }, { allowLabelsForUnavailableVersions: true }],
    [{ use_alts_credentials: 'false' }, { grpc: { enabled: true } }],
    [{ 'manager-policy': 'resource-preserving' }, { policy: 'resource-preserving' }],
    [{ compat: 'strict' }, { listensWhenReady: true }],
    [{}, { listensWhenReady: false, maxConcurrentInitialLoads: 4 * availableParallelism(), allowLabelsForUnavailableVersions: false, reloadPollIntervalMs: 0 }],
  ])('%j', async (flags, expected) => {
    expect(await configOf(flags)).toMatchObject(expected);
  });
});

it('keeps REST on when anything else gives it a port', async () => {
  expect((await configOf({ 'rest-port': '9501' })).rest.enabled).toBe(true);
  expect((await configOf({}, {}, { SERVABLE_REST_PORT: '9501' })).rest.enabled).toBe(true);
  expect((await configOf({}, { 'serving.config.json': '{"rest":{"port":9501}}' })).rest.enabled).toBe(true);
  expect((await configOf({}, { 'serving.config.json': '{"rest":{"port":9501,"enabled":false}}' })).rest.enabled).toBe(false);
});

it('wins over the environment and the file; its defaults lose to both', async () => {
  const file = { 'serving.config.json': '{"host":"10.0.0.1","grpc":{"port":1},"models":[{"name":"other","path":"other"}]}' };
  const config = await configOf({ port: '3' }, file, { SERVABLE_GRPC_PORT: '2', SERVABLE_MANAGER_MAX_LOAD_RETRIES: '9' });
  expect(config.grpc).toMatchObject({ port: 3, host: '10.0.0.1' });
  expect(config.maxLoadRetries).toBe(9);
  expect(config.models.map(({ name }) => name)).toEqual(['default']);
});

it.each<[Flags, RegExp]>([
  [{ port: '0' }, /^--port is '0': TensorFlow Serving does not start without gRPC\. Use --no-grpc-enabled/],
  [{ port: 'x' }, /^--port is 'x': must be a whole number/],
  [{ port: '70000' }, /^--port is 70000: must be a port/],
  [{ rest_api_enable_cors_support: 'yes' }, /^--rest_api_enable_cors_support is 'yes': must be true or false/],
  [{ file_system_poll_wait_seconds: '-1' }, /^--file_system_poll_wait_seconds is '-1': .* Write 0 to look once/],
  [{ model_name: 'x' }, /^--model_base_path is missing: Both server_options\.model_base_path and server_options\.model_config_file are empty\. Add --model_base_path=/],
  [{ use_alts_credentials: true, model_base_path: '/m' }, /^--use_alts_credentials is true: ALTS works between machines of Google only\. Use --ssl_config_file$/],
  [
    { tensorflow_session_parallelism: '2', tensorflow_intra_op_parallelism: '1', model_base_path: '/m' },
    /^--tensorflow_session_parallelism is '2': Either configure server_options\.tensorflow_session_parallelism or \(.*\) separately\. You cannot configure all\./,
  ],
  [{ model_base_path: '' }, /^--model_base_path is missing/],
  [{ model_base_path: 's3://b/m' }, /^--model_base_path is 's3:\/\/b\/m': no plugin finds versions there/],
])('refuses %j', async (flags, expected) => {
  const faults = await faultsOf(flags);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(expected);
});

describe('a flag that means nothing here', () => {
  it.each<[Flags, RegExp]>([
    [{ rest_api_num_threads: '16' }, /^--rest_api_num_threads means nothing here: REST runs on the event loop/],
    [{ grpc_max_threads: '16' }, /^--grpc_max_threads means nothing here: gRPC runs on the event loop/],
    [{ flush_filesystem_caches: true }, /^--flush_filesystem_caches means nothing here: the system decides/],
    [{ tensorflow_session_parallelism: '2' }, /^--tensorflow_session_parallelism means nothing here: threads and sessions are the engine's/],
    [{ tensorflow_intra_op_parallelism: '2' }, /threads and sessions are the engine's/],
    [{ tensorflow_inter_op_parallelism: '2' }, /threads and sessions are the engine's/],
    [{ tensorflow_session_config_file: '/s' }, /threads and sessions are the engine's/],
    [{ per_process_gpu_memory_fraction: '0.5' }, /threads and sessions are the engine's/],
    [{ thread_pool_factory_config_file: '/s' }, /threads and sessions are the engine's/],
    [{ saved_model_tags: 'serve,gpu' }, /^--saved_model_tags means nothing here: the graph tagged serve is served/],
    [{ remove_unused_fields_from_bundle_metagraph: 'false' }, /only what serves a model is kept/],
    [{ prefer_tflite_model: true }, /no TFLite models are served/],
    [{ num_tflite_pools: '2' }, /no TFLite models are served/],
    [{ num_tflite_interpreters_per_pool: '2' }, /no TFLite models are served/],
    [{ xla_cpu_compilation_enabled: true }, /graphs are not compiled by XLA/],
    [{ xla_gpu_compilation_enabled: true }, /graphs are not compiled by XLA/],
    [{ enable_profiler: true }, /TensorFlow's profiler is not offered/],
    [{ mixed_precision: 'bfloat16' }, /a model runs in the precision that it is stored in/],
    [{ skip_initialize_tpu: 'false' }, /there is no TPU support/],
    [{ enable_grpc_healthcheck_service: 'false' }, /the health service is always on/],
  ])('is taken, and why it means nothing is said: %j', async (flags, expected) => {
    const cwd = await temporaryProject(twoPlugins());
    const { notes } = await loadConfig({ cwd, flags: { model_base_path: '/models/m', ...flags } });
    expect(notes).toEqual([expect.stringMatching(expected)]);
  });

  it('is not mentioned when it asks for what is done anyway', async () => {
    const cwd = await temporaryProject(twoPlugins());
    const idle = {
      flush_filesystem_caches: 'false', tensorflow_session_parallelism: '0', tensorflow_intra_op_parallelism: '0',
      tensorflow_inter_op_parallelism: '0', tensorflow_session_config_file: '', per_process_gpu_memory_fraction: '0.0',
      saved_model_tags: 'serve', remove_unused_fields_from_bundle_metagraph: true, prefer_tflite_model: 'false',
      xla_cpu_compilation_enabled: 'false', xla_gpu_compilation_enabled: '0', enable_profiler: 'false', mixed_precision: '',
      skip_initialize_tpu: true, enable_grpc_healthcheck_service: true, thread_pool_factory_config_file: '',
    };
    expect((await loadConfig({ cwd, flags: { model_base_path: '/models/m', ...idle } })).notes).toEqual([]);
  });

  it('is refused with a value of another kind', async () => {
    expect(await faultsOf({ per_process_gpu_memory_fraction: 'half' })).toEqual([
      "--per_process_gpu_memory_fraction is 'half': must be a number. Write --per_process_gpu_memory_fraction=0.5",
    ]);
  });
});

describe('MODEL_NAME and MODEL_BASE_PATH', () => {
  const modelOf = async (env: Record<string, string>, flags: Flags = {}, files: Record<string, string> = {}): Promise<string> => {
    const cwd = await temporaryProject({ ...twoPlugins(), ...files });
    const { config, modelsFrom } = await loadConfig({ cwd, env, flags });
    return `${config.models.map(({ name, path }) => `${name} ${path}`).join()} (${modelsFrom.replace(cwd, '')})`;
  };

  it('name the model of an image, as the entry point of TensorFlow Serving does', async () => {
    expect(await modelOf({ MODEL_NAME: 'mnist', MODEL_BASE_PATH: '/data' })).toBe('mnist /data/mnist (MODEL_BASE_PATH)');
    expect(await modelOf({ MODEL_NAME: 'mnist' })).toBe('mnist /models/mnist (MODEL_BASE_PATH)');
    expect(await modelOf({ MODEL_BASE_PATH: '/data/' })).toBe('model /data/model (MODEL_BASE_PATH)');
  });

  it('fill in what flags leave out', async () => {
    expect(await modelOf({ MODEL_NAME: 'mnist', MODEL_BASE_PATH: '/data' }, { port: '8500' })).toBe('mnist /data/mnist (MODEL_BASE_PATH)');
    expect(await modelOf({ MODEL_NAME: 'mnist', MODEL_BASE_PATH: '/data' }, { model_name: 'other' })).toBe('other /data/mnist (--model_base_path)');
  });

  it('do not count where anything else says what to serve: an image sets them for everyone', async () => {
    const env = { MODEL_NAME: 'mnist', MODEL_BASE_PATH: '/data' };
    expect(await modelOf(env, { model_base_path: '/m' })).toBe('default /m (--model_base_path)');
    expect(await modelOf(env, {}, { 'serving.config.json': '{"models":[]}' })).toBe(' (serving.config.json:1:11)');
    expect(await modelOf(env, { model_config_file: 'models.config' }, { 'models.config': '' })).toBe(' (--model_config_file=models.config)');
  });

  it('do not change where the server listens', async () => {
    const cwd = await temporaryProject(twoPlugins());
    expect((await loadConfig({ cwd, env: { MODEL_NAME: 'mnist' } })).config).toMatchObject({ grpc: { host: '127.0.0.1' }, rest: { enabled: true } });
  });
});

/** All of `tensorflow_model_server` but `--version`. Source: TF Serving, `model_servers/main.cc`. */
const ALL_FLAGS = [
  'port', 'grpc_socket_path', 'rest_api_port', 'rest_api_num_threads', 'rest_api_timeout_in_ms',
  'rest_api_enable_cors_support', 'enable_batching', 'allow_version_labels_for_unavailable_models',
  'batching_parameters_file', 'enable_per_model_batching_parameters', 'model_config_file',
  'model_config_file_poll_wait_seconds', 'model_name', 'model_base_path', 'num_load_threads', 'num_unload_threads',
  'max_num_load_retries', 'load_retry_interval_micros', 'file_system_poll_wait_seconds', 'flush_filesystem_caches',
  'tensorflow_session_parallelism', 'tensorflow_session_config_file', 'tensorflow_intra_op_parallelism',
  'tensorflow_inter_op_parallelism', 'use_alts_credentials', 'ssl_config_file', 'platform_config_file',
  'per_process_gpu_memory_fraction', 'saved_model_tags', 'grpc_channel_arguments', 'grpc_max_threads',
  'enable_model_warmup', 'num_request_iterations_for_warmup', 'monitoring_config_file',
  'remove_unused_fields_from_bundle_metagraph', 'prefer_tflite_model', 'num_tflite_pools',
  'num_tflite_interpreters_per_pool', 'enable_signature_method_name_check', 'xla_cpu_compilation_enabled',
  'xla_gpu_compilation_enabled', 'enable_profiler', 'thread_pool_factory_config_file', 'mixed_precision',
  'skip_initialize_tpu', 'enable_grpc_healthcheck_service', 'enable_serialization_as_tensor_content',
];

it('knows every flag of tensorflow_model_server, and no other', () => {
  expect([...TENSORFLOW_FLAGS.keys()].toSorted()).toEqual(ALL_FLAGS.toSorted());
});
