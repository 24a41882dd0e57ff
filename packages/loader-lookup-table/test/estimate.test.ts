import { expect, it } from 'vitest';
import { estimateBytes } from '../src/load/estimate.ts';
import { loadTable } from '../src/load/load-table.ts';
import { layeredBytes } from '../src/storage/layers.ts';
import { npyOf, npzOf, safetensorsOf } from './array-writers.ts';
import { type TableFiles, TemporaryTables } from './temporary-table.ts';

const tables = new TemporaryTables();
const ROWS = 200_000;
/** What any load is taken to need. */
const BASE_BYTES = 32 * 2 ** 20;

const floats = (dim: number, npy = '<f4', safetensors = 'F32') => ({ npy, safetensors, shape: dim === 1 ? [ROWS] : [ROWS, dim], data: new Float32Array(ROWS * dim).fill(1) });
const flags = { npy: '|i1', safetensors: 'I8', shape: [ROWS], data: new Int8Array(ROWS) };
const ids = { npy: '<i8', safetensors: 'I64', shape: [ROWS], data: BigInt64Array.from({ length: ROWS }, (_, row) => BigInt(row)) };
const texts = Array.from({ length: ROWS }, (_, row) => `k${row}\n`).join('');

// Narrow arrays take many times their file: the index of their keys is most of a table.
it.each<{ title: string; files: TableFiles }>([
  { title: 'one number a row', files: { files: { 't.npy': npyOf(floats(1)) } } },
  { title: 'one byte a row', files: { files: { 't.npy': npyOf(flags) } } },
  { title: 'vectors', files: { files: { 't.npy': npyOf(floats(16)) } } },
  { title: 'vectors of one number with keys of text', files: { files: { 't.npy': npyOf({ ...floats(1), shape: [ROWS, 1] }), 'keys.txt': texts }, manifest: { keyFile: 'keys.txt' } } },
  { title: 'safetensors', files: { files: { 't.safetensors': safetensorsOf({ id: ids, a: flags, b: floats(1), c: floats(5) }) } } },
  { title: 'an archive', files: { files: { 't.npz': npzOf({ id: ids, c: floats(5) }) } } },
])('the estimate covers $title, and is no more than four times as much', async ({ files }) => {
  const directory = tables.create(files);
  const { layers } = await loadTable(directory, { loaded: new Map(), cache: undefined });
  const estimated = (await estimateBytes(directory)) - BASE_BYTES;
  expect(estimated).toBeGreaterThanOrEqual(layeredBytes(layers));
  expect(estimated).toBeLessThan(layeredBytes(layers) * 4);
});
