import { expect, it } from 'vitest';
import { type AspiredVersion, diffAspired, parseVersion, servableError } from '../src/index.ts';

const disk = servableError('SRV_INTERNAL', ['disk']);
const cable = servableError('SRV_INTERNAL', ['cable']);
type Entry = AspiredVersion<string>;
const value = (version: number, text = 'x'): Entry => ({ version: parseVersion(version), value: text });
const error = (version: number, fault = disk): Entry => ({ version: parseVersion(version), error: fault });

it.each([
  ['nothing for the same set', [value(1), error(2)], [value(1), error(2)], [], []],
  ['a version that is new', [value(1)], [value(1), value(2)], [value(2)], []],
  ['a version that is left out', [value(1), value(2)], [value(2)], [], [1]],
  ['all that is left out by an empty set', [value(1), error(2)], [], [], [1, 2]],
  ['nothing for another value: numbers identify content', [value(1, 'a')], [value(1, 'b')], [], []],
  ['a value where there was an error', [error(1)], [value(1)], [value(1)], []],
  ['another error where there was one', [error(1, disk)], [error(1, cable)], [error(1, cable)], []],
  ['nothing for an equal error', [error(1, disk)], [error(1, servableError('SRV_INTERNAL', ['disk']))], [], []],
  ['nothing for an error where there was a value: it may be loaded by now', [value(1)], [error(1)], [], []],
  ['an error that is new', [], [error(1)], [error(1)], []],
] as const)('finds %s', (_, before, after, added, removed) => {
  const known = new Map<Entry['version'], Entry>(before.map((each) => [each.version, each]));
  expect(diffAspired(known, after)).toEqual({ added, removed: removed.map(parseVersion) });
});
