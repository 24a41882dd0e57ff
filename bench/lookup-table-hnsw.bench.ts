/**
 * Approximate search in rows of 64 float32 that lie in clusters, as embeddings do: building the index, loading a kept one, its size, a query,
 * and how many of the ten nearest it finds, beside an exact search of the same table. 50,000 rows, or as many as `BENCH_HNSW_ROWS` says: a
 * million take ten minutes, more than a bench may; then start it alone.
 *
 *   npm run bench -- lookup-table-hnsw
 *   BENCH_HNSW_ROWS=1000000 npx node --conditions=@servable/source bench/lookup-table-hnsw.bench.ts
 */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTensors, Servable } from '@servable/core';
import { reportFigure, sized } from './runner/report.ts';
import { buildTable, context, estimateOf, withFolder, withServable, writeNpy } from './tables/served-table.ts';

const ROWS = Number(process.env['BENCH_HNSW_ROWS'] ?? sized(50_000, 2000));
const DIM = 64;
const CLUSTERS = 1000;
const SPREAD = 0.6;
const NEIGHBOURS = 10;
const QUERIES = sized(100, 20);
const LOADS = sized(3, 1);

const matrix = clusteredRows(ROWS);
const queries = Array.from({ length: QUERIES }, (_, query) => nearRow(Math.imul(query + 1, 40_503) % ROWS, query));

await withFolder(async (folder) => {
  const [exact, indexed] = [versionOf(folder, 'exact'), versionOf(folder, 'hnsw')];
  const estimate = (await estimateOf(indexed)) - (await estimateOf(exact));
  const wanted = await withServable(exact, answersOf);
  const buildSeconds = await cpuSecondsOf(async () => void (await buildTable(indexed)));
  const what = `${ROWS / 1e6} M rows of ${DIM} float32`;
  reportFigure({ name: `build the index of ${what}`, unit: 's of CPU', better: 'lower', values: [buildSeconds] });
  reportFigure({ name: 'bytes a row of it, as admission counts them', unit: 'bytes', better: 'lower', values: [estimate / ROWS] });
  reportFigure({ name: 'bytes a row of its file', unit: 'bytes', better: 'lower', values: [statSync(join(indexed, 'table.servable-index')).size / ROWS] });
  const loads: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const start = performance.now();
    await withServable(indexed, () => void loads.push((performance.now() - start) / 1000));
  }
  reportFigure({ name: 'load the built table and its kept index', unit: 's', better: 'lower', values: loads });
  await withServable(indexed, async (servable) => {
    const found = await answersOf(servable);
    const recalls = found.rows.map((rows, query) => rows.filter((row) => wanted.rows[query]?.includes(row)).length / NEIGHBOURS);
    reportFigure({ name: `recall at ${NEIGHBOURS}`, unit: 'of 1', better: 'higher', values: [recalls.reduce((sum, recall) => sum + recall, 0) / QUERIES] });
    reportFigure({ name: 'a query', unit: 'ms', better: 'lower', values: found.ms, baseline: { name: 'exact search', values: wanted.ms } });
  });
  rmSync(indexed, { recursive: true });
});

function versionOf(folder: string, index: 'exact' | 'hnsw'): string {
  const directory = join(folder, index);
  mkdirSync(directory);
  writeNpy(join(directory, 'rows.npy'), matrix, DIM);
  writeFileSync(join(directory, 'table.json'), JSON.stringify({ file: 'rows.npy', nearest: { k: NEIGHBOURS, metric: 'cosine', index } }));
  return directory;
}

interface Answers {
  readonly rows: readonly (readonly number[])[];
  readonly ms: readonly number[];
}

async function answersOf(servable: Servable): Promise<Answers> {
  const rows: number[][] = [];
  const ms: number[] = [];
  for (const query of queries) {
    const inputs: NamedTensors = new Map([['vectors', { dtype: 'FP32', shape: [1, DIM], data: query }]]);
    const start = performance.now();
    const outputs = await servable.run('nearest', inputs, context);
    ms.push(performance.now() - start);
    rows.push(Array.from(outputs.get('keys')?.data as BigInt64Array, Number));
  }
  return { rows, ms };
}

async function cpuSecondsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** A number of -1 to 1 that is the same in every run. */
function noise(row: number, column: number): number {
  let hash = (row * DIM + column + 1) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 8) / 8388608 - 1;
}

function clusteredRows(rows: number): Float32Array {
  const centre = (row: number): number => 5_000_000 + ((Math.imul(row, 0x9e3779b1) >>> 0) % CLUSTERS);
  return Float32Array.from({ length: rows * DIM }, (_, at) => noise(centre(Math.floor(at / DIM)), at % DIM) + SPREAD * noise(Math.floor(at / DIM), at % DIM));
}

function nearRow(row: number, query: number): Float32Array {
  return matrix.slice(row * DIM, (row + 1) * DIM).map((value, column) => value + 0.3 * noise(9_000_000 + query, column));
}
