import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { VersionSelector } from '@servable/core';
import { check, type ConformanceCase } from '../conformance-case.ts';
import type { SourceConformanceOptions } from './options.ts';
import { ALL, type RunningSource, specific, withSource } from './session.ts';

interface SelectorCase {
  readonly title: string;
  readonly selector: VersionSelector;
  readonly expected: readonly number[];
}

/** Of the versions 2, 3, 10 and 11. */
const SELECTORS: readonly SelectorCase[] = [
  { title: 'the latest', selector: { kind: 'latest', count: 1 }, expected: [11] },
  { title: 'the latest two', selector: { kind: 'latest', count: 2 }, expected: [11, 10] },
  { title: 'the latest ten, of four', selector: { kind: 'latest', count: 10 }, expected: [11, 10, 3, 2] },
  { title: 'all', selector: ALL, expected: [11, 10, 3, 2] },
  { title: 'specific ones', selector: specific(3, 10), expected: [10, 3] },
];

/** Which versions are stated, and that sets are whole. */
export function versionCases(options: SourceConformanceOptions): ConformanceCase[] {
  const using = (body: (running: RunningSource) => Promise<void>) => () => withSource(options, body);
  return [
    { title: 'states where a version is, as a path on this machine', run: using(statesPaths) },
    ...SELECTORS.map((each) => ({ title: `states ${each.title} of the versions`, run: using((running) => selects(running, each)) })),
    { title: 'states no value for a specific version that is missing', run: using(specificMissing) },
    { title: 'states the whole set when a version is added', run: using(addedVersion) },
    { title: 'states the whole set when a version is taken away', run: using(removedVersion) },
    { title: 'states the same set while nothing changes', run: using(unchangedVersions) },
    { title: 'states an empty set for a base without versions', run: using(noVersions) },
    { title: 'states the empty set when the last version is taken away', run: using(lastVersionRemoved) },
    { title: 'a changed selector takes effect', run: using(changedSelector) },
  ];
}

async function statesPaths({ sink, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [7]);
  watch({ m: ALL });
  await sink.waitForVersions('m', [7], wait);
  const where = sink.path('m', 7);
  check(where !== undefined && path.isAbsolute(where), `an artifact's path must be absolute, got ${where ?? 'an error'}`);
  const found = await stat(where).catch(() => undefined);
  check(found !== undefined, `an artifact's path must exist, but nothing is at '${where}'`);
}

async function selects({ sink, wait, watch, publishAll }: RunningSource, each: SelectorCase): Promise<void> {
  await publishAll('m', [2, 10, 3, 11]);
  watch({ m: each.selector });
  await sink.waitForVersions('m', each.expected, wait);
}

async function specificMissing({ sink, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1, 2]);
  watch({ m: specific(2, 9) });
  await sink.waitFor(() => sink.path('m', 2) !== undefined, { ...wait, what: "version 2 of 'm'" });
  check(sink.path('m', 9) === undefined, 'version 9 does not exist, but was stated with a path');
  check(sink.path('m', 1) === undefined, 'version 1 was not asked for, but was stated');
}

async function addedVersion({ sink, store, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1]);
  watch({ m: ALL });
  await sink.waitForVersions('m', [1], wait);
  await store.publish('m', 2);
  await sink.waitForVersions('m', [1, 2], wait);
}

async function removedVersion({ sink, store, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1, 2]);
  watch({ m: ALL });
  await sink.waitForVersions('m', [1, 2], wait);
  await store.unpublish('m', 1);
  await sink.waitForVersions('m', [2], wait);
}

async function unchangedVersions({ sink, source, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1, 2]);
  watch({ m: ALL });
  await sink.waitForVersions('m', [1, 2], wait);
  const before = sink.sets('m').length;
  for (let look = 0; look < 3; look += 1) await source.refresh();
  watch({ m: ALL });
  await source.refresh();
  for (const set of sink.sets('m').slice(before)) {
    const versions = set.map((each) => String(each.version)).toSorted().join(', ');
    check(versions === '1, 2', `nothing changed, but [${versions}] was stated after [1, 2]`);
  }
}

async function noVersions({ sink, source, store, watch }: RunningSource): Promise<void> {
  await store.createBase('m');
  watch({ m: ALL });
  await source.refresh();
  const versions = sink.versions('m');
  check(versions !== undefined, 'refresh() resolved before a set of the model was stated');
  check(versions.length === 0, `the base has no versions, but [${versions.join(', ')}] was stated`);
  check(sink.reports('m').length === 0, 'a base without versions is no fault, but one was reported');
}

async function lastVersionRemoved({ sink, store, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1]);
  watch({ m: ALL });
  await sink.waitForVersions('m', [1], wait);
  await store.unpublish('m', 1);
  await sink.waitForVersions('m', [], wait);
}

async function changedSelector({ sink, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1, 2, 3]);
  watch({ m: { kind: 'latest', count: 1 } });
  await sink.waitForVersions('m', [3], wait);
  watch({ m: specific(1) });
  await sink.waitForVersions('m', [1], wait);
}
