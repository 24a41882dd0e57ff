import type { Tensor } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { estimateBytes } from '../src/load/estimate.ts';
import { buildHnsw } from '../src/search/build-hnsw.ts';
import { allocateMatrix } from '../src/storage/matrix.ts';
import type { Metric } from '../src/table-manifest.ts';
import { hasUsearch } from './has-usearch.ts';
import { ask, floats, int64s, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();
const ROWS = 2000;
const DIM = 16;
const K = 10;
const QUERIES = 40;

/** Numbers of -1 to 1 that are the same in every run. */
function randomNumbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

const vectors = randomNumbers(ROWS * DIM, 1);
const queries = floats([QUERIES, DIM], randomNumbers(QUERIES * DIM, 2));

function npy(values: Float32Array): Uint8Array {
  const header = `${`{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length / DIM}, ${DIM}), }`.padEnd(117)}\n`;
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]), Buffer.from(header), new Uint8Array(values.buffer)]);
}

const directory = (nearest: object, embedding: object = {}): string =>
  tables.create({ files: { 'rows.npy': npy(vectors) }, manifest: { file: 'rows.npy', nearest: { k: K, ...nearest }, embedding } });

async function nearestOf(path: string): Promise<{ keys: readonly unknown[]; scores: readonly number[] }> {
  return withTable(path, async (servable) => {
    const outputs = await ask(servable, 'nearest', { vectors: queries });
    return { keys: valuesOf(outputs.get('keys')), scores: valuesOf(outputs.get('scores')) as readonly number[] };
  });
}

it.skipIf(!hasUsearch).each<{ metric: Metric; dtype: string }>([
  { metric: 'dot', dtype: 'FP32' },
  { metric: 'cosine', dtype: 'INT8' },
  { metric: 'l2', dtype: 'FP16' },
])('finds most of the nearest rows by $metric over $dtype, with the scores of an exact search', async ({ metric, dtype }) => {
  const exact = await nearestOf(directory({ metric }, { dtype }));
  const found = await nearestOf(directory({ metric, index: 'hnsw' }, { dtype }));
  const exactScores = new Map<string, number>();
  const wanted = (query: number): Set<unknown> => new Set(exact.keys.slice(query * K, (query + 1) * K));
  for (const [at, key] of exact.keys.entries()) exactScores.set(`${Math.floor(at / K)} ${String(key)}`, exact.scores[at] ?? Number.NaN);
  let right = 0;
  for (const [at, key] of found.keys.entries()) {
    const query = Math.floor(at / K);
    if (!wanted(query).has(key)) continue;
    right += 1;
    expect(found.scores[at]).toBeCloseTo(exactScores.get(`${query} ${String(key)}`) ?? Number.NaN, 4);
  }
  expect(right / (QUERIES * K)).toBeGreaterThan(0.95);
});

describe.skipIf(!hasUsearch)('beside an exact search', () => {
  it('is not asked for another metric', async () => {
    const search = { vectors: queries, k: single(3), metric: { dtype: 'BYTES', shape: [], data: [Buffer.from('l2')] } } as const;
    const [exact, other] = await Promise.all(
      [directory({ metric: 'dot' }), directory({ metric: 'dot', index: 'hnsw' })].map((path) => withTable(path, (servable) => ask(servable, 'search', search))),
    );
    expect(other?.get('keys')).toEqual(exact?.get('keys'));
    expect(other?.get('scores')).toEqual(exact?.get('scores'));
  });

  it('gives every row that there is, when as many are asked for', async () => {
    const few = tables.create({ files: { 'rows.npy': npy(vectors.slice(0, 5 * DIM)) }, manifest: { file: 'rows.npy', nearest: { k: K, index: 'hnsw' } } });
    await withTable(few, async (servable) => {
      const outputs = await ask(servable, 'nearest', { vectors: floats([1, DIM], vectors.subarray(0, DIM)) });
      expect(new Set(valuesOf(outputs.get('keys')))).toEqual(new Set([0n, 1n, 2n, 3n, 4n]));
      expect(outputs.get('keys')?.shape).toEqual([1, 5]);
    });
  });
});

it.skipIf(!hasUsearch)('finds what a delta adds and not what it takes away', async () => {
  const manifest = { nearest: { k: 1, metric: 'l2', index: 'hnsw' } };
  tables.create({ version: 'delta/1', files: { 'rows.csv': 'id,v0,v1\n1,0.5,0.5\n2,5.5,5.5\n3,9.5,9.5\n' }, manifest });
  const second = tables.create({ version: 'delta/2', files: { 'rows.csv': 'id,v0,v1\n4,1.5,1.5\n', 'gone.txt': '1\n' }, manifest: { base: 1, file: 'rows.csv', deletes: 'gone.txt' } });
  await withTable(second, async (servable) => {
    const outputs = await ask(servable, 'nearest', { vectors: floats([2, 2], [0.5, 0.5, 6.5, 6.5]) });
    expect(valuesOf(outputs.get('keys'))).toEqual([4n, 2n]);
    expect(valuesOf(outputs.get('scores'))).toEqual([2, 2]);
    expect(valuesOf((await ask(servable, 'lookup', { keys: int64s(1, 4) })).get('found'))).toEqual([0, 1]);
  });
});

it('counts its memory before a load', async () => {
  expect(await estimateBytes(directory({ index: 'hnsw' }))).toBeGreaterThan((await estimateBytes(directory({}))) + ROWS * DIM * 4);
});

it('says what to install where the library is missing', async () => {
  const matrix = allocateMatrix({ dtype: 'FP32', rows: 0, dim: 2 });
  const layers = { base: { embedding: { name: 'v', matrix } }, delta: undefined } as never;
  const resolve = (name: string): string => {
    throw new Error(`Cannot find module '${name}'`);
  };
  await expect(buildHnsw({ layers, metric: 'dot', path: 'table.json', resolve }, new AbortController().signal)).rejects.toMatchObject({
    code: 'SRV_TABLE_INDEX_UNAVAILABLE',
    status: 'FAILED_PRECONDITION',
    message: "'table.json' asks for \"index\": \"hnsw\", which needs the package 'usearch', version 2.25.3 or a later 2.x: it is not installed. Install it beside the server (npm install usearch@2.25.3), or leave \"index\" out for an exact search",
  });
});

it.skipIf(!hasUsearch)('ends a build that is not wanted any more', async () => {
  const reason = new Error('not wanted');
  const matrix = allocateMatrix({ dtype: 'FP32', rows: 4, dim: 2 });
  const layers = { base: { rows: 4, embedding: { name: 'v', matrix } }, delta: undefined } as never;
  const controller = new AbortController();
  const built = buildHnsw({ layers, metric: 'dot', path: 'table.json' }, controller.signal);
  controller.abort(reason);
  await expect(built).rejects.toBe(reason);
});

function single(value: number): Tensor {
  return { dtype: 'INT32', shape: [], data: Int32Array.of(value) };
}
