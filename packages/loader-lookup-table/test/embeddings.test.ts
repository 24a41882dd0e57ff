import { describe, expect, it } from 'vitest';
import { readTableGoldens } from './golden-tables.ts';
import { ask, floats, int64s, strings, type TableFiles, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const { embeddings } = readTableGoldens();
const tables = new TemporaryTables();
const keyFile = 'embeddings_keys.txt';

/** Rows of each file, and how far its numbers may be from the goldens' float32. */
const BY_WORD: readonly (TableFiles & { readonly rows: number; readonly digits?: number })[] = [
  { fixtures: ['embeddings.csv'], rows: 100 },
  { fixtures: ['embeddings.json'], rows: 50 },
  { fixtures: ['embeddings.parquet'], rows: 1000 },
  { fixtures: ['embeddings_f4.npy', keyFile], manifest: { keyFile }, rows: 1000 },
  { fixtures: ['embeddings_f8.npy', keyFile], manifest: { keyFile }, rows: 1000 },
  { fixtures: ['embeddings_fortran.npy', keyFile], manifest: { keyFile }, rows: 1000 },
  { fixtures: ['embeddings_big_endian.npy', keyFile], manifest: { keyFile }, rows: 1000 },
  { fixtures: ['embeddings.npz'], rows: 100 },
  { fixtures: ['embeddings_word2vec.txt'], manifest: { file: 'embeddings_word2vec.txt', format: 'word-vectors' }, rows: 200, digits: 4 },
  { fixtures: ['embeddings_f2.npy', keyFile], manifest: { keyFile }, rows: 1000, digits: 2 },
];

describe.each(BY_WORD)('$fixtures', ({ rows, digits = 6, ...files }) => {
  it('gives the vectors of the goldens, and zeros for other keys', async () => {
    await withTable(tables.create(files), async (servable) => {
      const words = Object.keys(embeddings.vectors).filter((word) => (embeddings.row_of_key[word] ?? 0) < rows);
      const outputs = await ask(servable, 'embed', { keys: strings(...words, ...embeddings.missing_keys) });
      const expected = [...words.flatMap((word) => embeddings.vectors[word] ?? []), ...embeddings.missing_keys.flatMap(() => zeros())];
      const actual = valuesOf([...outputs.values()][0]);
      expect(actual).toHaveLength(expected.length);
      for (const [at, value] of actual.entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, digits);
    });
  });
});

function zeros(): number[] {
  return Array.from({ length: embeddings.dim }, () => 0);
}

it('finds rows by integer keys beyond 2^53', async () => {
  const keyed = { fixtures: ['embeddings_f4.npy', 'embeddings_ids.npy'], manifest: { file: 'embeddings_f4.npy', keyFile: 'embeddings_ids.npy' } };
  await withTable(tables.create(keyed), async (servable) => {
    const ids = Object.entries(embeddings.ids);
    const outputs = await ask(servable, 'embed', { keys: int64s(...ids.map(([id]) => BigInt(id)), 9007199254740992n) });
    const words = Object.fromEntries(Object.entries(embeddings.row_of_key).map(([word, row]) => [row, word]));
    const expected = ids.flatMap(([, row]) => (embeddings.vectors[words[row] ?? ''] ?? []).map(Math.fround));
    expect(valuesOf(outputs.get('vector'))).toEqual([...expected, ...zeros()]);
  });
});

it('takes keys from an array beside a compressed one', async () => {
  await withTable(tables.create({ fixtures: ['embeddings_compressed.npz'] }), async (servable) => {
    const outputs = await ask(servable, 'embed', { keys: int64s(0, 7, 100) });
    const expected = ['word0000', 'naïve'].flatMap((word) => (embeddings.vectors[word] ?? []).map(Math.fround));
    expect(valuesOf(outputs.get('vectors'))).toEqual([...expected, ...zeros()]);
  });
});

it('uses row numbers where an array has no keys', async () => {
  await withTable(tables.create({ fixtures: ['embeddings_f4.npy'] }), async (servable) => {
    const outputs = await ask(servable, 'embed', { keys: int64s(999, 1000) });
    expect(valuesOf(outputs.get('vector'))).toEqual([...(embeddings.vectors['word0999'] ?? []).map(Math.fround), ...zeros()]);
  });
});

const half = embeddings.half_row_0;
const int8 = embeddings.int8_row_0.map(Math.fround);

it.each([
  { title: 'halves as the file has them', files: { fixtures: ['embeddings_f2.npy'] }, expected: half },
  { title: 'float32 as halves', files: { fixtures: ['embeddings_f4.npy'], manifest: { embedding: { dtype: 'FP16' } } }, expected: half },
  {
    title: 'int8 with scales as the files have them',
    files: { fixtures: ['embeddings_i1.npy', 'embeddings_i1_scale.npy'], manifest: { file: 'embeddings_i1.npy', embedding: { column: 'vector', scaleFile: 'embeddings_i1_scale.npy' } } },
    expected: int8,
  },
  { title: 'float32 as int8 with scales', files: { fixtures: ['embeddings_f4.npy'], manifest: { embedding: { dtype: 'INT8' } } }, expected: int8 },
])('keeps $title', async ({ files, expected }) => {
  await withTable(tables.create(files), async (servable) => {
    const outputs = await ask(servable, 'embed', { keys: int64s(0) });
    expect(valuesOf(outputs.get('vector'))).toEqual(expected);
  });
});

it('pools to the mean', async () => {
  await withTable(tables.create({ fixtures: ['embeddings_f4.npy'] }), async (servable) => {
    const outputs = await ask(servable, 'pool', { keys: int64s(0, 7, 8), row_splits: int64s(0, 3), weights: floats([0], []) });
    const actual = valuesOf(outputs.get('vector'));
    for (const [at, value] of actual.entries()) expect(value).toBeCloseTo(embeddings.mean_of_rows_0_7_8[at] ?? Number.NaN, 6);
    expect(outputs.get('vector')?.shape).toEqual([1, embeddings.dim]);
  });
});
