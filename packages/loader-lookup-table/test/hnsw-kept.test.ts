import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { testLoaderContext } from '@servable/plugin-testing';
import { describe, expect, it } from 'vitest';
import lookupTable from '../src/index.ts';
import { indexKey } from '../src/search/hnsw-file.ts';
import { indexParameters } from '../src/search/hnsw-index.ts';
import { loadTable } from '../src/load/load-table.ts';
import { hasUsearch } from './has-usearch.ts';
import { ask, floats, TemporaryTables, valuesOf } from './temporary-table.ts';

const tables = new TemporaryTables();
const ROWS = 60;
const INDEX = 'table.servable-index';

/** Row `n` lies at `n`, or at `-n`. */
const csv = (sign: number): string => ['id,v0,v1', ...Array.from({ length: ROWS }, (_, row) => `${row},${(row * sign).toFixed(1)},0.5`)].join('\n');
const manifest = { file: 'rows.csv', nearest: { k: 1, metric: 'l2', index: 'hnsw' } };
const versionOf = (sign: number): string => tables.create({ files: { 'rows.csv': csv(sign) }, manifest });

async function nearestTo(value: number, directory: string, cacheDirectory?: string): Promise<unknown> {
  const plugin = lookupTable(cacheDirectory === undefined ? {} : { cacheDirectory });
  const loader = plugin.create({ path: directory }, {}, testLoaderContext());
  try {
    const servable = await loader.load(new AbortController().signal);
    return valuesOf((await ask(servable, 'nearest', { vectors: floats([1, 2], [value, 0.5]) })).get('keys'))[0];
  } finally {
    await loader.unload();
  }
}

async function build(directory: string): Promise<string[]> {
  const lines: string[] = [];
  const code = await lookupTable().commands?.find(({ name }) => name === 'build-table')?.run([directory], { print: (line) => void lines.push(line) });
  expect(code).toBe(0);
  return lines;
}

describe.skipIf(!hasUsearch)('an index that is kept', () => {
  it('is written beside a built table, and taken from there', async () => {
    const directory = versionOf(1);
    expect(await build(directory)).toEqual([expect.stringContaining(`${ROWS} rows`), expect.stringMatching(/table\.servable-index: \d+ bytes$/)]);
    expect(await nearestTo(17.2, directory)).toBe(17n);
    // Another table's index, with a note that says it is of this one's rows, answers wrongly: so it is what is asked.
    const other = versionOf(-1);
    await build(other);
    copyFileSync(join(other, INDEX), join(directory, INDEX));
    const bytes = readFileSync(join(other, INDEX));
    const { layers } = await loadTable(directory, { loaded: new Map(), cache: undefined });
    writeFileSync(join(directory, `${INDEX}.note`), JSON.stringify({ format: 1, key: indexKey(layers, indexParameters(layers, 'l2')), bytes: bytes.length, crc32: crc32(bytes) }));
    expect(await nearestTo(17.2, directory)).not.toBe(17n);
  });

  it.each([
    { title: 'of other rows', spoil: (index: Buffer, note: string): [Buffer, string] => [index, note.replace(/"key":"./, '"key":"x')] },
    { title: 'damaged', spoil: (index: Buffer, note: string): [Buffer, string] => [Buffer.concat([index.subarray(0, 500), Buffer.from([(index[500] ?? 0) ^ 1]), index.subarray(501)]), note] },
    { title: 'cut short', spoil: (index: Buffer, note: string): [Buffer, string] => [index.subarray(0, 700), note] },
    { title: 'without a note', spoil: (index: Buffer): [Buffer, string] => [index, ''] },
  ])('is built anew when it is $title', async ({ spoil }) => {
    const directory = versionOf(1);
    await build(directory);
    const [index, note] = spoil(readFileSync(join(directory, INDEX)), readFileSync(join(directory, `${INDEX}.note`), 'utf8'));
    writeFileSync(join(directory, INDEX), index);
    writeFileSync(join(directory, `${INDEX}.note`), note);
    expect(await nearestTo(41.9, directory)).toBe(42n);
  });

  it('is in the cache by what it was built from', async () => {
    const cache = join(tables.create({ files: { x: '' } }), 'cache');
    const indexes = (): string[] => readdirSync(cache).filter((name) => name.endsWith('.servable-index'));
    const directory = versionOf(1);
    expect(await nearestTo(3.1, directory, cache)).toBe(3n);
    const first = indexes();
    expect(await nearestTo(3.1, directory, cache)).toBe(3n);
    expect(indexes()).toEqual(first);
    expect(await nearestTo(-3.1, versionOf(-1), cache)).toBe(3n);
    expect(indexes()).toHaveLength(2);
    expect(readdirSync(cache).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
