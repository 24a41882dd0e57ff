import { parseModelName, parseVersion, ServingError } from '@servable/core';
import { expect, it } from 'vitest';
import { checkLabels, type LabelRules } from '../../src/reload/check-labels.ts';

interface Case {
  readonly what: string;
  readonly current?: Readonly<Record<string, number>>;
  readonly wanted: Readonly<Record<string, number>>;
  readonly ready?: readonly number[];
  readonly isNew?: boolean;
  /** Which rule sets refuse it. */
  readonly refusedBy: readonly string[];
}

const RULES: Readonly<Record<string, LabelRules>> = {
  'the flag': { allowsUnavailable: true, isStrict: false },
  'no flag': { allowsUnavailable: false, isStrict: false },
  'the flag, strict': { allowsUnavailable: true, isStrict: true },
  'no flag, strict': { allowsUnavailable: false, isStrict: true },
};
const WITHOUT = ['no flag', 'no flag, strict'];
const ALL = Object.keys(RULES);

// What TensorFlow Serving does: its contract, section 3.4. Only without the flag, for a model that is new or a label that stays, may ours do more.
const CASES: readonly Case[] = [
  { what: 'a version that is ready', wanted: { stable: 1 }, ready: [1, 2], refusedBy: [] },
  { what: 'several labels of one version', wanted: { stable: 1, old: 1 }, ready: [1], refusedBy: [] },
  { what: 'a label that moves to a version that is ready', current: { stable: 1 }, wanted: { stable: 2 }, ready: [1, 2], refusedBy: [] },
  { what: 'a label that moves to one that is not', current: { stable: 1 }, wanted: { stable: 2 }, ready: [1], refusedBy: ALL },
  { what: 'a new label of a version that is not ready', wanted: { canary: 2 }, ready: [1], refusedBy: WITHOUT },
  { what: 'a label that stays where nothing is ready any more', current: { old: 1 }, wanted: { old: 1 }, ready: [2], refusedBy: ['no flag, strict'] },
  { what: 'labels that go', current: { old: 1 }, wanted: {}, ready: [2], refusedBy: [] },
  { what: 'a label of a model that is new', wanted: { stable: 1 }, isNew: true, refusedBy: ['no flag, strict'] },
];

it.each(CASES.flatMap((each) => ALL.map((rules) => [each.what, rules, each] as const)))('%s, with %s', (_what, rules, each) => {
  const versions = (of: Readonly<Record<string, number>> = {}): Map<string, ReturnType<typeof parseVersion>> =>
    new Map(Object.entries(of).map(([label, version]) => [label, parseVersion(version)]));
  const labelled = {
    model: { name: parseModelName('m'), labels: versions(each.wanted) },
    current: versions(each.current),
    ready: (each.ready ?? []).map(parseVersion),
    isNew: each.isNew ?? false,
  };
  let thrown: unknown;
  try {
    checkLabels([labelled], RULES[rules] ?? { allowsUnavailable: true, isStrict: false });
  } catch (error) {
    thrown = error;
  }
  const isRefused = each.refusedBy.includes(rules);
  expect(ServingError.is(thrown) ? [thrown.status, thrown.message] : thrown).toEqual(
    isRefused
      ? [
          'FAILED_PRECONDITION',
          `Request to assign label to version ${Object.values(each.wanted)[0]} of model m, which is not currently available for inference`,
        ]
      : undefined,
  );
});
