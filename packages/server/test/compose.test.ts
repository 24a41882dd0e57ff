import { defineLoader, definePlugin, parseModelName, parseVersion, servableError } from '@servable/core';
import { collectLogger, fakeLoader, fakeServable } from '@servable/plugin-testing';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { startReadyServer, startServer, type ServerFixture, type ServerFixtureOptions } from './support/server-fixture.ts';

const fixtures: ServerFixture[] = [];
afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
});

async function started(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startServer(options);
  fixtures.push(fixture);
  return fixture;
}

async function ready(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startReadyServer(options);
  fixtures.push(fixture);
  return fixture;
}

const M = parseModelName('m');

it('answers a REST predict from a model that a source found', async () => {
  const { post } = await ready();
  const response = await post('/v1/models/m:predict', '{"instances": [1.0, 2.0, 5.0]}');
  expect(response.status).toBe(200);
  expect(response.body).toBe('{\n    "predictions": [2.5, 3.0, 4.5\n    ]\n}');
});

it('says 503 on /readyz, and which model is not ready and why, until every model is', async () => {
  const { source, get, loader, server } = await started({ models: ['a', 'b', 'c'], loader: { deferred: ['load'] } });
  source.aspire('a', [1]);
  source.report('b', new Error('permission denied'));
  const before = await get('/readyz');
  expect(before.status).toBe(503);
  expect(JSON.parse(before.body)).toEqual({
    ready: false,
    draining: false,
    models: [
      { model: 'a', reason: expect.stringMatching(/^version 1 is (new|loading)$/) },
      { model: 'b', reason: 'permission denied' },
      { model: 'c', reason: 'no version found yet' },
    ],
  });
  expect((await get('/livez')).status).toBe(200);
  source.aspire('b', [1]);
  source.aspire('c', [1]);
  for (const index of [0, 1, 2]) (await loader.loaderAt(index)).resolve('load');
  await server.manager.states.waitUntilReady(['a', 'b', 'c'].map(parseModelName));
  const after = await get('/readyz');
  expect([after.status, after.body, after.headers.get('content-type')]).toEqual([200, '{"ready":true}', 'application/json']);
});

it('stays ready while a new version is broken, and shows why in the status', async () => {
  const broken = servableError('SRV_TENSOR_INVALID', ['no weights']);
  const { source, get, server } = await ready({
    loader: { forArtifact: (_artifact, { id }) => (id.version === 2n ? { errors: { load: broken } } : {}) },
  });
  source.aspire('m', [2]);
  await server.manager.states.waitFor(M, parseVersion(2), ({ state }) => state === 'ended');
  expect((await get('/readyz')).status).toBe(200);
  const status: unknown = JSON.parse((await get('/v1/models/m')).body);
  expect(status).toEqual({
    model_version_status: [
      { version: '2', state: 'END', status: { error_code: 'INVALID_ARGUMENT', error_message: 'Invalid tensor: no weights' } },
      { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
    ],
  });
});

it('shows an unknown platform as the error of the version', async () => {
  const { source, get, server } = await started({ models: [{ name: M, platform: 'tensorrt' }] });
  source.aspire('m', [1]);
  await server.manager.states.waitFor(M, parseVersion(1), ({ state }) => state === 'ended');
  expect((await get('/v1/models/m')).body).toContain("No plugin serves platform 'tensorrt'");
  expect((await get('/readyz')).body).toContain("No plugin serves platform 'tensorrt'");
});

it('finds the loader by the files when no platform is configured, and gives it the options', async () => {
  const seen: unknown[] = [];
  const claiming = fakeLoader({ platform: 'claiming' });
  const plugin = defineLoader({
    ...claiming,
    detect: (directory) => Promise.resolve(directory === '/nowhere/1'),
    create(artifact, options, context) {
      seen.push([artifact.path, options, context.id]);
      return claiming.create(artifact, options, context);
    },
  });
  const { source, get, server } = await started({ models: [{ name: M, platform: undefined, options: { a: 1 } }], plugins: [plugin] });
  source.aspire('m', [1, 2]);
  await server.manager.states.waitUntilReady([M]);
  await server.manager.states.waitFor(M, parseVersion(2), ({ state }) => state === 'ended');
  expect(seen).toEqual([['/nowhere/1', { a: 1 }, { name: 'm', version: 1n }]]);
  expect((await get('/v1/models/m/versions/2')).body).toContain('No plugin recognizes /nowhere/2');
});

it('resolves ready when models are loaded or have failed, and when one has nothing to load', async () => {
  const { server, loader } = await started({
    models: ['good', 'bad', 'absent'],
    source: { initial: { good: [1], bad: [1] } },
    loader: { forArtifact: (_artifact, { id }) => (id.name === 'bad' ? { errors: { load: new Error('broken') } } : { deferred: ['load'] }) },
  });
  let isReady = false;
  const settled = server.ready.then(() => (isReady = true));
  await server.manager.states.waitFor(parseModelName('bad'), parseVersion(1), ({ state }) => state === 'ended');
  expect(isReady).toBe(false);
  for (const index of [0, 1]) (await loader.loaderAt(index)).resolve('load');
  await settled;
  expect(server.manager.readyVersions(parseModelName('good'))).toEqual([1n]);
});

it('serves labels', async () => {
  const { source, get, post, server } = await started({ models: [{ name: M, labels: new Map([['stable', parseVersion(1)], ['canary', parseVersion(3)]]) }] });
  source.aspire('m', [1, 2]);
  await server.manager.states.waitFor(M, parseVersion(2), ({ state }) => state === 'ready');
  await server.manager.states.waitFor(M, parseVersion(1), ({ state }) => state === 'ready');
  expect((await post('/v1/models/m/labels/stable:predict', '{"instances": [1.0]}')).status).toBe(200);
  expect((await get('/v1/models/m/labels/stable/metadata')).body).toContain('"version": "1"');
  expect(JSON.parse((await post('/v1/models/m/labels/canary:predict', '{"instances": [1.0]}')).body)).toEqual({ error: 'Servable not found for request: Specific(m, 3)' });
});

it('lets hook plugins tap before anything is loaded', async () => {
  const states: string[] = [];
  const plugin = definePlugin({ name: 'watch', apply: (hooks) => hooks.stateChanged.tap('watch', ({ state }) => void states.push(state)) });
  await ready({ plugins: [plugin] });
  expect(states).toEqual(['new', 'loading', 'ready']);
});

it('turns a listener off that the config turns off', async () => {
  const { server } = await started({ rest: { enabled: false } });
  expect(Object.keys(server.addresses)).toEqual(['grpc']);
});

it.each<[string, ServerFixtureOptions, string]>([
  ['a path that no source watches', { models: [{ path: 'gs://bucket/m' }] }, 'SRV_SCHEME_UNKNOWN'],
  ['two loaders of one platform', { plugins: [fakeLoader({ platform: 'fake' })] }, 'SRV_PLUGIN_CONFLICT'],
  ['a plugin of another API', { plugins: [{ ...definePlugin({ name: 'old', apply() {} }), apiVersion: 0 }] }, 'SRV_PLUGIN_API_MISMATCH'],
])('refuses %s', async (_what, options, code) => {
  await expect(startServer(options)).rejects.toMatchObject({ code });
});

it('leaves nothing open when a port is taken', async () => {
  const other = await started();
  const port = Number(other.server.addresses.rest?.split(':')[1]);
  const closed: string[] = [];
  const plugin = definePlugin({ name: 'p', apply: (hooks) => hooks.close.tapPromise('p', () => Promise.resolve(void closed.push('hook'))) });
  await expect(startServer({ plugins: [plugin], grpc: { port } })).rejects.toMatchObject({ code: 'SRV_LISTEN_FAILED', args: ['gRPC', `127.0.0.1:${port}`, expect.any(String)] });
  expect(closed).toEqual(['hook']);
});

it('closes listeners, then sources, models, hooks and plugins, in this order, once', async () => {
  const steps: string[] = [];
  const inner = fakeLoader();
  const loader = defineLoader({ ...inner, platform: 'closing', close: () => Promise.resolve(void steps.push('plugin')) });
  const hooks = definePlugin({
    name: 'noting',
    apply({ stateChanged, close }) {
      stateChanged.tap('noting', ({ state }) => (state === 'draining' ? void steps.push('model') : undefined));
      close.tapPromise('noting', () => Promise.resolve(void steps.push('hook')));
    },
  });
  const source = { initial: { m: [1] }, onClose: () => void steps.push('source') };
  const { server, rest } = await ready({ models: [{ name: M, platform: 'closing' }], source, plugins: [loader, hooks] });
  await Promise.all([server.close(), server.close()]);
  expect(steps).toEqual(['source', 'model', 'hook', 'plugin']);
  const attempt = await new Promise((resolve) => {
    connect(Number(rest.split(':')[1]), '127.0.0.1').on('error', ({ message }) => resolve(message)).on('connect', () => resolve('connected'));
  });
  expect(attempt).toContain('ECONNREFUSED');
});

it('logs every step of a version at info with its milliseconds', async () => {
  const logger = collectLogger();
  await ready({ logger });
  const steps = logger.entries.filter(({ fields }) => 'ms' in fields);
  expect(steps.map(({ level, message }) => `${level} ${message}`)).toEqual(['info m/1 was found', 'info m/1 is loading', 'info m/1 is ready']);
});

it('logs a request at debug with its id, and one that broke something once, at error', async () => {
  const logger = collectLogger();
  const run = (): never => {
    throw new Error('boom');
  };
  const { post } = await ready({ logger, loader: { servable: () => fakeServable({ run }) } });
  const refused = await post('/v1/models/m:predict', '{"instances": []}', { 'x-request-id': 'req-7' });
  const broken = await post('/v1/models/m:predict', '{"instances": [1.0]}', { 'x-request-id': 'req-8' });
  expect([refused.status, broken.status]).toEqual([400, 500]);
  const requests = logger.entries.filter(({ fields }) => 'requestId' in fields);
  expect(requests).toMatchObject([
    { level: 'debug', fields: { requestId: 'req-7', model: 'm', version: '1', code: 'SRV_REST_V1_BODY_SHAPE' } },
    { level: 'error', fields: { requestId: 'req-8', model: 'm', code: 'SRV_INTERNAL', err: { message: 'Internal error: boom' } } },
  ]);
});
