import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatServableId, parseModelName, parseVersion } from '../src/index.ts';

it.each([
  ['1', 1n],
  ['00000123', 123n],
  ['-1', -1n],
  ['+7', 7n],
  [' 42\t', 42n],
  ['9223372036854775807', 9223372036854775807n],
  ['-9223372036854775808', -9223372036854775808n],
  [`${'0'.repeat(20)}5`, 5n],
  [3, 3n],
  [Number.MAX_SAFE_INTEGER, 9007199254740991n],
  [0n, 0n],
])('reads %o as a version', (text, version) => {
  expect(parseVersion(text)).toBe(version);
});

it.each(['', ' ', '1.0', '1e3', '0x10', '1 2', '--1', '123.tmp', 'tmp_5', '１', '9223372036854775808', '-9223372036854775809', '9'.repeat(41)])(
  'refuses %j, which it quotes',
  (text) => {
    expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: 'SRV_VERSION_INVALID', args: [text] }));
  },
);

it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n])('refuses the number %s', (value) => {
  expect(() => parseVersion(value)).toThrow(expect.objectContaining({ code: 'SRV_VERSION_INVALID', args: [String(value)] }));
});

it('reads back every int64 it prints', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  fc.assert(fc.property(int64, (value) => parseVersion(String(value)) === value && parseVersion(value) === value));
});

it('refuses a very long text fast', () => {
  const start = performance.now();
  expect(() => parseVersion(`${' '.repeat(100_000)}x`)).toThrow();
  expect(() => parseVersion('1'.repeat(1_000_000))).toThrow();
  expect(performance.now() - start).toBeLessThan(1000);
});

it('takes any name but the empty one: it is a key, not a path', () => {
  for (const name of ['m', '../etc', '\0', '__proto__', ' ', '模型']) expect(parseModelName(name)).toBe(name);
  expect(() => parseModelName('')).toThrow(expect.objectContaining({ code: 'SRV_MODEL_NAME_EMPTY', status: 'INVALID_ARGUMENT' }));
});

it('prints an id as name and version', () => {
  expect(formatServableId({ name: parseModelName('m'), version: parseVersion(-2) })).toBe('m/-2');
});
