import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ServingError } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/config/config-fault.ts';
import { importDefault } from '../../src/config/import-module.ts';
import { type ConfigReport, examineConfig, loadConfig } from '../../src/config/load.ts';
import { installedPackage, loaderSource, sourceSource, temporaryProject, twoPlugins } from '../temporary-project.ts';

const MODELS = [{ name: 'mnist', path: './models/mnist', platform: 'acme', versions: { latest: 2 }, labels: { stable: 3 }, options: { threads: 2 } }];
const PLUGINS = ['acme-loader', ['acme-source', {}]];

const CONFIGS: Readonly<Record<string, string>> = {
  'serving.config.json': JSON.stringify({ plugins: PLUGINS, models: MODELS, rest: { port: 9001 } }),
  'serving.config.yaml': `
plugins: [acme-loader, [acme-source, {}]]
models:
  - name: mnist
    path: ./models/mnist
    platform: acme
    versions: { latest: 2 }
    labels: { stable: 3 }
    options: { threads: 2 }
rest: { port: 9001 }
`,
  'serving.config.js': `
import loader from 'acme-loader';
import source from 'acme-source';
export default { plugins: [loader(), source()], models: ${JSON.stringify(MODELS)}, rest: { port: 9001 } };
`,
  'serving.config.ts': `
import loader from 'acme-loader';
import source from 'acme-source';
const port: number = 9001;
export default { plugins: [loader(), source()], models: ${JSON.stringify(MODELS)}, rest: { port } };
`,
};

async function errorOf(promise: Promise<unknown>): Promise<ServingError> {
  try {
    await promise;
  } catch (error) {
    if (ServingError.is(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe.each(Object.keys({ ...CONFIGS, 'serving.config.mjs': '', 'serving.config.mts': '', 'serving.config.yml': '' }))('%s', (name) => {
  it('gives the same config as in any other form', async () => {
    const text = CONFIGS[name] ?? CONFIGS[name.replace('.m', '.').replace('.yml', '.yaml')] ?? '';
    const cwd = await temporaryProject({ ...twoPlugins(), [name]: text });
    const { config, file, modelsFrom } = await loadConfig({ cwd });
    expect(file).toBe(join(cwd, name));
    expect(modelsFrom).toContain(name);
    expect(config.models).toEqual([
      {
        name: 'mnist',
        path: join(cwd, 'models/mnist'),
        platform: 'acme',
        versions: { kind: 'latest', count: 2 },
        labels: new Map([['stable', 3n]]),
        batching: {},
        options: { threads: 2 },
      },
    ]);
    expect(config.plugins.map((plugin) => plugin.kind)).toEqual(['loader', 'source']);
    expect(config.rest).toEqual({
      enabled: true, host: '127.0.0.1', port: 9001, cors: false, timeoutMs: 30_000, maxBodyBytes: 268_435_456, maxJsonDepth: 64, tls: undefined,
    });
    expect(config.grpc).toEqual({
      enabled: true, host: '127.0.0.1', port: 8500, maxBodyBytes: 268_435_456, tensorContent: false, tcp: true, socketPath: undefined, channelArguments: {}, tls: undefined,
    });
  });
});

it('runs TypeScript through jiti where Node does not run it', async () => {
  const cwd = await temporaryProject({ 'c.ts': 'enum Port { rest = 9001 }\nexport default { rest: { port: Port.rest as number } };\n' });
  expect(await importDefault(join(cwd, 'c.ts'), { hasNativeTypescript: false })).toEqual({ rest: { port: 9001 } });
});

it('serves a package whose exports have only an import condition', async () => {
  const files = installedPackage('esm-only', { source: loaderSource('esm', '.esm'), exports: { '.': { import: './index.js' } } });
  const cwd = await temporaryProject({ ...twoPlugins(), ...files, 'serving.config.json': JSON.stringify({ plugins: ['esm-only', 'acme-source'], models: [] }) });
  const { config } = await loadConfig({ cwd });
  expect(config.plugins[0]).toMatchObject({ kind: 'loader', platform: 'esm' });
});

it('gives a plugin the options beside its name', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.json': JSON.stringify({ plugins: [['acme-loader', { threads: 7 }]], models: [] }) });
  expect((await loadConfig({ cwd })).config.plugins[0]).toMatchObject({ defaults: { threads: 7 } });
});

it('takes a plugin from a file beside the config', async () => {
  const cwd = await temporaryProject({
    'package.json': '{"type":"module"}',
    'plugins/mine.js': loaderSource('mine', '.mine'),
    'serving.config.yaml': 'plugins: [./plugins/mine.js]\nmodels: []\n',
  });
  expect((await loadConfig({ cwd })).config.plugins[0]).toMatchObject({ platform: 'mine' });
});

it('looks for plugins and models from the folder of the config, not the current one', async () => {
  const cwd = await temporaryProject({ ...Object.fromEntries(Object.entries(twoPlugins()).map(([name, text]) => [`deploy/${name}`, text])), 'deploy/serving.config.json': CONFIGS['serving.config.json'] ?? '' });
  const { config } = await loadConfig({ cwd, file: 'deploy/serving.config.json' });
  expect(config.models[0]?.path).toBe(join(cwd, 'deploy/models/mnist'));
});

it('uses the plugins among the dependencies when the config lists none', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.json': '{"models":[]}' });
  const { config, pluginsFrom } = await loadConfig({ cwd });
  expect(config.plugins.map((plugin) => (plugin.kind === 'loader' ? plugin.platform : plugin.name))).toEqual(['acme', 'acme-source']);
  expect(pluginsFrom).toBe('dependencies in package.json');
});

it.each([
  ['gs://bucket/m', 'gs://bucket/m'],
  ['file:///srv/m%20x', '/srv/m x'],
  ['/srv/m', '/srv/m'],
])('keeps the path %s as %s', async (path, expected) => {
  const cwd = await temporaryProject({
    'package.json': '{}',
    ...installedPackage('any', { source: sourceSource('any', ['file', 'gs']) }),
    'serving.config.json': JSON.stringify({ plugins: ['any'], models: [{ name: 'm', path }] }),
  });
  expect((await loadConfig({ cwd })).config.models[0]?.path).toBe(expected);
});

it('names every config file when there are several', async () => {
  const cwd = await temporaryProject({ 'serving.config.json': '{}', 'serving.config.yaml': '' });
  const error = await errorOf(loadConfig({ cwd }));
  expect(error.code).toBe('SRV_CONFIG_FILE_AMBIGUOUS');
  expect(error.message).toContain('serving.config.json, serving.config.yaml');
  expect(error.message).toContain('--config');
});

it('says that the file of --config is not there', async () => {
  const cwd = await temporaryProject({});
  const error = await errorOf(loadConfig({ cwd, file: 'nope.json' }));
  expect(error.code).toBe('SRV_CONFIG_FILE_MISSING');
  expect(error.message).toContain(join(cwd, 'nope.json'));
});

it('takes the file from SERVABLE_CONFIG when no flag says one', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'other.json': CONFIGS['serving.config.json'] ?? '' });
  expect((await loadConfig({ cwd, env: { SERVABLE_CONFIG: 'other.json' } })).file).toBe(join(cwd, 'other.json'));
});

describe('a file that cannot be read says where', () => {
  it.each([
    ['serving.config.json', '{\n  "rest": {,}\n}', /serving\.config\.json:2:12: Expected property name/],
    ['serving.config.json', '{\n  "rest": {}', /serving\.config\.json:2:\d+: /],
    ['serving.config.json', '{\n  "models": [],\n  "models": []\n}', /serving\.config\.json:3:3: a name stands twice in one object: remove one/],
    ['serving.config.json', '', /serving\.config\.json:1:1: Unexpected end of JSON input/],
    ['serving.config.yaml', 'rest:\n  port: [1\nmodels: 2\n', /serving\.config\.yaml:3:\d+: /],
    ['serving.config.yaml', 'rest: {port: 1}\nrest: {port: 2}\n', /serving\.config\.yaml:2:1: Map keys must be unique/],
    ['serving.config.mjs', 'export default {\n  a: 1,\n  b: = 2,\n};\n', /serving\.config\.mjs:3:\d+: /],
    ['serving.config.mjs', 'const a = undefined;\n\nexport default { x: a.b };\n', /serving\.config\.mjs:3:\d+: TypeError: Cannot read properties/],
    ['serving.config.mjs', '\nimport x from "not-there";\nexport default x;\n', /serving\.config\.mjs:2: cannot find 'not-there': run npm install not-there/],
    ['serving.config.mjs', 'import x from "@acme/x/sub";\nexport default x;\n', /serving\.config\.mjs:1: cannot find '@acme\/x.*': run npm install @acme\/x$/],
    ['serving.config.mjs', 'export const config = {};\n', /serving\.config\.mjs: has no default export/],
  ])('%s %j', async (name, text, expected) => {
    const cwd = await temporaryProject({ [name]: text });
    const error = await errorOf(loadConfig({ cwd }));
    expect(error.code).toBe('SRV_CONFIG_FILE_UNREADABLE');
    expect(error.message).toMatch(expected);
  });

  it.each([
    ['export default {\n  a: 1,\n  b: = 2,\n};\n', /c\.ts:3:\d+: /],
    ['const a: any = undefined;\n\nexport default { x: a.b };\n', /c\.ts:3:\d+: TypeError/],
    ['\nimport x from "not-there";\nexport default x;\n', /c\.ts:2: cannot find 'not-there'/],
  ])('through jiti too: %j', async (text, expected) => {
    const cwd = await temporaryProject({ 'c.ts': text });
    const error = await errorOf(importDefault(join(cwd, 'c.ts'), { hasNativeTypescript: false }));
    expect(error.message).toMatch(expected);
  });

  it('refuses another extension', async () => {
    const cwd = await temporaryProject({ 'config.toml': '' });
    expect((await errorOf(loadConfig({ cwd, file: 'config.toml' }))).message).toContain('use .ts');
  });
});

async function faultsOf(content: object, request: object = {}, extra: Record<string, string> = {}): Promise<readonly string[]> {
  const cwd = await temporaryProject({ ...twoPlugins(), ...extra, 'serving.config.json': JSON.stringify(content) });
  const report = await examineConfig({ cwd, ...request });
  return linesOf(report);
}

const linesOf = (report: ConfigReport): readonly string[] => report.faults.map(formatFault);

describe('what a schema cannot see is a fault too', () => {
  const model = { name: 'a', path: 'a' };
  it.each([
    [{ models: [model, { ...model, path: 'b' }] }, /models\[1\]\.name is 'a': is the name of models\[0\] too\. Give each/],
    [{ models: [{ ...model, platform: 'acmee' }] }, /models\[0\]\.platform is 'acmee': no plugin serves this platform\. Did you mean 'acme'\?/],
    [{ models: [{ ...model, platform: 'zzz' }] }, /The plugins at hand serve acme, acme-alias/],
    [{ models: [{ ...model, path: 's3://x/y' }] }, /models\[0\]\.path is 's3:\/\/x\/y': no plugin finds versions there\. The plugins at hand watch acme, file/],
    [{ models: [{ ...model, path: 'gs://x/y' }] }, /Install @servable\/source-gcs/],
    [{ models: [{ ...model, path: 'file://host/y' }] }, /models\[0\]\.path is 'file:\/\/host\/y': File URL host/],
    [{ models: [{ ...model, platform: 'acme', options: { threads: 0 } }] }, /models\[0\]\.options\.threads is 0: must be >= 1/],
    [{ models: [{ ...model, platform: 'acme-alias', options: { thread: 1 } }] }, /models\[0\]\.options\.thread is not a known name\. Did you mean 'threads'\?/],
    [{ models: [{ ...model, platform: 'acme', options: { device: 'gpu' } }] }, /models\[0\]\.options\.device is 'gpu': must be one of 'cpu', 'cuda'/],
    [{ models: [{ ...model, versions: { specific: [3, '4'] }, labels: { stable: 3, canary: 5 } }] }, /labels\.canary is 5: is none of the versions.*one of 3, 4/],
    [{ models: [], rest: { port: 9000 }, grpc: { port: 9000 } }, /grpc\.port is 9000: is the port of REST too/],
    [{ rest: { port: 9000 } }, /models is missing\. Add models/],
    [{ models: [], plugins: ['not-installed'] }, /plugins\[0\] is 'not-installed': Plugin 'not-installed' is not installed .* npm install not-installed/],
    [{ models: [], plugins: ['acme-loader', 'acme-loader'] }, /plugins Both 'acme' and 'acme' serve platform 'acme'/],
  ])('%j', async (content, expected) => {
    const lines = await faultsOf(content);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
    expect(lines[0]).toMatch(/^serving\.config\.json:1:\d+: /);
  });
});

it('refuses a server that listens to nothing', async () => {
  const lines = await faultsOf({ models: [], rest: { enabled: false } }, { flags: { 'grpc-enabled': 'false' } });
  expect(lines).toEqual(['rest.enabled and grpc.enabled is false: nobody could call a model. Enable one of them']);
});

it('says the line and column of a fault in YAML', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.yaml': 'models:\n  - name: a\n    path: a\n    versions:\n      latest: 0\n' });
  const [line] = linesOf(await examineConfig({ cwd }));
  expect(line).toBe('serving.config.yaml:5:15: models[0].versions.latest is 0: must be a whole number of versions from 1 up. Write 1');
});

it('says the flag or the variable that a wrong value came from', async () => {
  const lines = await faultsOf({ models: [] }, { flags: { 'rest-port': 'abc', 'log-level': 'loud' }, env: { SERVABLE_GRPC_PORT: '70000', SERVABLE_WARMUP: 'si' } });
  expect(lines).toEqual([
    "--rest-port is 'abc': must be a port: a whole number from 0 to 65535. Write 8501",
    "--log-level is 'loud': must be one of 'debug', 'info', 'warn', 'error', 'silent'",
    'SERVABLE_GRPC_PORT is 70000: must be a port: a whole number from 0 to 65535. Write 8500',
    "SERVABLE_WARMUP is 'si': must be true or false. Write false",
  ]);
});

it('notes variables that are probably misspelt, and those that Kubernetes sets', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.json': '{"models":[]}' });
  const env = { SERVABLE_REST_PROT: '1', SERVABLE_REST_PORT: 'tcp://10.0.0.1:80', SERVABLE_SERVICE_HOST_OF_ANOTHER: 'x', SERVABLE_LIBTENSORFLOW: '/lib', PATH: '/bin' };
  const { notes, config } = await loadConfig({ cwd, env });
  expect(notes).toEqual([
    'SERVABLE_REST_PROT is ignored: did you mean SERVABLE_REST_PORT?',
    "SERVABLE_REST_PORT is ignored: 'tcp://10.0.0.1:80' was set by Kubernetes for a service",
  ]);
  expect(config.rest.port).toBe(8501);
});

it('throws all faults in one error, one a line', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.json': '{"models":[{}], "rest": 1}' });
  const error = await errorOf(loadConfig({ cwd, flags: { 'grpc-port': 'x' } }));
  expect(error.code).toBe('SRV_CONFIG_INVALID');
  expect(messageOf(error).split('\n')).toHaveLength(4);
});

it('says what to do where there is nothing to serve', async () => {
  const cwd = await temporaryProject({});
  expect(linesOf(await examineConfig({ cwd }))).toEqual([
    'No models: there is no serving.config.* in this folder. Write one, or give a folder of models: servable serve ./models',
  ]);
});

it('serves a folder under links to folders', async () => {
  const cwd = await temporaryProject({ ...twoPlugins(), 'store/mnist/1/model.acme': '', 'models/': '' });
  await symlink(join(cwd, 'store/mnist'), join(cwd, 'models/digits'));
  expect((await loadConfig({ cwd, folder: 'models' })).config.models.map(({ name }) => name)).toEqual(['digits']);
});

it('leaves nothing behind in the folder of a config that jiti compiled', async () => {
  const cwd = await temporaryProject({ 'c.ts': 'export default 1 as number' });
  await importDefault(join(cwd, 'c.ts'), { hasNativeTypescript: false });
  await expect(readFile(join(cwd, 'node_modules'))).rejects.toThrow('ENOENT');
});

it('takes batching of the server and of a model, and tells what does not fit together', async () => {
  const cwd = await temporaryProject({
    ...twoPlugins(),
    'serving.config.json': JSON.stringify({
      plugins: ['acme-loader', 'acme-source'],
      batching: { maxBatchSize: 64 },
      models: [
        { name: 'own', path: 'own', batching: { maxBatchSize: 8, allowedBatchSizes: [4, 8] } },
        { name: 'none', path: 'none', batching: false },
      ],
    }),
    'wrong.json': JSON.stringify({
      plugins: ['acme-loader', 'acme-source'],
      models: [
        { name: 'a', path: 'a', batching: { allowedBatchSizes: [4, 8] } },
        { name: 'b', path: 'b', batching: { maxBatchSize: 16, allowedBatchSizes: [4, 8] } },
      ],
    }),
  });
  const { config } = await loadConfig({ cwd, file: join(cwd, 'serving.config.json') });
  expect(config.batching).toMatchObject({ maxBatchSize: 64, leaveWhenIdle: true });
  expect(config.models.map(({ batching }) => batching)).toEqual([{ maxBatchSize: 8, allowedBatchSizes: [4, 8] }, false]);
  const { faults } = await examineConfig({ cwd, file: join(cwd, 'wrong.json') });
  expect(faults).toMatchObject([
    { path: 'models[0].batching.allowedBatchSizes', problem: 'is given without maxBatchSize', cure: 'Add maxBatchSize beside it' },
    { path: 'models[1].batching.allowedBatchSizes', found: '[4,8]', cure: expect.stringContaining('last entry must match maxBatchSize') as string },
  ]);
});
