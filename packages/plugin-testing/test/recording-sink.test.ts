import { expect, it } from 'vitest';
import { parseModelName, parseVersion } from '@servable/core';
import { RecordingSink } from '../src/index.ts';

const name = parseModelName('m');
const set = (...versions: number[]) => ({ name, versions: versions.map((each) => ({ version: parseVersion(each), value: { path: `/m/${each}` } })) });

it('tells the last set of a model, highest version first', () => {
  const sink = new RecordingSink();
  expect(sink.versions('m')).toBeUndefined();
  sink.aspire(set(3));
  sink.aspire(set(2, 10));
  expect(sink.versions('m')).toEqual(['10', '2']);
  expect(sink.path('m', 10)).toBe('/m/10');
  expect(sink.sets('m')).toHaveLength(2);
  expect(sink.sets('other')).toEqual([]);
});

it('resolves a wait when the condition comes true', async () => {
  const sink = new RecordingSink();
  const waiting = sink.waitForVersions('m', [1, 2]);
  sink.aspire(set(1));
  sink.aspire(set(2, 1));
  await waiting;
  const reported = sink.waitForReports('m', 2);
  sink.report(name, new Error('a'));
  sink.report(name, new Error('b'));
  await reported;
  expect(sink.reports('m').map((error) => error.message)).toEqual(['a', 'b']);
});

it('rejects a wait that takes too long with what it saw', async () => {
  const sink = new RecordingSink();
  sink.aspire(set(1));
  sink.report(name, new Error('gone'));
  await expect(sink.waitForVersions('m', [2], { timeoutMs: 1 })).rejects.toThrow(
    "versions [2] of 'm' did not come within 1 ms; the sink's last calls: aspire('m', [1]); report('m', gone)",
  );
});

it('fails only its own wait when a condition throws', async () => {
  const sink = new RecordingSink();
  const bad = sink.waitFor((at) => {
    if (at.events.length > 0) throw new Error('bad condition');
    return false;
  });
  sink.aspire(set(1));
  await expect(bad).rejects.toThrow('bad condition');
});
