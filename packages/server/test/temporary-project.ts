import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with these files, by relative name, that goes when the test ends; a name that ends in `/` is an empty folder. */
export async function temporaryProject(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'servable-project-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, text);
  }
  return folder;
}

export interface PluginPackage {
  readonly keywords?: readonly string[];
  readonly source: string;
  readonly exports?: unknown;
}

/** Files of an installed package under `node_modules`. */
export function installedPackage(name: string, { keywords = ['servable-plugin'], source, exports = './index.js' }: PluginPackage): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', type: 'module', keywords, exports }),
    [`node_modules/${name}/index.js`]: source,
  };
}

/** A loader that claims version folders with a file of this extension. */
export function loaderSource(platform: string, extension: string): string {
  return `
import { readdir } from 'node:fs/promises';
export default (defaults = {}) => ({
  kind: 'loader',
  apiVersion: 1,
  platform: ${JSON.stringify(platform)},
  platformAliases: [${JSON.stringify(`${platform}-alias`)}],
  defaults,
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { threads: { type: 'integer', minimum: 1 }, device: { enum: ['cpu', 'cuda'] } },
  },
  detect: async (directory) => (await readdir(directory).catch(() => [])).some((name) => name.endsWith(${JSON.stringify(extension)})),
  create() { throw new Error('not made for loading'); },
});
`;
}

/** A source for these schemes that finds nothing. */
export function sourceSource(name: string, schemes: readonly string[]): string {
  return `
export default () => ({
  kind: 'source',
  apiVersion: 1,
  name: ${JSON.stringify(name)},
  schemes: ${JSON.stringify(schemes)},
  create: () => ({ monitor() {}, async refresh() {}, async close() {} }),
});
`;
}

/** The two plugins that most tests need, installed and listed as dependencies. */
export function twoPlugins(): Record<string, string> {
  return {
    'package.json': JSON.stringify({ type: 'module', dependencies: { 'acme-loader': '1', 'acme-source': '1' } }),
    ...installedPackage('acme-loader', { source: loaderSource('acme', '.acme') }),
    ...installedPackage('acme-source', { source: sourceSource('acme-source', ['file', 'acme']) }),
  };
}

/**
 * A loader of `model.acme`, a JSON file that says how it behaves: `{ "fail": "why" }`, `{ "ramBytes": 5 }`, `{ "notes": [] }`. It
 * answers `y = x / 2 + 2`. `closed` on the global object counts calls of the plugin's `close`.
 */
const WORKING_LOADER = `
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
const spec = { dtype: 'FP32', shape: ['batch', 2], graphName: 'x:0' };
const signature = {
  methodName: 'tensorflow/serving/predict', batching: 'rows', defaults: new Map(),
  inputs: new Map([['x', spec]]), outputs: new Map([['y', { dtype: 'FP32', shape: ['batch', 2] }]]),
};
const signatures = new Map([['serving_default', signature]]);
const read = async (path) => JSON.parse(await readFile(join(path, 'model.acme'), 'utf8'));
const run = (_name, inputs) => {
  const x = inputs.get('x');
  return new Map([['y', { dtype: 'FP32', shape: x.shape, data: x.data.map((value) => value / 2 + 2) }]]);
};
export default () => ({
  kind: 'loader', apiVersion: 1, platform: 'acme',
  optionsSchema: { type: 'object', additionalProperties: false, properties: { threads: { type: 'integer', minimum: 1 } } },
  detect: async (directory) => (await readdir(directory).catch(() => [])).includes('model.acme'),
  inspect: async ({ path }) => {
    const { notes = [], facts = [] } = await read(path);
    return { signatures, facts, notes };
  },
  create: ({ path }) => ({
    estimate: async () => ({ ramBytes: (await read(path)).ramBytes ?? 2048 }),
    load: async () => {
      const { fail } = await read(path);
      if (fail !== undefined) throw new Error(fail);
      return { signatures, executor: { id: 'acme', maxConcurrentRuns: 1 }, run };
    },
    unload: async () => {},
  }),
  close: async () => { globalThis.acmeClosed = (globalThis.acmeClosed ?? 0) + 1; },
});
`;

/** A source that looks once at numbered folders. */
const WORKING_SOURCE = `
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
const look = async ({ name, path, selector }, sink) => {
  let names;
  try { names = await readdir(path); } catch (error) { sink.report(name, error); return; }
  const all = names.filter((each) => /^\\d+$/.test(each)).map(BigInt).sort((a, b) => (a < b ? 1 : -1));
  const wanted = selector.kind === 'latest' ? all.slice(0, selector.count) : all;
  sink.aspire({ name, versions: wanted.map((version) => ({ version, value: { path: join(path, String(version)) } })) });
};
export default () => ({
  kind: 'source', apiVersion: 1, name: 'acme-source', schemes: ['file'],
  create: ({ sink }) => {
    let looks = Promise.resolve();
    return {
      monitor(models) { looks = Promise.all(models.map((model) => look(model, sink))); },
      async refresh() { await looks; },
      async close() { await looks; },
    };
  },
});
`;

/** Plugins that really serve, installed and among the dependencies. */
export function workingPlugins(): Record<string, string> {
  return {
    'package.json': JSON.stringify({ type: 'module', dependencies: { 'acme-loader': '1', 'acme-source': '1' } }),
    ...installedPackage('acme-loader', { source: WORKING_LOADER }),
    ...installedPackage('acme-source', { source: WORKING_SOURCE }),
  };
}
