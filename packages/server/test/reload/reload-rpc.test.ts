import { defineLoader, type GrpcCall, parseModelName, parseVersion, type ServingError, servableError } from '@servable/core';
import { create, fromBinary, toBinary } from '@servable/protos';
import { ReloadConfigRequestSchema, ReloadConfigResponseSchema } from '@servable/protos/tensorflow-serving';
import { ModelServerConfigSchema } from '@servable/protos/tensorflow-serving-config';
import { parseTextProto } from '@servable/protos/text-proto';
import fs from '@servable/source-fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ResolvedConfig } from '../../src/config/resolved-config.ts';
import { reloadConfig } from '../../src/grpc/reload-config.ts';
import type { Reloader } from '../../src/reload/reloader.ts';
import { modelsFolder, versionFolders } from '../support/model-folders.ts';
import { type ServerFixture, type ServerFixtureOptions, startServer } from '../support/server-fixture.ts';

const RELOAD = '/tensorflow.serving.ModelService/HandleReloadConfigRequest';

function requestOf(text: string, metricNames: readonly string[] = []): Uint8Array {
  const config = parseTextProto(ModelServerConfigSchema, text);
  return toBinary(ReloadConfigRequestSchema, create(ReloadConfigRequestSchema, { config, metricNames: [...metricNames] }));
}

const listOf = (...models: readonly string[]): string => `model_config_list { ${models.map((each) => `config { ${each} }`).join(' ')} }`;

interface Bench extends ServerFixture {
  readonly folder: string;
  /** A model's text: its base path is in the folder. */
  model(name: string, rest?: string): string;
  statusOf(model: string): Promise<string>;
}

async function bench(config: Partial<ResolvedConfig> = {}, options: ServerFixtureOptions = {}): Promise<Bench> {
  const folder = await modelsFolder();
  const fixture = await startServer({ models: [], plugins: [fs({ pollIntervalMs: 20, settleMs: 0 })], config, ...options });
  onTestFinished(() => fixture.close());
  return {
    ...fixture,
    folder,
    model: (name, rest = '') => `name: "${name}" base_path: "${join(folder, name)}" model_platform: "fake" ${rest}`,
    async statusOf(model) {
      const { status, body } = await fixture.get(`/v1/models/${model}`);
      if (status !== 200) return String(status);
      const { model_version_status: versions } = JSON.parse(body) as { model_version_status: readonly { version: string; state: string }[] };
      return versions.map(({ version, state }) => `${version} ${state}`).join(', ');
    },
  };
}

async function reload(on: Bench, text: string): Promise<void> {
  await on.grpc.unary(RELOAD, requestOf(text));
}

function unloaded(on: Bench, model: string, version: bigint): Promise<unknown> {
  const states = on.server.manager.states;
  return states.waitFor(parseModelName(model), parseVersion(version), ({ state }) => state === 'ended', AbortSignal.timeout(15_000));
}

describe('HandleReloadConfigRequest', () => {
  it('adds models, and answers when they can be called', async () => {
    const on = await bench();
    await versionFolders(on.folder, 'a', [1, 2]);
    await reload(on, listOf(on.model('a')));
    expect(await on.statusOf('a')).toBe('2 AVAILABLE');
    expect((await on.post('/v1/models/a:predict', '{"instances": [1.0]}')).status).toBe(200);
    expect((await on.get('/readyz')).status).toBe(200);
    expect(JSON.parse((await on.get('/v1/models')).body)).toMatchObject({ models: [{ name: 'a' }] });
  });

  it('waits for files no longer than its caller', async () => {
    const on = await bench();
    await mkdir(join(on.folder, 'empty'));
    const { hooks } = on.server.manager;
    const caller = new AbortController();
    const ended = new Promise<string>((resolve) => hooks.requestDone.tap('test', (done) => resolve(done.status)));
    hooks.requestStarted.tap('test', () => setImmediate(() => caller.abort()));
    await on.grpc.failure(RELOAD, requestOf(listOf(on.model('empty'))), { signal: caller.signal });
    expect(await ended).toBe('CANCELLED');
  });

  it('does nothing once its deadline has passed', async () => {
    const call = { signal: AbortSignal.abort(new DOMException('too late', 'TimeoutError')) } as GrpcCall;
    // Whatever is done with this reloader is another error.
    const answer = reloadConfig({ request: requestOf(listOf()), call }, { reloader: {} as Reloader, metricOf: () => 0 });
    await expect(answer).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  });

  it('answers OK, with how far metrics rose that it was asked for; 0 for those that are not there', async () => {
    const on = await bench({ metrics: { enabled: false, tensorflowPath: '/monitoring' } });
    await versionFolders(on.folder, 'a', [1]);
    const names = ['/tensorflow/cc/saved_model/load_attempt_count', '/nothing', '/tensorflow/serving/request_latency'];
    const increases = async (text: string): Promise<readonly unknown[]> => {
      const { status, metric } = fromBinary(ReloadConfigResponseSchema, await on.grpc.unary(RELOAD, requestOf(text, names)));
      expect(status).toMatchObject({ errorCode: 0, errorMessage: '' });
      return metric.map(({ name, valueIncrease }) => [name, valueIncrease.value]);
    };
    const risen = (attempts: bigint): readonly unknown[] => names.map((name, index) => [name, index === 0 ? attempts : 0n]);
    expect(await increases(listOf(on.model('a')))).toEqual(risen(1n));
    expect(await increases(listOf(on.model('a')))).toEqual(risen(0n));
  });

  it('replaces the whole list: a model that is left out goes, and is added again when it comes back', async () => {
    const on = await bench();
    for (const name of ['a', 'b']) await versionFolders(on.folder, name, [1]);
    await reload(on, listOf(on.model('a'), on.model('b')));
    await reload(on, listOf(on.model('b')));
    await unloaded(on, 'a', 1n);
    expect((await on.post('/v1/models/a:predict', '{"instances": [1.0]}')).body).toContain('Servable not found for request: Latest(a)');
    expect((await on.get('/readyz')).status).toBe(200);
    await reload(on, listOf(on.model('b'), on.model('a')));
    expect(await on.statusOf('a')).toBe('1 AVAILABLE');
  });

  it('renames a model: the same files under another name', async () => {
    const on = await bench();
    const path = await versionFolders(on.folder, 'old', [1]);
    await reload(on, listOf(on.model('old')));
    await reload(on, listOf(`name: "new" base_path: "${path}" model_platform: "fake"`));
    expect(await on.statusOf('new')).toBe('1 AVAILABLE');
    await unloaded(on, 'old', 1n);
  });

  it('moves a model: versions at its new base path take over', async () => {
    const on = await bench();
    await versionFolders(on.folder, 'm', [1]);
    const elsewhere = await versionFolders(on.folder, 'elsewhere', [2]);
    await reload(on, listOf(on.model('m')));
    await reload(on, listOf(`name: "m" base_path: "${elsewhere}" model_platform: "fake"`));
    await unloaded(on, 'm', 1n);
    expect(await on.statusOf('m')).toBe('2 AVAILABLE, 1 END');
  });

  it('changes which versions are served', async () => {
    const on = await bench();
    await versionFolders(on.folder, 'm', [1, 2, 3]);
    await reload(on, listOf(on.model('m')));
    await reload(on, listOf(on.model('m', 'model_version_policy { specific { versions: [1, 2] } }')));
    await unloaded(on, 'm', 3n);
    await vi.waitUntil(async () => (await on.statusOf('m')) === '3 END, 2 AVAILABLE, 1 AVAILABLE', { timeout: 15_000 });
  });

  it('sets, moves and removes labels', async () => {
    const on = await bench();
    await versionFolders(on.folder, 'm', [1, 2]);
    const both = 'model_version_policy { all {} }';
    const labelled = (label: string, version: number): string => on.model('m', `${both} version_labels { key: "${label}" value: ${version} }`);
    const versionBehind = async (label: string): Promise<string> => {
      const { body } = await on.get(`/v1/models/m/labels/${label}/metadata`);
      return (JSON.parse(body) as { model_spec?: { version: string }; error?: string }).model_spec?.version ?? body;
    };
    await reload(on, listOf(on.model('m', both)));
    await vi.waitUntil(async () => (await on.statusOf('m')) === '2 AVAILABLE, 1 AVAILABLE', { timeout: 15_000 });
    await reload(on, listOf(labelled('stable', 1)));
    expect(await versionBehind('stable')).toBe('1');
    await reload(on, listOf(labelled('stable', 2)));
    expect(await versionBehind('stable')).toBe('2');
    await reload(on, listOf(labelled('other', 2)));
    expect(await versionBehind('stable')).toContain('Unrecognized servable version label: stable');
  });

  it('waits for a model whose files are not there yet, as long as the caller does, and holds nobody else up', async () => {
    const on = await bench();
    await versionFolders(on.folder, 'a', [1]);
    await versionFolders(on.folder, 'late', []);
    const late = on.grpc.unary(RELOAD, requestOf(listOf(on.model('late'))));
    await vi.waitUntil(() => on.server.config.models.length === 1, { timeout: 15_000 });
    const goesAway = new AbortController();
    const never = on.grpc.outcome(RELOAD, requestOf(listOf(on.model('late'), on.model('never'))), { signal: goesAway.signal });
    await vi.waitUntil(() => on.server.config.models.length === 2, { timeout: 15_000 });
    goesAway.abort();
    expect((await never).code).toBe(1);
    await reload(on, listOf(on.model('late'), on.model('a')));
    expect(await on.statusOf('a')).toBe('1 AVAILABLE');
    await versionFolders(on.folder, 'late', [1]);
    await late;
    expect(await on.statusOf('late')).toBe('1 AVAILABLE');
  });
});

describe('HandleReloadConfigRequest is refused, and the running config stays:', () => {
  type Refusal = readonly [what: string, text: (on: Bench) => string, code: number, details: string | RegExp];
  const REFUSALS: readonly Refusal[] = [
    ['no config', () => '', 3, 'ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported'],
    ['a custom config', () => 'custom_model_config {}', 3, 'ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported'],
    ['a model twice', (on) => listOf(on.model('a'), on.model('a')), 3, 'Illegal to list model a multiple times in config list'],
    ['no base path', () => listOf('name: "a" model_platform: "fake"'), 3, 'Expected model a to have an absolute path or URI; got base_path()='],
    ['a relative base path', () => listOf('name: "a" base_path: "x/a" model_platform: "fake"'), 3, 'Expected model a to have an absolute path or URI; got base_path()=x/a'],
    [
      'platform and type',
      (on) => listOf(on.model('a', 'model_type: TENSORFLOW')),
      3,
      'Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform, model name is a',
    ],
    ['type OTHER', () => listOf('name: "a" base_path: "/a" model_type: OTHER'), 3, 'ModelServerConfig::model_type choice 2 not supported.'],
    ['an unknown platform', () => listOf('name: "a" base_path: "/a" model_platform: "faek"'), 3, 'Model a requests unsupported platform faek'],
    ['another platform of a model', (on) => listOf(on.model('m').replace('"fake"', '"second"')), 3, "Illegal to change a model's platform. For model m platform was fake and new platform requested is second"],
    [
      'a label of a version that is not there',
      (on) => listOf(on.model('m', 'version_labels { key: "stable" value: 9 }')),
      9,
      'Request to assign label to version 9 of model m, which is not currently available for inference',
    ],
    ['a scheme that no source has', () => listOf('name: "a" base_path: "s3://b/a" model_platform: "fake"'), 3, /s3:\/\/b\/a.*no plugin finds versions there/],
    ['an empty name', () => listOf('base_path: "/a" model_platform: "fake"'), 3, 'A model name cannot be empty'],
  ];

  it.each(REFUSALS)('%s', async (_what, text, code, details) => {
    const second = defineLoader({ platform: 'second', create: () => { throw new Error('not made for loading'); } });
    const on = await bench({ allowLabelsForUnavailableVersions: false }, { plugins: [fs({ pollIntervalMs: 20, settleMs: 0 }), second] });
    await versionFolders(on.folder, 'm', [1]);
    await reload(on, listOf(on.model('m')));
    const before = on.server.config;
    expect(await on.grpc.failure(RELOAD, requestOf(text(on)))).toEqual({ code, details: details instanceof RegExp ? (expect.stringMatching(details) as string) : details });
    expect(on.server.config).toBe(before);
    expect(await on.statusOf('m')).toBe('1 AVAILABLE');
    // What was wrong once does not stand in the way of what is right.
    await versionFolders(on.folder, 'other', [1]);
    await reload(on, listOf(on.model('m'), on.model('other')));
  });

  it('with compat strict, a model without platform', async () => {
    const on = await bench({ compat: 'strict' });
    expect(await on.grpc.failure(RELOAD, requestOf(listOf('name: "a" base_path: "/a"')))).toEqual({
      code: 3,
      details: 'Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform, model name is a',
    });
  });

  it('bytes that are no request', async () => {
    const on = await bench();
    expect((await on.grpc.failure(RELOAD, Uint8Array.of(0xff))).code).toBe(3);
  });
});

describe('a new model of which a version fails', () => {
  const damaged: ServingError = servableError('SRV_INTERNAL', ['damaged']);
  it("is told in TensorFlow Serving's words, and stays configured", async () => {
    const on = await bench({}, { loader: { errors: { load: damaged } } });
    await versionFolders(on.folder, 'bad', [7]);
    expect(await on.grpc.failure(RELOAD, requestOf(listOf(on.model('bad'))))).toEqual({
      code: 2,
      details: '1 model(s) did not become available: {{name: bad version: 7} due to error: INTERNAL: Internal error: damaged}, }',
    });
    expect(await on.statusOf('bad')).toBe('7 END');
    // It is no longer new: asked for again, it is not waited for.
    await reload(on, listOf(on.model('bad')));
  });
});
