import { check, type ConformanceCase } from '../conformance-case.ts';
import type { SourceConformanceOptions } from './options.ts';
import { ALL, monitored, type RunningSource, withSource } from './session.ts';

/** Looks in which a fault must be told only once. */
const REPEATED_LOOKS = 3;

/** Several models, changed lists, and bases that are missing. */
export function modelCases(options: SourceConformanceOptions): ConformanceCase[] {
  const using = (body: (running: RunningSource) => Promise<void>) => () => withSource(options, body);
  return [
    { title: 'keeps the models of a list apart', run: using(severalModels) },
    { title: 'looks at a model that joins the list', run: using(joiningModel) },
    { title: 'states an empty set once for a model that left the list', run: using(leavingModel) },
    { title: 'a changed path takes effect', run: using(changedPath) },
    { title: 'reports a missing base once, and states nothing', run: using(missingBase) },
    { title: 'finds a base that appears later, without a restart', run: using(appearingBase) },
    { title: 'leaves what serves alone when the base disappears', run: using(disappearingBase) },
    { title: 'a missing base disturbs no other model', run: using(missingBeside) },
    { title: 'reports a path that makes no sense, and does not throw', run: using(senselessPath) },
  ];
}

async function severalModels({ sink, store, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('a', [1]);
  await publishAll('b', [5]);
  watch({ a: ALL, b: ALL });
  await sink.waitForVersions('a', [1], wait);
  await sink.waitForVersions('b', [5], wait);
  await store.publish('a', 2);
  await sink.waitForVersions('a', [1, 2], wait);
  check(sink.versions('b')?.join() === '5', `a version was added to 'a', but the set of 'b' is [${sink.versions('b')?.join() ?? ''}]`);
}

async function joiningModel({ sink, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('a', [1]);
  await publishAll('b', [2]);
  watch({ a: ALL });
  await sink.waitForVersions('a', [1], wait);
  check(sink.sets('b').length === 0, "'b' is not in the list, but a set of it was stated");
  watch({ a: ALL, b: ALL });
  await sink.waitForVersions('b', [2], wait);
}

async function leavingModel({ sink, source, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('a', [1]);
  await publishAll('b', [2]);
  watch({ a: ALL, b: ALL });
  await sink.waitForVersions('a', [1], wait);
  await sink.waitForVersions('b', [2], wait);
  watch({ a: ALL });
  await sink.waitForVersions('b', [], wait);
  watch({ a: ALL });
  for (let look = 0; look < REPEATED_LOOKS; look += 1) await source.refresh();
  const empty = sink.sets('b').filter((set) => set.length === 0).length;
  check(empty === 1, `'b' left the list once, but its empty set was stated ${empty} times`);
  check(sink.versions('a')?.join() === '1', `'b' left the list, but the set of 'a' is [${sink.versions('a')?.join() ?? ''}]`);
}

async function changedPath({ sink, source, store, wait, publishAll }: RunningSource): Promise<void> {
  await publishAll('old', [1]);
  await publishAll('new', [8]);
  source.monitor([monitored('m', store.pathOf('old'))]);
  await sink.waitForVersions('m', [1], wait);
  source.monitor([monitored('m', store.pathOf('new'))]);
  await sink.waitForVersions('m', [8], wait);
  await store.publish('old', 2);
  await store.publish('new', 9);
  await sink.waitForVersions('m', [8, 9], wait);
}

async function missingBase({ sink, source, wait, watch }: RunningSource): Promise<void> {
  watch({ m: ALL });
  await sink.waitForReports('m', 1, wait);
  for (let look = 0; look < REPEATED_LOOKS; look += 1) await source.refresh();
  watch({ m: ALL });
  await source.refresh();
  const { length } = sink.reports('m');
  check(length === 1, `the same fault must be reported once, but it was ${length} times`);
  check(sink.sets('m').length === 0, 'the base is missing, but a set was stated: what serves would be unloaded');
}

async function appearingBase({ sink, wait, watch, publishAll }: RunningSource): Promise<void> {
  watch({ m: ALL });
  await sink.waitForReports('m', 1, wait);
  await publishAll('m', [1]);
  await sink.waitForVersions('m', [1], wait);
}

async function disappearingBase({ sink, source, store, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1]);
  watch({ m: ALL });
  await sink.waitForVersions('m', [1], wait);
  await store.removeBase('m');
  await sink.waitForReports('m', 1, wait);
  await source.refresh();
  check(sink.versions('m')?.join() === '1', 'the base disappeared, but another set was stated: what serves would be unloaded');
  await publishAll('m', [2]);
  await sink.waitForVersions('m', [2], wait);
  await store.removeBase('m');
  await sink.waitForReports('m', 2, { ...wait, what: "a second report, after a set of 'm' ended the first" });
}

async function missingBeside({ sink, store, wait, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('there', [1]);
  watch({ missing: ALL, there: ALL });
  await sink.waitForVersions('there', [1], wait);
  await sink.waitForReports('missing', 1, wait);
  await store.publish('there', 2);
  await sink.waitForVersions('there', [1, 2], wait);
  check(sink.reports('there').length === 0, "'missing' is missing, but a fault of 'there' was reported");
}

async function senselessPath({ sink, source, store, wait, publishAll }: RunningSource): Promise<void> {
  await publishAll('there', [1]);
  source.monitor([monitored('empty', ''), monitored('nul', `${store.pathOf('there')}\0`), monitored('there', store.pathOf('there'))]);
  await sink.waitForVersions('there', [1], wait);
  await sink.waitForReports('empty', 1, wait);
  await sink.waitForReports('nul', 1, wait);
}
