import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MatrixSearch } from '../src/search/matrix-search.ts';
import { allocateMatrix, MatrixRows, type MatrixDType } from '../src/storage/matrix.ts';
import { hide } from '../src/storage/layers.ts';
import type { Metric } from '../src/table-manifest.ts';
import { readTableGoldens } from './golden-tables.ts';
import { ask, floats, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const { embeddings } = readTableGoldens();
const tables = new TemporaryTables();
const METRICS: readonly Metric[] = ['dot', 'cosine', 'l2'];

describe('on the goldens', () => {
  const directory = (metric: Metric): string => tables.create({ fixtures: ['embeddings.parquet'], manifest: { nearest: { k: 5, metric } } });
  const queries = floats([embeddings.nearest.length, embeddings.dim], embeddings.nearest.flatMap(({ query }) => query));

  it.each(METRICS)('%s finds the neighbours that NumPy finds', async (metric) => {
    await withTable(directory(metric), async (servable) => {
      const outputs = await ask(servable, 'nearest', { vectors: queries });
      const expected = embeddings.nearest.flatMap((each) => each[metric === 'l2' ? 'l2_squared' : metric]);
      expect(valuesOf(outputs.get('keys'))).toEqual(expected.map(({ key }) => key));
      for (const [at, score] of valuesOf(outputs.get('scores')).entries()) expect(score).toBeCloseTo(expected[at]?.score ?? Number.NaN, 4);
      expect(outputs.get('keys')?.shape).toEqual([embeddings.nearest.length, 5]);
    });
  });

  it('search takes k and the metric with the request', async () => {
    await withTable(directory('dot'), async (servable) => {
      const outputs = await ask(servable, 'search', { vectors: queries, k: { dtype: 'INT32', shape: [], data: Int32Array.of(2) }, metric: { ...strings('cosine'), shape: [] } });
      expect(valuesOf(outputs.get('keys'))).toEqual(embeddings.nearest.flatMap(({ cosine }) => cosine.slice(0, 2).map(({ key }) => key)));
    });
  });

  it.each([
    { title: 'vectors of another length', inputs: { vectors: floats([1, 3], [1, 2, 3]) }, says: 'has vectors of 3 numbers, those of the table have 16' },
    { title: 'a vector with NaN', inputs: { vectors: floats([1, 16], Array.from({ length: 16 }, () => Number.NaN)) }, says: 'has NaN in row 1' },
    { title: 'k below 1', inputs: { vectors: queries, k: { dtype: 'INT32', shape: [], data: Int32Array.of(0) } as const }, says: 'is 0, it must be 1 to 10000' },
    { title: 'a metric that is none', inputs: { vectors: queries, metric: { ...strings('manhattan'), shape: [] } }, says: "is 'manhattan', it must be dot, cosine, l2" },
  ])('refuses $title', async ({ inputs, says }) => {
    await withTable(directory('dot'), async (servable) => {
      const defaults = Object.fromEntries(servable.signatures.get('search')?.defaults ?? []);
      await expect(ask(servable, 'search', { ...defaults, ...inputs })).rejects.toThrow(says);
    });
  });
});

/** Rows by score of a matrix that is read back row by row, in float64. */
function bruteForce(vectors: readonly Float32Array[], query: Float32Array, metric: Metric): { readonly row: number; readonly score: number }[] {
  const norm = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const scored = vectors.map((vector, row) => {
    const dot = vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0);
    if (metric === 'dot') return { row, score: dot };
    if (metric === 'l2') return { row, score: vector.reduce((sum, value, at) => sum + (value - (query[at] ?? 0)) ** 2, 0) };
    return { row, score: norm(vector) * norm(query) === 0 ? 0 : dot / (norm(vector) * norm(query)) };
  });
  return scored.sort((a, b) => (metric === 'l2' ? a.score - b.score : b.score - a.score));
}

const cases = (['FP32', 'FP16', 'INT8'] as const).flatMap((dtype) => METRICS.map((metric) => ({ dtype, metric })));

it.each<{ dtype: MatrixDType; metric: Metric }>(cases)('$metric over $dtype equals brute force, in one memory or several, with hidden rows', ({ dtype, metric }) => {
  // Products of smaller ones end below what float32 can tell from 0.
  const number = fc.float({ min: -8, max: 8, noNaN: true }).map((value) => (Math.abs(value) < 2 ** -10 ? 0 : value));
  const shape = fc.record({ rows: fc.integer({ min: 1, max: 40 }), dim: fc.integer({ min: 1, max: 37 }), rowsPerChunk: fc.integer({ min: 1, max: 50 }), k: fc.integer({ min: 1, max: 8 }) });
  const table = shape.chain((sizes) =>
    fc.record({ sizes: fc.constant(sizes), values: fc.array(number, { minLength: sizes.rows * sizes.dim, maxLength: sizes.rows * sizes.dim }), query: fc.array(number, { minLength: sizes.dim, maxLength: sizes.dim }), hidden: fc.uniqueArray(fc.nat(sizes.rows - 1)) }),
  );
  fc.assert(
    fc.property(table, ({ sizes: { rows, dim, rowsPerChunk, k }, values, query, hidden }) => {
      const matrix = allocateMatrix({ dtype, rows, dim, rowsPerChunk });
      const access = new MatrixRows(matrix);
      for (let row = 0; row < rows; row += 1) access.write(row, values, row * dim);
      const stored = Array.from({ length: rows }, (_, row) => {
        const vector = new Float32Array(dim);
        access.read(row, vector, 0);
        return vector;
      });
      const bits = new Uint8Array(Math.ceil(rows / 8));
      for (const row of hidden) hide(bits, row);
      const [answer] = new MatrixSearch(matrix, 0, bits).search([{ queries: Float32Array.from(query), k, metric }]);
      const expected = bruteForce(stored, Float32Array.from(query), metric).filter(({ row }) => !hidden.includes(row));
      const scoreOf = new Map(expected.map(({ row, score }) => [row, score]));
      const count = Math.min(k, expected.length);
      for (let at = 0; at < k; at += 1) {
        const row = answer?.rows[at] ?? -1;
        if (at >= count) {
          expect(row).toBe(-1);
          continue;
        }
        // Rows whose scores are equal up to rounding may change places.
        const tolerance = 1e-4 * Math.max(1, Math.abs(expected[at]?.score ?? 0)) + (metric === 'cosine' ? 0 : 1e-3);
        expect(Math.abs((answer?.scores[at] ?? Number.NaN) - (expected[at]?.score ?? Number.NaN))).toBeLessThan(tolerance);
        expect(Math.abs((scoreOf.get(row) ?? Number.NaN) - (expected[at]?.score ?? Number.NaN))).toBeLessThan(tolerance);
      }
      expect(new Set(answer?.rows.subarray(0, count)).size).toBe(count);
    }),
    { numRuns: 60 },
  );
});

it('answers the same in the search thread as on the event loop, joined with other requests or alone', async () => {
  const dim = 64;
  const rows = 9000;
  const lines = Array.from({ length: rows }, (_, row) => `${row},${Array.from({ length: dim }, (_none, at) => ((row * 31 + at * 17) % 97) / 97).join()}`);
  const csv = [['id', ...Array.from({ length: dim }, (_, at) => `v${at}`)].join(), ...lines].join('\n');
  await withTable(tables.create({ files: { 'table.csv': csv } }), async (servable) => {
    const query = (seed: number): number[] => Array.from({ length: dim }, (_, at) => Math.sin(seed + at));
    const joined = await ask(servable, 'nearest', { vectors: floats([2, dim], [...query(1), ...query(2)]) });
    const alone = await Promise.all([1, 2].map((seed) => ask(servable, 'nearest', { vectors: floats([1, dim], query(seed)) })));
    expect(alone.flatMap((each) => valuesOf(each.get('keys')))).toEqual(valuesOf(joined.get('keys')));
    expect(alone.flatMap((each) => valuesOf(each.get('scores')))).toEqual(valuesOf(joined.get('scores')));
  });
});
