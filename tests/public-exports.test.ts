import { expect, it } from 'vitest';
import { entriesOf, exportedModules, exportedNames, hasDefaultExport, isDocumented, otherCode } from './exported-names.ts';
import { readPackages, type SourceFile, type WorkspacePackage } from './workspace-packages.ts';

const packages = readPackages();
/** Their default export is the plugin, and may be written in `index.ts`. */
const PLUGINS = /^(loader|source|plugin)-|^batching$/;

it.each(packages)('exports of $name are as agreed', async (item) => {
  const page = [...entriesOf(item)].map(([subpath, entry]) => `${subpath}\n${linesOf(entry).join('\n')}\n`).join('\n');
  await expect(page).toMatchFileSnapshot(`public-exports/${item.name}.txt`);
});

it.each(packages)('exports of $name are documented', (item) => {
  const undocumented = [...entriesOf(item).values()].flatMap((entry) => undocumentedOf(entry, item));
  expect(undocumented).toEqual([]);
});

it.each(packages)('of $name only generated code is handed on whole', (item) => {
  const modules = [...entriesOf(item).values()].flatMap(exportedModules);
  expect(modules.filter((specifier) => !specifier.startsWith('./gen/'))).toEqual([]);
});

it.each(packages.filter((item) => !PLUGINS.test(item.name)))('the index of $name is a list of re-exports', (item) => {
  expect(otherCode(indexOf(item))).toBe('');
});

it('only plugins have a default export', () => {
  const withDefault = packages.filter((item) => hasDefaultExport(indexOf(item))).map((item) => item.name);
  expect(withDefault.filter((name) => !PLUGINS.test(name))).toEqual([]);
});

function indexOf(item: WorkspacePackage): SourceFile {
  const index = entriesOf(item).get('.');
  if (index === undefined) throw new Error(`${item.manifest.name} does not export itself`);
  return index;
}

function linesOf(entry: SourceFile): string[] {
  const names = exportedNames(entry).map(({ name, isType }) => (isType ? `type ${name}` : name));
  const modules = exportedModules(entry).map((specifier) => `* from ${specifier}`);
  return [...names, ...modules, ...(hasDefaultExport(entry) ? ['default'] : [])].toSorted().map((line) => `  ${line}`);
}

function undocumentedOf(entry: SourceFile, item: WorkspacePackage): string[] {
  // Generated code has its comments in the .proto files, other packages have their own documentation.
  const ours = exportedNames(entry).filter(({ file }) => file.endsWith('.ts') && !file.includes('/gen/'));
  return ours
    .filter(({ file, localName }) => {
      const source = item.sources.find((candidate) => candidate.path === file);
      return source === undefined || !isDocumented(source, localName);
    })
    .map(({ name, file }) => `${name} in ${file}`);
}
