import { appendFile, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { PartJournal, planParts } from '../../src/download/part-journal.ts';
import { temporaryDirectory } from '../memory-store.ts';

it('cuts a file into parts that follow each other and hold all of it', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 3000 }), (size, partBytes) => {
      const parts = planParts(size, partBytes);
      expect(parts[0]?.start).toBe(0);
      expect(parts.at(-1)?.end).toBe(size);
      for (const [index, part] of parts.entries()) {
        expect(part.end - part.start).toBeLessThanOrEqual(partBytes);
        if (index > 0) expect(part.start).toBe(parts[index - 1]?.end);
      }
    }),
  );
});

async function journalPath(): Promise<string> {
  const directory = await temporaryDirectory();
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'parts');
}

it('knows the parts that another process noted', async () => {
  const path = await journalPath();
  const journal = await PartJournal.open(path, 8);
  for (const part of [3, 0, 12]) await journal.add(part);
  const next = await PartJournal.open(path, 8);
  expect([0, 1, 3, 12].map((part) => next.has(part))).toEqual([true, false, true, true]);
  expect(next.isWhole).toBe(false);
  await next.markWhole();
  expect((await PartJournal.open(path, 8)).isWhole).toBe(true);
});

it('never believes in a part that was not noted, wherever the process was killed', async () => {
  const path = await journalPath();
  const journal = await PartJournal.open(path, 8);
  for (const part of [1, 12, 123]) await journal.add(part);
  await journal.markWhole();
  const { length } = await readFile(path);
  for (let cut = length; cut >= 0; cut -= 1) {
    await truncate(path, cut);
    const half = await PartJournal.open(path, 8);
    const known = Array.from({ length: 1000 }, (_none, part) => part).filter((part) => half.has(part));
    expect([1, 12, 123].slice(0, known.length)).toEqual(known);
    await half.add(7);
    const next = await PartJournal.open(path, 8);
    expect([...known, 7].every((part) => next.has(part))).toBe(true);
    expect(next.has(17) || next.has(127)).toBe(false);
    await truncate(path, 0);
    const whole = await PartJournal.open(path, 8);
    for (const part of [1, 12, 123]) await whole.add(part);
    await whole.markWhole();
  }
});

it('begins anew when the file is cut otherwise, when it is cleared, and when it is no journal', async () => {
  const path = await journalPath();
  await (await PartJournal.open(path, 8)).add(1);
  expect((await PartJournal.open(path, 9)).has(1)).toBe(false);
  const journal = await PartJournal.open(path, 9);
  await journal.add(2);
  await journal.clear();
  await journal.add(4);
  const next = await PartJournal.open(path, 9);
  expect([next.has(2), next.has(4)]).toEqual([false, true]);
  await appendFile(path, 'nonsense\n-1\n1e3\n');
  expect((await PartJournal.open(path, 9)).has(1000)).toBe(false);
});
