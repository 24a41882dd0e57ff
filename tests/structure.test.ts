import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mayImport } from './directions.ts';
import { findCycles, importGraph, ourPackageOf } from './import-graph.ts';
import { findImports, withoutComments } from './import-scanner.ts';
import { readPackages, type SourceFile } from './workspace-packages.ts';

const MAX_LINES = 300;
const VALUES_OF_CORE = ['servable-id', 'tensor', 'errors', 'serving-error'];

const packages = readPackages();
const sources: readonly SourceFile[] = packages.flatMap((item) => item.sources);

const offenders = (isOffender: (source: SourceFile) => boolean): string[] => sources.filter(isOffender).map((source) => source.path);

it('finds the packages and their sources', () => {
  expect(packages.map((item) => item.name)).toEqual(expect.arrayContaining(['core', 'protocol', 'protos', 'server']));
  expect(sources.length).toBeGreaterThan(40);
});

describe('imports', () => {
  it('have no cycle, type imports included', () => {
    expect(findCycles(importGraph(packages))).toEqual([]);
  });

  it('finds a cycle where there is one', () => {
    const graph = new Map([['a', ['b']], ['b', ['c']], ['c', ['b']]]);
    expect(findCycles(graph)).toEqual(['b -> c -> b']);
  });

  it.each(packages)('of $name go in the written direction', ({ name, sources: files }) => {
    const wrong = files.flatMap((file) =>
      findImports(file.text)
        .map((found) => ourPackageOf(found.specifier))
        .filter((imported) => imported !== undefined)
        .filter((imported) => !mayImport(name, imported))
        .map((imported) => `${file.path} imports ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(packages)('of $name stay inside its own folder or name a package', ({ name, sources: files }) => {
    const wrong = files.flatMap((file) =>
      findImports(file.text)
        .filter((found) => found.specifier.startsWith('.'))
        .filter((found) => !new URL(found.specifier, `file:///${file.path}`).pathname.startsWith(`/packages/${name}/`))
        .map((found) => `${file.path} imports ${found.specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('of files end in .ts', () => {
    const wrong = sources.flatMap((file) =>
      findImports(file.text)
        .filter((found) => found.kind === 'static' && found.specifier.startsWith('.') && !found.specifier.endsWith('.ts'))
        .map((found) => `${file.path} imports ${found.specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('of core are tapable and nothing of Node', () => {
    const core = packages.find((item) => item.name === 'core');
    const external = (core?.sources ?? []).flatMap((file) =>
      findImports(file.text).filter((found) => found.kind !== 'augmentation' && !found.specifier.startsWith('.')),
    );
    expect([...new Set(external.map((found) => found.specifier))]).toEqual(['tapable']);
    expect(Object.keys(core?.manifest.dependencies ?? {})).toEqual(['tapable']);
  });

  it('inside core go from values to contracts to the manager', () => {
    const core = packages.find((item) => item.name === 'core');
    const wrong = (core?.sources ?? []).flatMap((file) => {
      const targets = findImports(file.text).map((found) => found.specifier);
      const isContract = !file.path.includes('/manager/') && !file.path.endsWith('/index.ts');
      const isValue = VALUES_OF_CORE.some((value) => file.path.endsWith(`/core/src/${value}.ts`));
      return targets
        .filter((target) => (isContract && target.includes('manager/')) || (isValue && !VALUES_OF_CORE.includes(target.slice(2, -3))))
        .map((target) => `${file.path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('manifests', () => {
  it.each(packages)('of $name depend in the written direction', ({ name, manifest }) => {
    const ours = [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.peerDependencies ?? {})]
      .map(ourPackageOf)
      .filter((dependency) => dependency !== undefined);
    expect(ours.filter((dependency) => !mayImport(name, dependency))).toEqual([]);
  });

  it.each(packages)('of $name list what its sources import', ({ manifest, sources: files }) => {
    const listed = { ...manifest.dependencies, ...manifest.peerDependencies };
    const imported = files.flatMap((file) =>
      findImports(file.text)
        .map((found) => found.specifier)
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map((specifier) => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')),
    );
    expect([...new Set(imported)].filter((name) => !(name in listed))).toEqual([]);
  });

  it.each(packages)('of $name say what every package of ours says', ({ name, manifest }) => {
    expect(manifest).toMatchObject({
      name: name === 'create-serving-app' ? name : `@servable/${name}`,
      type: 'module',
      license: 'Apache-2.0',
      sideEffects: false,
      engines: { node: '>=20.19' },
      exports: {
        '.': { '@servable/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
        './package.json': './package.json',
      },
    });
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'src']));
  });

  it.each(packages.filter((item) => /^(loader|source)-/.test(item.name)))('of $name make it a plugin', ({ manifest }) => {
    expect(manifest.keywords).toContain('servable-plugin');
    expect(manifest.peerDependencies).toHaveProperty('@servable/core');
    expect(manifest.dependencies ?? {}).not.toHaveProperty('@servable/core');
  });
});

describe('files', () => {
  it.each(packages)('of $name come with a README', ({ folder }) => {
    expect(existsSync(join(folder, 'README.md'))).toBe(true);
  });

  it(`have at most ${MAX_LINES} lines`, () => {
    expect(offenders((source) => source.text.split('\n').length > MAX_LINES + 1)).toEqual([]);
  });

  it('are named after what they hold', () => {
    expect(offenders((source) => /(^|\/)(utils?|types|helpers?|common|misc)(\.ts|\/)/.test(source.path))).toEqual([]);
  });

  it('print, exit and read the environment at their own places only', () => {
    const mayPrint = /^packages\/(server\/src\/(cli\.ts|cli\/|commands\/|logging\.ts)|create-serving-app\/src\/cli\.ts)/;
    const mayReadEnvironment = /\/src\/config\/|^packages\/(server|create-serving-app)\/src\/(cli\.ts|cli\/)/;
    const prints = /\bprocess\.(exit|stdout|stderr)\b|\bconsole\./;
    expect(offenders((source) => !mayPrint.test(source.path) && prints.test(withoutComments(source.text)))).toEqual([]);
    expect(offenders((source) => !mayReadEnvironment.test(source.path) && /\bprocess\.env\b/.test(withoutComments(source.text)))).toEqual([]);
  });

  it('of core and server name no platform', () => {
    const shared = /^packages\/(core|server)\//;
    expect(offenders((source) => shared.test(source.path) && /['"`]onnx['"`]/.test(withoutComments(source.text)))).toEqual([]);
  });
});
