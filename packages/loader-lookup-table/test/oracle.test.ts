import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fingerprint64 } from '@servable/tfrecord';
import { ask, floats, int64s, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

interface Oracle {
  readonly matrix: readonly number[];
  readonly dim: number;
  readonly pool: readonly { readonly lengths: readonly number[]; readonly ids: readonly number[]; readonly weights: readonly number[]; readonly combiner: string; readonly pooled: readonly number[] }[];
  readonly hash: { readonly modulus: string; readonly keys: readonly string[]; readonly buckets: readonly string[] };
  readonly vocabulary: { readonly tokens: readonly string[]; readonly buckets: number; readonly asked: readonly string[]; readonly ids: readonly number[] };
  readonly integers: { readonly keys: readonly number[]; readonly buckets: number; readonly asked: readonly string[]; readonly ids: readonly number[] };
}

/** What TensorFlow says; made by `oracle/make_oracle.py`. */
const oracle = JSON.parse(readFileSync(new URL('oracle/tensorflow.json', import.meta.url), 'utf8')) as Oracle;
const { dim, matrix } = oracle;
const rows = matrix.length / dim;
const tables = new TemporaryTables();
const lines = Array.from({ length: rows }, (_, row) => [row, ...matrix.slice(row * dim, (row + 1) * dim)].join());
const csv = [['key', ...Array.from({ length: dim }, (_, at) => `v${at}`)].join(), ...lines].join('\n');

describe('pool', () => {
  const directory = tables.create({ files: { 'table.csv': csv } });

  it.each(oracle.pool)('$combiner of $lengths with weights $weights is as embedding_lookup_sparse', async ({ lengths, ids, weights, combiner, pooled }) => {
    await withTable(directory, async (servable) => {
      const splits = lengths.reduce((list, length) => [...list, (list.at(-1) ?? 0) + length], [0]);
      const inputs = { keys: int64s(...ids), row_splits: int64s(...splits), weights: floats([weights.length], weights) };
      const actual = (await ask(servable, `pool_${combiner}`, inputs)).get('embedding');
      expect(actual?.shape).toEqual([lengths.length, dim]);
      // TensorFlow adds in float32: 1e-5 of the largest number that was added.
      for (const [at, value] of valuesOf(actual).entries()) expect(Math.abs(Number(value) - (pooled[at] ?? Number.NaN))).toBeLessThan(1e-5 * Math.max(4, Math.abs(pooled[at] ?? 0)));
    });
  });

  it('takes one list a row as a matrix of keys', async () => {
    await withTable(directory, async (servable) => {
      const keys = { ...int64s(1, 2, 3, 4, 5, 6), shape: [2, 3] };
      const none = { row_splits: int64s(), weights: floats([0], []) };
      const whole = valuesOf((await ask(servable, 'pool', { keys, ...none })).get('embedding'));
      const ragged = valuesOf((await ask(servable, 'pool', { keys: int64s(1, 2, 3, 4, 5, 6), row_splits: int64s(0, 3, 6), weights: floats([0], []) })).get('embedding'));
      expect(whole).toEqual(ragged);
    });
  });

  it.each([
    { title: 'splits that do not begin with 0', splits: [1, 2], says: 'begins with 1' },
    { title: 'splits that go down', splits: [0, 2, 1, 2], says: 'goes down from 2 to 1' },
    { title: 'splits that end early', splits: [0, 1], says: 'ends with 1, there are 2 keys' },
  ])('refuses $title', async ({ splits, says }) => {
    await withTable(directory, async (servable) => {
      await expect(ask(servable, 'pool', { keys: int64s(1, 2), row_splits: int64s(...splits), weights: floats([0], []) })).rejects.toThrow(says);
    });
  });

  it('refuses weights of another shape, and those that are not finite', async () => {
    await withTable(directory, async (servable) => {
      const keys = int64s(1, 2);
      await expect(ask(servable, 'pool', { keys, row_splits: int64s(0, 2), weights: floats([1], [1]) })).rejects.toThrow('has shape [1], keys have [2]');
      await expect(ask(servable, 'pool', { keys, row_splits: int64s(0, 2), weights: floats([2], [1, NaN]) })).rejects.toThrow('is NaN at 1');
    });
  });
});

it('hashes strings as tf.strings.to_hash_bucket_fast', () => {
  const { keys, modulus, buckets } = oracle.hash;
  expect(keys.map((key) => String(fingerprint64(new TextEncoder().encode(key)) % BigInt(modulus)))).toEqual(buckets);
});

it('numbers tokens as StaticVocabularyTable', async () => {
  const { tokens, buckets, asked, ids } = oracle.vocabulary;
  await withTable(tables.create({ files: { 'words.vocab': tokens.join('\n') }, manifest: { vocabulary: { buckets } } }), async (servable) => {
    const outputs = await ask(servable, 'vocabulary', { tokens: strings(...asked) });
    expect(valuesOf(outputs.get('ids'))).toEqual(ids.map(BigInt));
  });
});

it('chooses bucket rows for integer keys as StaticVocabularyTable', async () => {
  const { keys, buckets, asked, ids } = oracle.integers;
  const total = keys.length + buckets;
  // Row i holds the vector [i]; the last rows are the buckets.
  const manifest = { keyFile: 'keys.npy', embedding: { missing: 'bucket', buckets }, file: 'rows.safetensors' };
  const files = { 'rows.safetensors': safetensors(Float32Array.from({ length: total }, (_, row) => row)), 'keys.npy': npy(BigInt64Array.from(keys, BigInt)) };
  await withTable(tables.create({ files, manifest }), async (servable) => {
    const outputs = await ask(servable, 'embed', { keys: int64s(...asked.map(BigInt)) });
    expect(valuesOf(outputs.get('vector'))).toEqual(ids);
  });
});

function safetensors(vectors: Float32Array): Uint8Array {
  const header = JSON.stringify({ vector: { dtype: 'F32', shape: [vectors.length, 1], data_offsets: [0, vectors.byteLength] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), new Uint8Array(vectors.buffer)]);
}

function npy(values: BigInt64Array): Uint8Array {
  const header = `{'descr': '<i8', 'fortran_order': False, 'shape': (${values.length},), }`.padEnd(117) + '\n';
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([start, Buffer.from(header), new Uint8Array(values.buffer)]);
}
