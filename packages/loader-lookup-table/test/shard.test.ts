import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint64 } from '@servable/tfrecord';
import { ask, int64s, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();
const COUNT = 3;
const ROWS = 60;
const shardOfText = (key: string): number => Number(fingerprint64(new TextEncoder().encode(key)) % BigInt(COUNT));
const integers = Array.from({ length: ROWS }, (_, row) => BigInt(row - 30) * 7n);
const texts = integers.map((key) => `key ${key}`);
const csv = (keys: readonly (string | bigint)[]): string => ['key,value', ...keys.map((key, row) => `${key},${row}`)].join('\n');

describe.each([
  { dtype: 'INT64', text: csv(integers), keys: integers.map((key) => int64s(key)), shards: integers.map((key) => Number(((key % 3n) + 3n) % 3n)) },
  { dtype: 'BYTES', text: csv(texts), keys: texts.map((key) => strings(key)), shards: texts.map(shardOfText) },
])('$dtype keys', ({ text, keys, shards }) => {
  it('are answered by the shard they are in, and refused by the others with its number', async () => {
    for (let index = 0; index < COUNT; index += 1) {
      await withTable(tables.create({ files: { 'table.csv': text }, manifest: { file: 'table.csv', shard: { index, count: COUNT } } }), async (servable) => {
        expect(servable.signatures.get('lookup')?.batching).toBe('none');
        for (const [row, key] of keys.entries()) {
          const answer = ask(servable, 'lookup', { keys: key });
          if (shards[row] === index) expect(valuesOf((await answer).get('value'))).toEqual([BigInt(row)]);
          else await expect(answer).rejects.toMatchObject({ code: 'SRV_TABLE_KEY_OUTSIDE_SHARD', args: [expect.anything(), shards[row], index, COUNT] });
        }
      });
    }
    expect(new Set(shards).size).toBe(COUNT);
  });
});

it('tells the file rows of a duplicate key in a shard', async () => {
  const text = 'key,value\n1,1\n0,2\n2,3\n3,4\n0,5\n';
  const load = withTable(tables.create({ files: { 'table.csv': text }, manifest: { file: 'table.csv', shard: { index: 0, count: 3 } } }), () => {});
  await expect(load).rejects.toThrow('row 5: the key 0 is that of row 2 already');
});

describe('missing keys', () => {
  const rows = 'key,v0,v1\na,1,2\nb,3,4\n';
  const cases = [
    { missing: 'zeros', expected: [0, 0] },
    { missing: 'default', default: [7, 8], expected: [7, 8] },
  ];

  it.each(cases)('get $missing', async ({ expected, ...embedding }) => {
    await withTable(tables.create({ files: { 'table.csv': rows }, manifest: { file: 'table.csv', embedding: { column: ['v0', 'v1'], ...embedding } } }), async (servable) => {
      const outputs = await ask(servable, 'embed', { keys: strings('b', 'x', 'a') });
      expect(valuesOf(outputs.get('embedding'))).toEqual([3, 4, ...expected, 1, 2]);
      expect(servable.signatures.get('embed')?.batching).toBe('rows');
    });
  });

  it('are refused with error, which requests are not joined for', async () => {
    await withTable(tables.create({ files: { 'table.csv': rows }, manifest: { file: 'table.csv', embedding: { column: ['v0', 'v1'], missing: 'error' } } }), async (servable) => {
      expect(servable.signatures.get('embed')?.batching).toBe('none');
      await expect(ask(servable, 'embed', { keys: strings('a', 'x') })).rejects.toMatchObject({ code: 'SRV_TABLE_KEY_UNKNOWN', status: 'NOT_FOUND', message: "The table has no key 'x'" });
    });
  });
});

const FORMATS = ['csv', 'json', 'jsonl'] as const;

/** Any text that a cell can hold in every format; CSV cannot tell a missing cell from an empty one. */
const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\r\ud800-\udfff\ufeff]/.test(text));
const record = fc.record({ key: cell, name: cell, count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), share: fc.double({ noNaN: true, noDefaultInfinity: true }), on: fc.boolean() });
const records = fc.uniqueArray(record, { minLength: 1, maxLength: 30, selector: ({ key }) => key });

it.each(FORMATS)('any rows of a %s file are found as they were written', async (format) => {
  const manifest = { file: `rows.${format}`, keyType: 'BYTES', columns: { name: 'BYTES', count: 'INT64', share: 'FP64', on: 'BOOL' } };
  await fc.assert(
    fc.asyncProperty(records, fc.array(cell, { maxLength: 5 }), async (rows, others) => {
      const directory = tables.create({ files: { [`rows.${format}`]: textOf(format, rows) }, manifest });
      const map = new Map(rows.map((row) => [row.key, row]));
      const asked = [...map.keys(), ...others];
      await withTable(directory, async (servable) => {
        const outputs = await ask(servable, 'lookup', { keys: strings(...asked) });
        expect(valuesOf(outputs.get('found'))).toEqual(asked.map((key) => Number(map.has(key))));
        expect(valuesOf(outputs.get('name'))).toEqual(asked.map((key) => map.get(key)?.name ?? ''));
        expect(valuesOf(outputs.get('count'))).toEqual(asked.map((key) => map.get(key)?.count ?? 0n));
        expect(valuesOf(outputs.get('share'))).toEqual(asked.map((key) => map.get(key)?.share ?? 0));
        expect(valuesOf(outputs.get('on'))).toEqual(asked.map((key) => Number(map.get(key)?.on ?? false)));
      });
    }),
    { numRuns: 30 },
  );
});

interface Row {
  readonly key: string;
  readonly name: string;
  readonly count: bigint;
  readonly share: number;
  readonly on: boolean;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function textOf(format: (typeof FORMATS)[number], rows: readonly Row[]): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  if (format === 'csv') return ['key,name,count,share,on', ...rows.map(({ key, name, count, share, on }) => [quoted(key), quoted(name), count, numberText(share), on].join())].join('\n');
  const lines = rows.map(({ key, name, count, share, on }) => `{"key":${JSON.stringify(key)},"name":${JSON.stringify(name)},"count":${count},"share":${numberText(share)},"on":${on}}`);
  return format === 'json' ? `[${lines.join(',\n')}]` : lines.join('\n');
}
