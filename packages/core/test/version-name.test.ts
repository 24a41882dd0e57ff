import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseVersionName, pickVersionNames } from '../src/version-name.ts';

/** Reads a number as C's `strtoll` with base 10 does, digit by digit, and wants all of the text used up. */
function oracle(text: string): bigint | undefined {
  let at = 0;
  const isSpace = () => [9, 10, 11, 12, 13, 32].includes(text.charCodeAt(at));
  while (isSpace()) at += 1;
  const isNegative = text[at] === '-';
  if (isNegative || text[at] === '+') at += 1;
  const first = at;
  let value = 0n;
  for (; text[at] !== undefined && '0123456789'.includes(text[at] ?? ''); at += 1) {
    value = value * 10n + BigInt(text.charCodeAt(at) - 48);
    if (value > 9_223_372_036_854_775_808n) return undefined;
  }
  if (at === first) return undefined;
  while (isSpace()) at += 1;
  if (at !== text.length) return undefined;
  if (isNegative) return -value;
  return value === 9_223_372_036_854_775_808n ? undefined : value;
}

it.each([
  ['1', 1n],
  ['00000123', 123n],
  ['-1', -1n],
  ['+7', 7n],
  [' 42\t', 42n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
  ['-9223372036854775808', -9_223_372_036_854_775_808n],
  [`${'0'.repeat(200)}5`, 5n],
])('reads %j as %s', (name, version) => {
  expect(parseVersionName(name)).toBe(version);
});

it.each(['', ' ', '+', '-', '--1', '1 2', '1.0', '1e3', '0x1', '123.tmp', 'tmp_5', '.1', '9223372036854775808', '-9223372036854775809', '\u00a01', '１', '1\0', '1n', '1_000'])(
  'takes %j for no version',
  (name) => {
    expect(parseVersionName(name)).toBeUndefined();
  },
);

it('reads every name as the oracle does', () => {
  const likely = fc.string({ unit: fc.constantFrom('0', '1', '9', '-', '+', ' ', '\t', 'a', '.', '\u00a0'), maxLength: 24 });
  const padded = fc.tuple(fc.bigInt(-(2n ** 64n), 2n ** 64n), fc.nat(30)).map(([value, zeros]) => {
    const digits = '0'.repeat(zeros) + String(value).replace('-', '');
    return value < 0 ? `-${digits}` : digits;
  });
  fc.assert(
    fc.property(fc.oneof(likely, padded, fc.string()), (name) => {
      expect(parseVersionName(name)).toBe(oracle(name));
    }),
    { numRuns: 5000 },
  );
});

it('picks the same names in whatever order a directory lists them', () => {
  const names = fc.uniqueArray(fc.constantFrom('1', '01', '001', '+1', ' 1', '1 ', '2', '02', '-0', '0', 'x'), { minLength: 1 });
  fc.assert(
    fc.property(names.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), ([list, shuffled]) => {
      const one = pickVersionNames(list, new Set());
      const other = pickVersionNames(shuffled, new Set());
      const sorted = (map: ReadonlyMap<bigint, string>) => [...map].map(([version, name]) => `${version} ${name}`).toSorted();
      expect(sorted(other.byVersion)).toEqual(sorted(one.byVersion));
      for (const [version, taken] of one.byVersion) {
        const rivals = list.filter((name) => oracle(name) === version).toSorted();
        expect(taken).toBe(rivals.at(-1));
      }
    }),
  );
});

it('takes a name that is held before any other', () => {
  expect(pickVersionNames(['1', '001', '01'], new Set(['01'])).byVersion).toEqual(new Map([[1n, '01']]));
});
