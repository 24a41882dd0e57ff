/**
 * The nearest neighbours of one query among 1 M × 64 float32, searched exactly, beside NumPy on one thread (`a @ q`, then argpartition), and
 * the event loop's delay meanwhile. `BENCH_PYTHON` names the Python that has NumPy. Needs about 1 GB of memory and of temporary files.
 *
 *   npm run bench -- lookup-table-nearest
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NamedTensors, Servable } from '@servable/core';
import { reportFigure, sized } from './runner/report.ts';
import { context, withFolder, withServable, writeNpy } from './tables/served-table.ts';

const ROUNDS = sized(5, 2);
const LAG_TARGET_MS = 20;
/** How many times as long as NumPy. */
const NUMPY_TARGET = 1.5;
const QUERY_ROW = 123_456;
const DIM = 64;
const NEIGHBOURS = 10;
const SEARCHES = sized(20, 3);
const ROWS = sized(1_000_000, 20_000);
const MEGA = 1e6;

const NUMPY = `
import sys, time
import numpy as np
a = np.load(sys.argv[1])
q = a[int(sys.argv[2])].copy()
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    s = a @ q
    best = np.argpartition(-s, ${NEIGHBOURS})[:${NEIGHBOURS}]
    best = best[np.argsort(-s[best])]
    print((time.perf_counter() - start) * 1000)
`;

await withFolder(async (folder) => {
  const directory = join(folder, 'big');
  const matrix = Float32Array.from({ length: ROWS * DIM }, (_, at) => bigValue(Math.floor(at / DIM), at % DIM));
  mkdirSync(directory);
  writeNpy(join(directory, 'big.npy'), matrix, DIM);
  writeFileSync(join(directory, 'table.json'), JSON.stringify({ file: 'big.npy', nearest: { k: NEIGHBOURS, metric: 'dot' } }));
  const queryRow = Math.min(QUERY_ROW, ROWS - 1);
  await withServable(directory, async (servable) => {
    const inputs = queriesOf(matrix.slice(queryRow * DIM, (queryRow + 1) * DIM));
    checkNeighbours(Array.from((await servable.run('nearest', inputs, context)).get('keys')?.data as BigInt64Array, Number));
    const numpy = numpyMs(join(directory, 'big.npy'), queryRow);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const ours = await searchMs(servable, inputs, SEARCHES);
    delay.disable();
    const name = `nearest ${NEIGHBOURS} of one query, ${ROWS / MEGA} M × ${DIM} float32`;
    const beside = numpy === undefined ? {} : { baseline: { name: 'NumPy, one thread', values: numpy }, target: medianOf(numpy) * NUMPY_TARGET };
    reportFigure({ name, unit: 'ms', better: 'lower', values: ours, ...beside });
    reportFigure({ name: 'event loop delay meanwhile, p99', unit: 'ms', better: 'lower', values: [delay.percentile(99) / MEGA], target: LAG_TARGET_MS });
    reportFigure({ name: 'nearest 10 of 16 queries at once', unit: 'ms', better: 'lower', values: await searchMs(servable, queriesOf(matrix.slice(0, 16 * DIM)), ROUNDS) });
  });
});

/** The fixtures' big table, by its formula: any row can be made anew. */
function bigValue(row: number, column: number): number {
  let hash = (row * DIM + column + 1) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 8) / 8388608 - 1;
}

function queriesOf(vectors: Float32Array): NamedTensors {
  return new Map([['vectors', { dtype: 'FP32', shape: [vectors.length / DIM, DIM], data: vectors }]]);
}

async function searchMs(servable: Servable, inputs: NamedTensors, searches: number): Promise<number[]> {
  const times: number[] = [];
  for (let search = 0; search < searches; search += 1) {
    const start = performance.now();
    await servable.run('nearest', inputs, context);
    times.push(performance.now() - start);
  }
  return times;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** NumPy found these in float64: `fixtures/goldens/tables.json`. */
function checkNeighbours(rows: readonly number[]): void {
  if (ROWS !== 1_000_000) return;
  const goldens = JSON.parse(readFileSync(new URL('../fixtures/goldens/tables.json', import.meta.url), 'utf8')) as { big_table: { top10_by_dot_with_row_123456: { row: number }[] } };
  const expected = goldens.big_table.top10_by_dot_with_row_123456.map(({ row }) => row);
  if (String(rows) !== String(expected)) throw new Error(`neighbours ${String(rows)}, NumPy finds ${String(expected)}`);
}

/** Milliseconds of each search; `undefined` where there is no Python with NumPy. */
function numpyMs(path: string, row: number): readonly number[] | undefined {
  const python = process.env['BENCH_PYTHON'] ?? 'python3';
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const { status, stdout } = spawnSync(python, ['-c', NUMPY, path, String(row), String(SEARCHES)], { env, encoding: 'utf8' });
  if (status === 0) return stdout.trim().split('\n').map(Number);
  console.error(`skipped  NumPy: '${python}' has none (BENCH_PYTHON names another Python)`);
  return undefined;
}
