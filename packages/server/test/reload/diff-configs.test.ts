import { parseModelName, parseVersion } from '@servable/core';
import { fakeLoader } from '@servable/plugin-testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ResolvedConfig, ResolvedModel } from '../../src/config/resolved-config.ts';
import { describeDiff, diffConfigs, takeOver } from '../../src/reload/diff-configs.ts';
import { resolvedConfig } from '../support/server-fixture.ts';

const model = fc.record<ResolvedModel>({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e').map(parseModelName),
  path: fc.constantFrom('/one', '/two'),
  platform: fc.constantFrom(undefined, 'fake', 'other'),
  versions: fc.constantFrom<ResolvedModel['versions']>({ kind: 'all' }, { kind: 'latest', count: 1 }, { kind: 'specific', versions: [parseVersion(1)] }),
  labels: fc.constantFrom(new Map(), new Map([['stable', parseVersion(1)]]), new Map([['stable', parseVersion(2)]])),
  batching: fc.constantFrom<ResolvedModel['batching']>(false, {}, { maxBatchSize: 4 }),
  options: fc.constantFrom({}, { threads: 1 }),
  logging: fc.constant(undefined),
});

const config = fc
  .record({
    models: fc.uniqueArray(model, { selector: ({ name }) => name }),
    compat: fc.constantFrom<ResolvedConfig['compat']>('default', 'strict'),
    batching: fc.constantFrom<ResolvedConfig['batching']>(false, {}, { maxBatchSize: 8 }),
    maxLoadRetries: fc.nat(2),
    drainDelayMs: fc.nat(2),
    rest: fc.constantFrom(1, 2).map((port) => ({ ...resolvedConfig().rest, port })),
  })
  .map((parts) => ({ ...resolvedConfig(), ...parts }));

const RUNS = { numRuns: 500 };

it('finds nothing between a config and a copy of it, in whatever order its models stand', () => {
  fc.assert(
    fc.property(config, (each) => {
      const copy = { ...structuredClone({ ...each, plugins: [] }), plugins: each.plugins, models: [...each.models].reverse() };
      const diff = diffConfigs(each, copy);
      expect([diff.added, diff.removed, diff.changed, diff.applied, diff.fixed].flat()).toEqual([]);
      expect(describeDiff(diff)).toBe('');
    }),
    RUNS,
  );
});

it('says all that leads from the models of one config to those of the other, and no more', () => {
  fc.assert(
    fc.property(config, config, (before, after) => {
      const { added, removed, changed } = diffConfigs(before, after);
      const models = new Map(before.models.map((each) => [each.name, each]));
      for (const { name } of removed) expect(models.delete(name)).toBe(true);
      for (const { before: old, after: next, parts } of changed) {
        expect(models.get(next.name)).toEqual(old);
        expect(parts.length).toBeGreaterThan(0);
        // Exactly these parts: with them from the one and the rest from the other, it is the model after.
        expect({ ...old, ...Object.fromEntries(parts.map((part) => [part, next[part]])) }).toEqual(next);
        for (const part of parts) expect(old[part]).not.toEqual(next[part]);
        models.set(next.name, next);
      }
      for (const each of added) {
        expect(models.has(each.name)).toBe(false);
        models.set(each.name, each);
      }
      expect(models).toEqual(new Map(after.models.map((each) => [each.name, each])));
    }),
    RUNS,
  );
});

it('is the other way round what it is this way', () => {
  fc.assert(
    fc.property(config, config, (before, after) => {
      const [there, back] = [diffConfigs(before, after), diffConfigs(after, before)];
      expect(new Set(back.added)).toEqual(new Set(there.removed));
      expect(new Set(back.removed)).toEqual(new Set(there.added));
      expect([back.applied, back.fixed]).toEqual([there.applied, there.fixed]);
      expect(new Set(back.changed.map(({ after: each }) => each))).toEqual(new Set(there.changed.map(({ before: each }) => each)));
    }),
    RUNS,
  );
});

it('takes over all but what cannot change, so that nothing else is left to do', () => {
  fc.assert(
    fc.property(config, config, (before, after) => {
      const taken = takeOver(before, after);
      const first = diffConfigs(before, after);
      const left = diffConfigs(taken, after);
      expect([left.added, left.removed, left.changed, left.applied].flat()).toEqual([]);
      expect(left.fixed).toEqual(first.fixed);
      for (const part of first.fixed) expect(taken[part]).toBe(before[part]);
    }),
    RUNS,
  );
});

it('compares plugins by name: a config that is read again makes them again', () => {
  const before = resolvedConfig();
  expect(diffConfigs({ ...before, plugins: [fakeLoader()] }, { ...before, plugins: [fakeLoader()] }).fixed).toEqual([]);
  expect(diffConfigs(before, { ...before, plugins: [fakeLoader()] }).fixed).toEqual(['plugins']);
});

it('is told in one line', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name): ResolvedModel => ({ ...plain, name: parseModelName(name) }));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three were made');
  const before = { ...resolvedConfig(), models: [a, b] };
  const after = { ...before, models: [{ ...b, path: '/two', labels: new Map([['x', parseVersion(1)]]) }, c], batching: {} };
  expect(describeDiff(diffConfigs(before, after))).toBe('added: c; removed: a; changed: b (path, labels); settings: batching');
});

const plain = {
  path: '/one',
  platform: undefined,
  versions: { kind: 'all' },
  labels: new Map(),
  batching: {},
  options: {},
  logging: undefined,
} as const;
