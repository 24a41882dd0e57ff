import { parseVersion } from '@servable/core';
import { expect, it } from 'vitest';
import type { RemoteVersion } from '../../src/listing/remote-version.ts';
import { SettleWatch } from '../../src/listing/settle-watch.ts';

function version(contentId: string, updatedMs?: number, paths: readonly string[] = ['model']): RemoteVersion {
  const files = paths.map((path) => ({ path, object: { name: path, sizeBytes: 1, revision: '1' } }));
  return { version: parseVersion(1), name: '1', files, totalBytes: 1, updatedMs, contentId, fault: undefined };
}

const options = { settleMs: 100, completionMarker: undefined };

it('takes a version for complete once its files stayed the same for long enough', () => {
  const watch = new SettleWatch(options);
  const look = (nowMs: number, contentId: string): boolean => {
    watch.update([version(contentId)], nowMs, 0);
    return watch.isComplete(version(contentId), nowMs);
  };
  expect([look(0, 'a'), look(99, 'a'), look(150, 'b'), look(249, 'b'), look(250, 'b')]).toEqual([false, false, false, false, true]);
  expect(watch.nextLookMs(version('b'))).toBe(250);
});

it('takes one that was old at the first look for complete, by the time of its newest file', () => {
  const watch = new SettleWatch(options);
  watch.update([version('old', 900)], 0, 1000);
  expect(watch.isComplete(version('old', 900), 0)).toBe(true);
  watch.update([version('old', 900), { ...version('later', 0), name: '2' }], 10, 1000);
  expect(watch.isComplete({ ...version('later', 0), name: '2' }, 10)).toBe(false);
});

it.each([
  ['young', 901],
  ['of the future, by a clock that is ahead', 5000],
  ['of an unknown time', undefined],
])('waits for one that is %s', (_what, updatedMs) => {
  const watch = new SettleWatch(options);
  watch.update([version('a', updatedMs)], 0, 1000);
  expect(watch.isComplete(version('a', updatedMs), 0)).toBe(false);
});

it('sees a version that left and came back for the first time', () => {
  const watch = new SettleWatch(options);
  watch.update([version('a')], 0, 0);
  watch.update([], 50, 0);
  watch.update([version('a')], 100, 0);
  expect(watch.isComplete(version('a'), 150)).toBe(false);
});

it('believes in nothing but the marker when there is one', () => {
  const watch = new SettleWatch({ settleMs: 0, completionMarker: '_SUCCESS' });
  const half = version('a', 0);
  const whole = version('b', 0, ['_SUCCESS', 'model']);
  watch.update([half], 0, 1e9);
  expect([watch.isComplete(half, 1e9), watch.nextLookMs(half), watch.isComplete(whole, 0)]).toEqual([false, undefined, true]);
});
