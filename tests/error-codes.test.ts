import { expect, it } from 'vitest';
import { errorCodes, errorPage } from './error-codes.ts';
import { readPackages } from './workspace-packages.ts';

const packages = readPackages();
const codes = errorCodes(packages);

it('finds every entry of every table', () => {
  const mentioned = packages.flatMap((item) =>
    item.sources.flatMap((source) => [...source.text.matchAll(/\b(SRV_[A-Z0-9_]+): \{\s*status:/g)].map((match) => match[1])),
  );
  expect(codes.map(({ code }) => code).toSorted()).toEqual(mentioned.toSorted());
  expect(codes.length).toBeGreaterThan(50);
});

it('gives each code to one package', () => {
  const seen = new Set<string>();
  const twice = codes.filter(({ code }) => seen.size === seen.add(code).size);
  expect(twice).toEqual([]);
});

it('keeps docs/errors.md as the tables are', async () => {
  await expect(errorPage(codes)).toMatchFileSnapshot('../docs/errors.md');
});
