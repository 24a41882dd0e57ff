import { expect, it } from 'vitest';
import { exportedNames, hasDefaultExport, indexOf, isDocumented, otherCode } from './exported-names.ts';
import { readPackages } from './workspace-packages.ts';

const packages = readPackages();
/** Their default export is the plugin, and may be written in `index.ts`. */
const PLUGINS = /^(loader|source|plugin)-|^batching$/;

it.each(packages)('exports of $name are as agreed', async (item) => {
  const index = indexOf(item);
  const names = exportedNames(index).map(({ name, isType }) => (isType ? `type ${name}` : name));
  if (hasDefaultExport(index)) names.push('default');
  await expect(`${names.toSorted().join('\n')}\n`).toMatchFileSnapshot(`public-exports/${item.name}.txt`);
});

it.each(packages)('exports of $name are documented', (item) => {
  const undocumented = exportedNames(indexOf(item)).filter(({ file, localName }) => {
    // Generated code has its comments in the .proto files, other packages have their own documentation.
    if (file.includes('/gen/') || !file.endsWith('.ts')) return false;
    const source = item.sources.find((candidate) => candidate.path === file);
    return source === undefined || !isDocumented(source, localName);
  });
  expect(undocumented.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
});

it.each(packages.filter((item) => !PLUGINS.test(item.name)))('the index of $name is a list of re-exports', (item) => {
  expect(otherCode(indexOf(item))).toBe('');
});

it('only plugins have a default export', () => {
  const withDefault = packages.filter((item) => hasDefaultExport(indexOf(item))).map((item) => item.name);
  expect(withDefault.filter((name) => !PLUGINS.test(name))).toEqual([]);
});
