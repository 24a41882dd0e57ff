import { parseModelName, parseVersion, type VersionSelector } from '@servable/core';
import { expect, it } from 'vitest';
import { unmetWishes, whyNoVersion } from '../../src/commands/check-selection.ts';
import type { ResolvedModel } from '../../src/config/resolved-config.ts';

function modelWith(versions: VersionSelector, labels: Readonly<Record<string, number>> = {}, path = '/models/half'): ResolvedModel {
  const byLabel = Object.entries(labels).map(([label, version]) => [label, parseVersion(version)] as const);
  return { name: parseModelName('half'), path, platform: undefined, versions, labels: new Map(byLabel), batching: {}, options: {}, logging: undefined };
}

const specific = (...versions: readonly number[]): VersionSelector => ({ kind: 'specific', versions: versions.map((version) => parseVersion(version)) });

it('tells the versions and labels that would not be served now', () => {
  expect(unmetWishes(modelWith(specific(3, 9), { stable: 3, canary: 4 }), [parseVersion(3)])).toEqual([
    'Version 9 is asked for, and is not there',
    "Label 'canary' is of version 4, which would not be served now: its requests would be refused",
  ]);
});

it('is silent when all is there', () => {
  expect(unmetWishes(modelWith({ kind: 'latest', count: 1 }, { stable: 3 }), [parseVersion(3)])).toEqual([]);
});

it.each([
  [modelWith(specific(8, 9)), "no version of 8, 9 at /models/half: correct the model's versions, or add their folders"],
  [modelWith({ kind: 'all' }, {}, '/models/half/3'), "no version at /models/half/3: it looks like a version itself; then its parent is the model's path, /models/half"],
  [modelWith({ kind: 'all' }), 'no version at /models/half: name its folder as a number, such as /models/half/1'],
])('says why nothing is found, and the cure (%#)', (model, text) => {
  expect(whyNoVersion(model)).toBe(text);
});
