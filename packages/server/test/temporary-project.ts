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
