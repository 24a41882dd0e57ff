import { formatServableId } from '@servable/core';
import { countResources, describeGrowth } from '../active-resources.ts';
import { check, checkNone, type ConformanceCase, rejectionOf, show } from '../conformance-case.ts';
import type { SourceConformanceOptions } from './options.ts';
import { ALL, type RunningSource, withSource, withSourceOn } from './session.ts';

/** Sources that are made, used and closed in the search for what `close` forgets. */
const CLOSED_SOURCES = 8;

/** `refresh` and `close`. */
export function lifecycleCases(options: SourceConformanceOptions): ConformanceCase[] {
  const using = (body: (running: RunningSource) => Promise<void>) => () => withSource(options, body);
  return [
    { title: 'refresh resolves once every model was looked at', run: using(refreshLooks) },
    { title: 'refresh rejects with the reason of its signal', run: using(refreshAborted) },
    { title: 'settle, where there is one, resolves when all that is complete was stated', run: using(settleStates) },
    { title: 'settle tells a version that is not complete, and does not state it', run: using(settleTells) },
    { title: 'settle rejects with the reason of its signal', run: using(settleAborted) },
    { title: 'states and reports nothing after close', run: using((running) => nothingAfterClose(options, running)) },
    { title: 'closing twice is closing once', run: using(closeTwice) },
    { title: 'close during a look resolves', run: using(closeDuringLook) },
    { title: 'close leaves nothing of the source open', run: () => closeLeaksNothing(options) },
  ];
}

async function refreshLooks({ sink, source, store, watch }: RunningSource): Promise<void> {
  const names = ['a', 'b', 'c'];
  for (const name of names) await store.createBase(name);
  watch(Object.fromEntries(names.map((name) => [name, ALL])));
  await source.refresh();
  const unseen = names.filter((name) => sink.versions(name) === undefined);
  check(unseen.length === 0, `refresh() resolved before sets of ${unseen.join(', ')} were stated`);
}

async function refreshAborted({ source, store, watch }: RunningSource): Promise<void> {
  await store.createBase('m');
  watch({ m: ALL });
  const reason = new Error('no longer needed');
  const error = await rejectionOf(() => source.refresh(AbortSignal.abort(reason)), 'an aborted refresh must reject');
  check(error === reason, `an aborted refresh must reject with signal.reason itself, got ${show(error)}`);
}

async function settleStates({ sink, source, watch, publishAll }: RunningSource): Promise<void> {
  if (source.settle === undefined) return;
  await publishAll('a', [1, 2]);
  await publishAll('b', [3]);
  watch({ a: ALL, b: ALL });
  const incomplete = await source.settle();
  check(incomplete.length === 0, `every version was complete, but settle() resolved with ${incomplete.map(formatServableId).join(', ')}`);
  const stated = ['a', 'b'].map((name) => sink.versions(name)?.join() ?? 'nothing').join(' and ');
  check(stated === '2,1 and 3', `settle() resolved when ${stated} were stated, not 2,1 and 3`);
}

async function settleTells({ sink, source, store, watch, publishAll }: RunningSource): Promise<void> {
  if (source.settle === undefined || store.begin === undefined) return;
  await publishAll('m', [1]);
  const complete = await store.begin('m', 2);
  watch({ m: ALL });
  const told = (await source.settle()).map(formatServableId).join();
  check(told === 'm/2', `only version 2 of 'm' is not complete, but settle() resolved with [${told}]`);
  check(sink.versions('m')?.join() === '1', `only version 1 is complete, but [${sink.versions('m')?.join() ?? ''}] was stated`);
  await complete();
  const left = await source.settle();
  check(left.length === 0 && sink.versions('m')?.join() === '2,1', `version 2 became complete, but settle() did not state it`);
}

async function settleAborted({ source, store, watch }: RunningSource): Promise<void> {
  if (source.settle === undefined) return;
  await store.createBase('m');
  await store.begin?.('m', 1);
  watch({ m: ALL });
  const reason = new Error('no longer needed');
  const error = await rejectionOf(async () => source.settle?.(AbortSignal.abort(reason)), 'an aborted settle must reject');
  check(error === reason, `an aborted settle must reject with signal.reason itself, got ${show(error)}`);
}

/** That nothing comes cannot be waited for; that another source has seen the change can. */
async function nothingAfterClose(options: SourceConformanceOptions, running: RunningSource): Promise<void> {
  const { sink, source, store, wait, watch, publishAll } = running;
  await publishAll('m', [1]);
  watch({ m: ALL, missing: ALL });
  await sink.waitForVersions('m', [1], wait);
  await sink.waitForReports('missing', 1, wait);
  const refreshing = source.refresh().catch(() => undefined);
  await source.close();
  const before = sink.events.length;
  await store.publish('m', 2);
  await publishAll('missing', [1]);
  await withSourceOn(options, store, async (witness) => {
    witness.watch({ m: ALL, missing: ALL });
    await witness.sink.waitForVersions('m', [1, 2], wait);
    await witness.sink.waitForVersions('missing', [1], wait);
    await store.publish('m', 3);
    await witness.sink.waitForVersions('m', [1, 2, 3], wait);
  });
  watch({ m: ALL });
  await Promise.all([refreshing, source.refresh().catch(() => undefined)]);
  const after = sink.events.length - before;
  check(after === 0, `the sink was called ${after} times after close() had resolved`);
}

async function closeTwice({ source, store, watch }: RunningSource): Promise<void> {
  await store.createBase('m');
  watch({ m: ALL });
  await Promise.all([source.close(), source.close()]);
  await source.close();
}

async function closeDuringLook({ sink, source, watch, publishAll }: RunningSource): Promise<void> {
  await publishAll('m', [1]);
  watch({ m: ALL });
  await source.close();
  const before = sink.events.length;
  await source.close();
  check(sink.events.length === before, 'the sink was called after close() had resolved');
}

async function closeLeaksNothing(options: SourceConformanceOptions): Promise<void> {
  const round = () =>
    withSource(options, async ({ sink, wait, watch, publishAll }) => {
      await publishAll('m', [1]);
      watch({ m: ALL, missing: ALL });
      await sink.waitForVersions('m', [1], wait);
    });
  await round();
  const before = await countResources();
  for (let index = 0; index < CLOSED_SOURCES; index += 1) await round();
  const grown = await describeGrowth(before, CLOSED_SOURCES - 2, 1000);
  checkNone(grown, (found) => `${CLOSED_SOURCES} closed sources left something open: ${found}`);
}
