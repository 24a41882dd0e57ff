import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { examineConfig, loadConfig } from '../../src/config/load.ts';
import type { ResolvedConfig } from '../../src/config/resolved-config.ts';
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
    { name: 'half_plus_two', path: '/models/m', platform: undefined, versions: { kind: 'latest', count: 1 }, labels: new Map(), batching: {}, options: {} },
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
  [{ model_config_file: '/m' }, /^--model_config_file is '\/m': is a flag of TensorFlow Serving that is not supported yet\. Remove --model_config_file/],
  [{ enable_batching: true }, /^--enable_batching is true: .* not supported yet/],
  [{ model_name: 'x' }, /^--model_base_path is missing\. Add --model_base_path=/],
  [{ model_base_path: '' }, /^--model_base_path is missing/],
  [{ model_base_path: 's3://b/m' }, /^--model_base_path is 's3:\/\/b\/m': no plugin finds versions there/],
])('refuses %j', async (flags, expected) => {
  const faults = await faultsOf(flags);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(expected);
});
