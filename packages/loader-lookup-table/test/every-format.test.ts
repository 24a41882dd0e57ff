import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import lookupTable from '../src/index.ts';
import { expectTable } from './expect-table.ts';
import { ALL_DTYPES, cellText, type FormatLimits, lineText, NUMERIC_DTYPES, randomTable, type RandomTable, wordText } from './random-table.ts';
import * as write from './table-writers.ts';
import { TemporaryTables, withTable } from './temporary-table.ts';

// Any table in any format answers as a Map of its rows: every dtype, both kinds of keys, and all that a missing key can get.

const tables = new TemporaryTables();
const RUNS = Number(process.env['SERVABLE_TABLE_RUNS'] ?? 8);

const anything: FormatLimits = { keyTypes: ['INT64', 'BYTES'], dtypes: ALL_DTYPES, vectorDTypes: ['FP32', 'FP16'], nulls: true, vectors: 'maybe', keyText: cellText, minRows: 0 };
/** Lists without a row do not say how long they are. */
const withRows: FormatLimits = { ...anything, minRows: 1 };
const noNulls: FormatLimits = { ...anything, nulls: false };
/** CSV has no word for a missing text: an empty cell is an empty one. */
const numbersMayMiss: FormatLimits = { ...anything, nulls: true, dtypes: NUMERIC_DTYPES };

const FORMATS: readonly { readonly format: string; readonly limits: FormatLimits; readonly write: write.TableWriter }[] = [
  { format: 'CSV', limits: noNulls, write: write.separatedBy(',', 't.csv', '\n') },
  { format: 'CSV with empty cells and CRLF', limits: numbersMayMiss, write: write.separatedBy(',', 't.csv', '\r\n') },
  { format: 'TSV', limits: noNulls, write: write.separatedBy('\t', 't.tsv', '\n') },
  { format: 'JSON, a list', limits: withRows, write: write.jsonList },
  { format: 'JSON, an object by key', limits: withRows, write: write.jsonObject },
  { format: 'JSON lines', limits: withRows, write: write.jsonLines },
  { format: '.npz', limits: noNulls, write: write.npz },
  { format: '.npy', limits: { ...noNulls, vectors: 'only', keyText: lineText, minRows: 1 }, write: write.npy },
  { format: 'safetensors', limits: { ...noNulls, dtypes: NUMERIC_DTYPES, keyText: lineText }, write: write.safetensors },
  { format: 'Arrow file', limits: anything, write: write.arrow('file') },
  { format: 'Arrow stream', limits: anything, write: write.arrow('stream') },
  { format: 'Parquet', limits: withRows, write: write.parquet('UNCOMPRESSED') },
  { format: 'Parquet with snappy', limits: withRows, write: write.parquet('SNAPPY') },
  { format: 'word vectors', limits: { ...noNulls, keyTypes: ['BYTES'], vectors: 'only', keyText: wordText, minRows: 1 }, write: write.wordVectors },
];

it.each(FORMATS)('any rows in $format are found as they were written', async ({ limits, write: writeTable }) => {
  await fc.assert(
    fc.asyncProperty(randomTable(limits), async (table) => {
      const directory = tables.create(writeTable(table));
      await withTable(directory, (servable) => expectTable(servable, table));
      rmSync(directory, { recursive: true });
    }),
    { numRuns: RUNS },
  );
});

it('any rows in a built file are found as they were written', async () => {
  const command = lookupTable().commands?.find(({ name }) => name === 'build-table');
  await fc.assert(
    fc.asyncProperty(randomTable(withRows), async (table) => {
      const directory = tables.create(write.parquet('SNAPPY')(table));
      expect(await command?.run([directory], { print: () => {} })).toBe(0);
      rmSync(join(directory, 't.parquet'));
      await withTable(directory, (servable) => expectTable(servable, table));
      rmSync(directory, { recursive: true });
    }),
    { numRuns: RUNS },
  );
});

/** A table of other rows: those of `table` with these numbers, and rows of other values for `undefined`. */
function otherRows(table: RandomTable, rows: readonly (readonly [key: bigint | string, row: number | undefined])[]): RandomTable {
  const { vectors } = table;
  return {
    ...table,
    keys: rows.map(([key]) => key),
    columns: table.columns.map((column) => ({ ...column, values: rows.map(([, row]) => (row === undefined ? column.fallback : (column.values[row] ?? null))) })),
    vectors: vectors === undefined ? undefined : { ...vectors, values: rows.map(([, row]) => vectors.values[row ?? -1] ?? Array.from({ length: vectors.dim }, () => 1)) },
  };
}

it('any rows of which a version has some and a delta the others are found as they were written', async () => {
  let count = 0;
  const kinds = fc.array(fc.constantFrom('old', 'replaced', 'new'), { minLength: 24, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(randomTable(withRows), kinds, async (random, kindOf) => {
      // A table with buckets takes no deltas.
      const table: RandomTable = random.policy.missing === 'bucket' ? { ...random, policy: { missing: 'zeros' } } : random;
      const rows = table.keys.map((key, row) => ({ key, row, kind: kindOf[row] }));
      const old = rows.filter(({ kind }) => kind !== 'new').map(({ key, row, kind }) => [key, kind === 'old' ? row : undefined] as const);
      const base = otherRows(table, [...old, ...table.others.map((key) => [key, undefined] as const)]);
      const changed = otherRows(table, rows.filter(({ kind }) => kind !== 'old').map(({ key, row }) => [key, row] as const));
      count += 1;
      tables.create({ ...write.parquet('SNAPPY')(base), version: `delta-${count}/1` });
      const files = { ...write.jsonLines(changed).files, 'gone.jsonl': write.jsonLines({ ...otherRows(table, table.others.map((key) => [key, undefined])), columns: [], vectors: undefined }).files?.['t.jsonl'] ?? '' };
      const directory = tables.create({ files, manifest: { base: 1, file: 't.jsonl', deletes: 'gone.jsonl' }, version: `delta-${count}/2` });
      await withTable(directory, (servable) => expectTable(servable, table));
      rmSync(join(directory, '..'), { recursive: true });
    }),
    { numRuns: RUNS },
  );
});
