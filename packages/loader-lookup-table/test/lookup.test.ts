import { describe, expect, it } from 'vitest';
import { readTableGoldens } from './golden-tables.ts';
import { ask, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const { lookup } = readTableGoldens();
const tables = new TemporaryTables();

const FILES = [
  'countries.csv',
  'countries_crlf_bom.csv',
  'countries.json',
  'countries_array.json',
  'countries.jsonl',
  'countries_gzip.parquet',
  'countries_none.parquet',
  'countries_snappy.parquet',
  'countries_zstd.parquet',
];

it.each([
  { file: 'table.tsv', text: 'key\tname\na\t"x, ""y"" z"\n', manifest: undefined },
  { file: 'table.csv', text: 'key;name\na;"x, ""y"" z"\n', manifest: { delimiter: ';', file: 'table.csv' } },
])('reads $file with its own delimiter', async ({ file, text, manifest }) => {
  await withTable(tables.create({ files: { [file]: text }, ...(manifest === undefined ? {} : { manifest }) }), async (servable) => {
    expect(valuesOf((await ask(servable, 'lookup', { keys: strings('a') })).get('name'))).toEqual(['x, "y" z']);
  });
});

describe.each(FILES)('%s', (file) => {
  const directory = tables.create({ fixtures: [file] });

  it('gives every row of the goldens, and no others', async () => {
    await withTable(directory, async (servable) => {
      const keys = [...lookup.rows.map(([key]) => key), ...lookup.missing_keys];
      const outputs = await ask(servable, 'lookup', { keys: strings(...keys) });
      const missing = lookup.missing_keys;
      expect(valuesOf(outputs.get('found'))).toEqual([...lookup.rows.map(() => 1), ...missing.map(() => 0)]);
      expect(valuesOf(outputs.get('name'))).toEqual([...lookup.rows.map((row) => row[1]), ...missing.map(() => '')]);
      expect(valuesOf(outputs.get('population'))).toEqual([...lookup.rows.map((row) => row[2]), ...missing.map(() => 0)]);
      expect(valuesOf(outputs.get('rank'))).toEqual([...lookup.rows.map((row) => BigInt(row[3])), ...missing.map(() => 0n)]);
      expect(valuesOf(outputs.get('active'))).toEqual([...lookup.rows.map((row) => Number(row[4])), ...missing.map(() => 0)]);
    });
  });
});
