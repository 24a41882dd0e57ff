import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { testLoaderContext } from '@servable/plugin-testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import lookupTable from '../src/index.ts';
import { loadTable } from '../src/load/load-table.ts';
import { ask, floats, int64s, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();
const options = { loaded: new Map(), cache: undefined };

interface Model {
  readonly name: string;
  readonly value: number;
  readonly vector: readonly number[];
}

function csvOf(rows: ReadonlyMap<string, Model>): string {
  return ['key,name,value,v0,v1,v2', ...Array.from(rows, ([key, { name, value, vector }]) => [key, name, value, ...vector].join())].join('\n');
}

const manifest = { columns: { name: 'BYTES', value: 'FP64' }, embedding: { column: ['v0', 'v1', 'v2'] }, file: 'rows.csv', nearest: { k: 4, metric: 'l2' } };

const model = fc.record({ name: fc.string({ unit: fc.constantFrom('a', 'b', 'c') }), value: fc.integer({ min: -100, max: 100 }), vector: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 }) });
const LETTERS = Array.from({ length: 17 }, (_, at) => String.fromCharCode(97 + at));
const keysOf = { BYTES: fc.constantFrom(...LETTERS.slice(1)), INT64: fc.integer({ min: -8, max: 8 }).map(String) };
const step = (key: fc.Arbitrary<string>) => fc.record({ upserts: fc.array(fc.tuple(key, model), { maxLength: 5 }).map((rows) => new Map(rows)), deletes: fc.uniqueArray(key, { maxLength: 3 }) });

let count = 0;

describe.each(['BYTES', 'INT64'] as const)('with %s keys', (keyType) => {
  it('a chain of deltas answers as a Map that was changed in the same way', async () => {
    const key = keysOf[keyType];
    const chain = fc.record({ base: fc.array(fc.tuple(key, model), { minLength: 4, maxLength: 16 }).map((rows) => new Map(rows)), steps: fc.array(step(key), { maxLength: 5 }) });
    await fc.assert(
      fc.asyncProperty(chain, async ({ base, steps }) => {
        count += 1;
        const name = `chain-${count}`;
        tables.create({ version: `${name}/1`, files: { 'rows.csv': csvOf(base) }, manifest: { ...manifest, keyType } });
        const expected = new Map(base);
        let directory = join(tables.root, name, '1');
        for (const [at, { upserts, deletes }] of steps.entries()) {
          const own = { base: at + 1, file: 'rows.csv', deletes: 'gone.txt' };
          directory = tables.create({ version: `${name}/${at + 2}`, files: { 'rows.csv': csvOf(upserts), 'gone.txt': deletes.map((each) => `${each}\n`).join('') }, manifest: own });
          for (const each of deletes) expected.delete(each);
          for (const [each, row] of upserts) expected.set(each, row);
        }
        await withTable(directory, (servable) => agrees(servable, expected, keyType));
        rmSync(join(tables.root, name), { recursive: true });
      }),
      { numRuns: 15 },
    );
  });
});

async function agrees(servable: Parameters<typeof ask>[0], expected: ReadonlyMap<string, Model>, keyType: 'BYTES' | 'INT64'): Promise<void> {
  const asked = keyType === 'BYTES' ? LETTERS : Array.from({ length: 18 }, (_, at) => String(at - 9));
  const keys = keyType === 'BYTES' ? strings(...asked) : int64s(...asked.map(BigInt));
  const values = await ask(servable, 'lookup', { keys });
  expect(valuesOf(values.get('found'))).toEqual(asked.map((key) => Number(expected.has(key))));
  expect(valuesOf(values.get('name'))).toEqual(asked.map((key) => expected.get(key)?.name ?? ''));
  expect(valuesOf(values.get('value'))).toEqual(asked.map((key) => expected.get(key)?.value ?? 0));
  expect(valuesOf((await ask(servable, 'embed', { keys })).get('embedding'))).toEqual(asked.flatMap((key) => expected.get(key)?.vector ?? [0, 0, 0]));
  const found = await ask(servable, 'nearest', { vectors: floats([1, 3], [1, 2, 3]) });
  const distance = (key: string): number => (expected.get(key)?.vector ?? []).reduce((sum, value, at) => sum + (value - at - 1) ** 2, 0);
  const best = [...expected.keys()].map(distance).sort((a, b) => a - b).slice(0, 4);
  expect(valuesOf(found.get('scores'))).toEqual(best);
  expect(valuesOf(found.get('keys')).map((key) => distance(String(key)))).toEqual(best);
}

const rows = (from: number, to: number, value: number): Map<string, Model> =>
  new Map(Array.from({ length: to - from }, (_, at) => [`k${from + at}`, { name: 'n', value, vector: [at, value, 0] }]));

describe('memory', () => {
  it('is that of the base that serves, and a little', async () => {
    tables.create({ version: 'shared/1', files: { 'rows.csv': csvOf(rows(0, 100, 1)) }, manifest });
    const delta = tables.create({ version: 'shared/2', files: { 'rows.csv': csvOf(rows(95, 105, 2)) }, manifest: { base: 1, file: 'rows.csv' } });
    const base = await loadTable(join(tables.root, 'shared/1'), options);
    const over = await loadTable(delta, { ...options, loaded: new Map([[join(tables.root, 'shared/1'), base]]) });
    expect(over.layers.base).toBe(base.layers.base);
    expect(over.layers.delta?.table.rows).toBe(10);
    expect(over.layers.delta?.hiddenRows).toBe(5);
  });

  it('is one table again when deltas have grown to half of the base', async () => {
    tables.create({ version: 'compacted/1', files: { 'rows.csv': csvOf(rows(0, 10, 1)) }, manifest });
    const delta = tables.create({ version: 'compacted/2', files: { 'rows.csv': csvOf(rows(8, 12, 2)) }, manifest: { base: 1, file: 'rows.csv' } });
    const { layers } = await loadTable(delta, options);
    expect(layers.delta).toBeUndefined();
    expect(layers.base.rows).toBe(12);
  });
});

it('lays a delta over the version that serves, which may go first', async () => {
  const base = tables.create({ version: 'serving/1', files: { 'rows.csv': csvOf(rows(0, 100, 1)) }, manifest });
  const delta = tables.create({ version: 'serving/2', files: { 'rows.csv': csvOf(rows(0, 1, 7)) }, manifest: { base: 1, file: 'rows.csv' } });
  const plugin = lookupTable();
  const { signal } = new AbortController();
  const first = plugin.create({ path: base }, {}, testLoaderContext());
  await first.load(signal);
  const second = plugin.create({ path: delta }, {}, testLoaderContext());
  const servable = await second.load(signal);
  await first.unload();
  expect(valuesOf((await ask(servable, 'lookup', { keys: strings('k0', 'k1') })).get('value'))).toEqual([7, 1]);
  await second.unload();
});

it('is built with its bases into one file, which needs them no more', async () => {
  tables.create({ version: 'built/1', files: { 'rows.csv': csvOf(rows(0, 100, 1)) }, manifest });
  const delta = tables.create({ version: 'built/2', files: { 'rows.csv': csvOf(rows(99, 101, 2)), 'gone.txt': 'k0\n' }, manifest: { base: 1, file: 'rows.csv', deletes: 'gone.txt' } });
  expect(await lookupTable().commands?.[0]?.run([delta], { print: () => {} })).toBe(0);
  rmSync(join(tables.root, 'built/1'), { recursive: true });
  await withTable(delta, async (servable) => {
    const outputs = await ask(servable, 'lookup', { keys: strings('k0', 'k1', 'k99', 'k100') });
    expect(valuesOf(outputs.get('value'))).toEqual([0, 1, 2, 2]);
    expect(valuesOf(outputs.get('found'))).toEqual([0, 1, 1, 1]);
  });
});

it.each([
  { title: 'whose base is missing', own: { base: 9, file: 'rows.csv' }, text: csvOf(rows(0, 1, 1)), code: 'SRV_TABLE_BASE_MISSING', says: 'there is no folder 9 beside it' },
  { title: 'that builds on itself', own: { base: 2, file: 'rows.csv' }, text: csvOf(rows(0, 1, 1)), code: 'SRV_TABLE_BASE_MISSING', says: 'the version itself' },
  { title: 'that lacks a column', own: { base: 1, file: 'rows.csv' }, text: 'key,name,v0,v1,v2\na,b,1,2,3', code: 'SRV_TABLE_COLUMN_UNKNOWN', says: "no column 'value'" },
  { title: 'with a value of another type', own: { base: 1, file: 'rows.csv' }, text: 'key,name,value,v0,v1,v2\na,b,c,1,2,3', code: 'SRV_TABLE_ROW_INVALID', says: 'row 1 (line 2)' },
])('refuses a delta $title', async ({ own, text, code, says }) => {
  count += 1;
  tables.create({ version: `bad-${count}/1`, files: { 'rows.csv': csvOf(rows(0, 10, 1)) }, manifest });
  const delta = tables.create({ version: `bad-${count}/2`, files: { 'rows.csv': text }, manifest: own });
  const fault = await loadTable(delta, options).catch((error: unknown) => error as { code: string; message: string });
  expect(fault).toMatchObject({ code, message: expect.stringContaining(says) });
});
