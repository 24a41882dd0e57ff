import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATEST_ONE, parseVersion, selectVersions, type VersionSelector } from '../src/index.ts';

const versions = (...numbers: readonly number[]) => numbers.map(parseVersion);
const specific = (...numbers: readonly number[]): VersionSelector => ({ kind: 'specific', versions: versions(...numbers) });

describe('TF Serving’s rules', () => {
  it.each([
    ['the latest one by default', [1, 10, 9], LATEST_ONE, [10], []],
    ['the latest n', [1, 10, 9], { kind: 'latest', count: 2 }, [10, 9], []],
    ['all when n is more than there are', [1, 2], { kind: 'latest', count: 9 }, [2, 1], []],
    ['one when n is 0', [1, 2], { kind: 'latest', count: 0 }, [2], []],
    ['one when n is negative', [1, 2], { kind: 'latest', count: -3 }, [2], []],
    ['all of them', [1, 10, 9], { kind: 'all' }, [10, 9, 1], []],
    ['those named that are there, and tells the others', [1, 2, 3], specific(3, 7, 1, 8), [3, 1], [7, 8]],
    ['none of an empty list', [1, 2], specific(), [], []],
    ['each once', [2, 2, 1, 1], { kind: 'all' }, [2, 1], []],
    ['each once of those named', [2, 2], specific(2, 2, 5, 5), [2], [5]],
    ['negative versions below positive ones', [-1, 0, -5], { kind: 'latest', count: 2 }, [0, -1], []],
    ['nothing of nothing', [], { kind: 'latest', count: 1 }, [], []],
  ] as const)('choose %s', (_, available, selector, selected, missing) => {
    expect(selectVersions(versions(...available), selector)).toEqual({ selected: versions(...selected), missing: versions(...missing) });
  });
});

it('orders versions beyond 2^53 as numbers', () => {
  const available = ['9007199254740993', '9007199254740992', '10000000000000000'].map(parseVersion);
  expect(selectVersions(available, { kind: 'latest', count: 2 }).selected).toEqual([10000000000000000n, 9007199254740993n]);
});

it('does not change what it is given, and does not depend on its order', () => {
  const numbers = fc.array(fc.integer({ min: -20, max: 20 }));
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 5 }), (list, count) => {
      const given = Object.freeze(versions(...list));
      const { selected } = selectVersions(given, { kind: 'latest', count });
      // By repeated removal of the maximum, without sorting.
      const left = new Set(list);
      const expected: number[] = [];
      while (expected.length < count && left.size > 0) {
        const maximum = Math.max(...left);
        left.delete(maximum);
        expected.push(maximum);
      }
      expect(selected).toEqual(versions(...expected));
    }),
  );
});
