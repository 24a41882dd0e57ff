import { describe, expect, it } from 'vitest';
import { type LifecycleState, parseVersion, preserveAvailability, preserveResources, type VersionSnapshot } from '../../src/index.ts';

/** `+3 ready`: version 3 is aspired and ready; `-` is not aspired. */
function parse(text: string): VersionSnapshot {
  const [, sign, version, state] = /^([+-])(\d+) (\w+)$/.exec(text) ?? [];
  return { version: parseVersion(version ?? ''), isAspired: sign === '+', state: state as LifecycleState };
}

type Case = readonly [title: string, versions: readonly string[], action: string | undefined];

// Rules of TF Serving's AvailabilityPreservingPolicy and ResourcePreservingPolicy, one row for each branch.
const availability: readonly Case[] = [
  ['does nothing without versions', [], undefined],
  ['loads the highest new version', ['+1 new', '+3 new', '+2 new'], 'load 3'],
  ['loads a new version while another loads', ['+3 loading', '+2 new'], 'load 2'],
  ['loads before it unloads', ['-1 ready', '+2 new'], 'load 2'],
  ['keeps the old one while the new one loads', ['-1 ready', '+2 loading'], undefined],
  ['keeps the old one while the new one is in error', ['-1 ready', '+2 ended'], undefined],
  ['unloads the old one once the new one is ready', ['-1 ready', '+2 ready'], 'unload 1'],
  ['unloads before it loads another', ['-1 ready', '+2 ready', '+3 new'], 'unload 1'],
  ['unloads when nothing is aspired', ['-1 ready'], 'unload 1'],
  ['unloads the lowest first', ['-3 ready', '-1 ready', '-2 ready'], 'unload 1'],
  ['keeps no more than one old version', ['-3 ready', '-1 ready', '+4 loading'], 'unload 1'],
  ['loads what is aspired when no old version is left to unload', ['+1 ready', '+2 new'], 'load 2'],
  ['loads nothing that is not aspired', ['-1 new'], undefined],
  ['waits for what is torn down', ['-1 draining', '-2 unloading'], undefined],
  ['does not unload for a version that is aspired again while it is torn down', ['+1 draining', '-2 ready'], undefined],
];
const resources: readonly Case[] = [
  ['does nothing without versions', [], undefined],
  ['loads the highest new version', ['+1 new', '+3 new'], 'load 3'],
  ['loads a second aspired version beside the first', ['+3 ready', '+2 new'], 'load 2'],
  ['unloads before it loads', ['-1 ready', '+2 new'], 'unload 1'],
  ['unloads though the new one is in error', ['-1 ready', '+2 ended'], 'unload 1'],
  ['waits for an old version that drains', ['-1 draining', '+2 new'], undefined],
  ['waits for an old version that unloads', ['-1 unloading', '+2 new'], undefined],
  ['waits for an old version that still loads', ['-1 loading', '+2 new'], undefined],
  ['waits for a version that is aspired again while it is torn down', ['+1 unloading', '+2 new'], undefined],
  ['does not wait for old versions that ended', ['-1 ended', '+2 new'], 'load 2'],
  ['unloads another while one drains', ['-1 draining', '-2 ready'], 'unload 2'],
];

describe.each([
  [preserveAvailability, availability],
  [preserveResources, resources],
] as const)('%o', (policy, cases) => {
  it.each(cases)('%s: %j → %s', (_, versions, expected) => {
    const action = policy.next(versions.map(parse));
    expect(action && `${action.kind} ${action.version}`).toBe(expected);
  });

  it.each(cases)('%s, whatever the order: %j → %s', (_, versions, expected) => {
    const action = policy.next(versions.map(parse).reverse());
    expect(action && `${action.kind} ${action.version}`).toBe(expected);
  });
});
