import { parseModelName, type Logger, type Plugin, silentLogger } from '@servable/core';
import { type FakeLoaderPlugin, fakeLoader, type FakeLoaderPluginOptions } from '@servable/plugin-testing';
import { compose, type RunningServer } from '../../src/compose.ts';
import type { ResolvedConfig, ResolvedModel } from '../../src/config/resolved-config.ts';
import { RawGrpcClient } from './grpc-client.ts';
import { rawRequest, type RawRequest, type RawResponse } from './raw-http.ts';
import { type TestSource, testSource, type TestSourceOptions } from './test-source.ts';

/** A whole server on free ports, with a source and loaders in the test's hands. */
export interface ServerFixture {
  readonly server: RunningServer;
  readonly source: TestSource;
  readonly loader: FakeLoaderPlugin;
  readonly rest: string;
  readonly grpc: RawGrpcClient;
  readonly get: (target: string) => Promise<RawResponse>;
  readonly post: (target: string, body: string | Uint8Array, headers?: RawRequest['headers']) => Promise<RawResponse>;
  close(): Promise<void>;
}

export interface ServerFixtureOptions {
  /** Names of models on platform `fake`. Default: `m`. */
  readonly models?: readonly (string | Partial<ResolvedModel>)[];
  readonly loader?: FakeLoaderPluginOptions;
  readonly source?: TestSourceOptions;
  readonly plugins?: readonly Plugin[];
  readonly config?: Partial<ResolvedConfig>;
  readonly rest?: Partial<ResolvedConfig['rest']>;
  readonly grpc?: Partial<ResolvedConfig['grpc']>;
  readonly logger?: Logger;
}

const LISTENER = { enabled: true, host: '127.0.0.1', port: 0, maxBodyBytes: 256 * 2 ** 20, tls: undefined };
/** gRPC on a free port. */
export const GRPC_LISTENER: ResolvedConfig['grpc'] = { ...LISTENER, tensorContent: false, tcp: true, socketPath: undefined, channelArguments: {} };

export async function startServer(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const source = testSource(options.source);
  const loader = fakeLoader(options.loader);
  const config = resolvedConfig([source.plugin, loader, ...(options.plugins ?? [])], options);
  const server = await compose(config, options.logger ?? silentLogger);
  const grpc = new RawGrpcClient(server.addresses.grpc ?? '');
  const rest = server.addresses.rest ?? '';
  return {
    server,
    source,
    loader,
    rest,
    grpc,
    get: (target) => rawRequest(rest, { target }),
    post: (target, body, headers = {}) => rawRequest(rest, { method: 'POST', target, body, headers }),
    async close() {
      grpc.close();
      await server.close();
    },
  };
}

/** A server whose models have version 1 ready. */
export async function startReadyServer(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startServer(options);
  const names = (options.models ?? ['m']).map((model) => modelOf(model).name);
  for (const name of names) fixture.source.aspire(name, [1]);
  await fixture.server.manager.states.waitUntilReady(names);
  return fixture;
}

/** A config of plain values, for a server on free ports. */
export function resolvedConfig(plugins: readonly Plugin[] = [], options: ServerFixtureOptions = { models: [] }): ResolvedConfig {
  return {
    plugins,
    models: (options.models ?? ['m']).map(modelOf),
    rest: { ...LISTENER, timeoutMs: 30_000, cors: false, maxJsonDepth: 64, ...options.rest },
    grpc: { ...GRPC_LISTENER, ...options.grpc },
    compat: 'default',
    listensWhenReady: false,
    validation: 'engine',
    checkMethodName: false,
    policy: 'availability-preserving',
    ramLimitBytes: undefined,
    maxConcurrentLoads: 4,
    maxConcurrentInitialLoads: 4,
    maxConcurrentUnloads: undefined,
    batchingFromVersionFiles: false,
    reloadPollIntervalMs: 0,
    allowLabelsForUnavailableVersions: true,
    maxLoadRetries: 0,
    loadRetryIntervalMs: 0,
    pollIntervalMs: undefined,
    batching: false,
    warmup: true,
    warmupIterations: 1,
    metrics: { enabled: true, tensorflowPath: undefined },
    log: { level: 'silent', format: 'json' },
    drainTimeoutMs: 10_000,
    drainDelayMs: 0,
    ...options.config,
  };
}

/** A model on platform `fake`, with what is given. */
export function modelOf(model: string | Partial<ResolvedModel>): ResolvedModel {
  const given = typeof model === 'string' ? { name: parseModelName(model) } : model;
  const name = given.name ?? parseModelName('m');
  return { name, path: `test://${name}`, platform: 'fake', versions: { kind: 'all' }, labels: new Map(), batching: {}, options: {}, logging: undefined, ...given };
}
