/**
 * A lookup table of 1 M and 10 M rows: keys found at batch 256, beside a JS `Map` of the same keys; opening the built file; nearest
 * neighbours of one query among 1 M × 64, beside NumPy on one thread (`a @ q`, then argpartition), and the event loop's delay
 * meanwhile. Needs about 3 GB of memory and of temporary files.
 *
 *   npm run bench -- lookup-table
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NamedTensors, RunContext, Servable } from '@servable/core';
import lookupTable from '@servable/loader-lookup-table';
import { reportFigure, sized } from './runner/report.ts';
import { interleave } from './runner/rounds.ts';

const BATCH = 256;
const ROUNDS = sized(5, 2);
/** Batches of keys that are asked in turn, and how often in a round. */
const BATCHES = 400;
/** Fewer, so that keys are in the cache, as keys are that were just decoded. */
const TEXT_BATCHES = 40;
const REPEATS = sized(20, 2);
const OPEN_TARGET_S = 2;
const LAG_TARGET_MS = 20;
const QUERY_ROW = 123_456;
/** DESIGN: keys a second, on one core. */
const KEYS_TARGET = 5_000_000;
const DIM = 64;
const NEIGHBOURS = 10;
const SEARCHES = sized(20, 3);
const SEARCH_ROWS = sized(1_000_000, 20_000);
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

const { signal } = new AbortController();
const context: RunContext = { signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };
const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
const plugin = lookupTable();
const folder = mkdtempSync(join(tmpdir(), 'lookup-table-'));

try {
  for (const rows of [sized(1_000_000, 20_000), sized(10_000_000, 50_000)]) await benchKeys(rows, 'INT64');
  await benchKeys(sized(1_000_000, 20_000), 'BYTES');
  await benchNearest();
} finally {
  rmSync(folder, { recursive: true });
}

async function withServable<T>(directory: string, use: (servable: Servable) => Promise<T>): Promise<T> {
  const loader = plugin.create({ path: directory }, {}, { id: { name: 'bench', version: 1n } as never, logger });
  try {
    return await use(await loader.load(signal));
  } finally {
    await loader.unload();
  }
}

/** Keys that lie far apart in every order: 64 bits, from a counter. */
function keyOf(row: number): bigint {
  return BigInt.asIntN(64, BigInt(row) * 0x9e3779b97f4a7c15n);
}

async function benchKeys(rows: number, dtype: 'INT64' | 'BYTES'): Promise<void> {
  const directory = join(folder, `${dtype}-${rows}`);
  const integers = BigInt64Array.from({ length: rows }, (_, row) => keyOf(row));
  writeKeyed(directory, integers, dtype);
  const bytes = await build(directory);
  const text = `${rows / MEGA} M rows, ${dtype} keys`;
  const openSeconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await withServable(directory, async () => void openSeconds.push((performance.now() - start) / 1000));
  }
  reportFigure({ name: `open ${text}, ${Math.round(bytes / MEGA)} MB, ${(bytes / rows).toFixed(1)} bytes a row`, unit: 's', better: 'lower', values: openSeconds, target: OPEN_TARGET_S });
  await withServable(directory, async (servable) => {
    const subjects = dtype === 'INT64' ? integerSubjects(servable, integers) : textSubjects(servable, integers);
    const results = await interleave(subjects, ROUNDS + 1);
    const kept = (side: string): readonly number[] => (results.get(side) ?? []).slice(1);
    reportFigure({ name: `look up in ${text}, ${BATCH} keys at a time, by CPU time`, unit: 'keys/s', better: 'higher', values: kept('ours'), baseline: { name: 'Map', values: kept('map') }, target: KEYS_TARGET });
  });
  rmSync(directory, { recursive: true });
}

/** Rows of a batch, spread over the table. */
function rowsOfBatch(batch: number, rows: number): number[] {
  return Array.from({ length: BATCH }, (_, at) => (Math.imul(batch * BATCH + at, 0x9e3779b1) >>> 0) % rows);
}

type Sides = Readonly<Record<'ours' | 'map', () => number>>;

function integerSubjects(servable: Servable, integers: BigInt64Array): Sides {
  const map = new Map<bigint, number>();
  for (const [row, key] of integers.entries()) map.set(key, row / 2);
  const batches = Array.from({ length: BATCHES }, (_, batch) => BigInt64Array.from(rowsOfBatch(batch, integers.length), (row) => integers[row] ?? 0n));
  return {
    ours: () => keysPerSecond(batches, (keys) => valuesOf(servable, new Map([['keys', { dtype: 'INT64', shape: [BATCH], data: keys }]]))),
    map: () => keysPerSecond(batches, (keys) => Float32Array.from(keys as unknown as ArrayLike<bigint>, (key: bigint) => map.get(key) ?? 0)),
  };
}

/** The Map's keys are strings: bytes must be decoded before they can be looked up. */
function textSubjects(servable: Servable, integers: BigInt64Array): Sides {
  const map = new Map<string, number>();
  for (const [row, key] of integers.entries()) map.set(String(key), row / 2);
  const batches = Array.from({ length: TEXT_BATCHES }, (_, batch) => inOneBuffer(rowsOfBatch(batch, integers.length).map((row) => String(integers[row] ?? 0n))));
  const decoder = new TextDecoder();
  return {
    ours: () => keysPerSecond(batches, (keys) => valuesOf(servable, new Map([['keys', { dtype: 'BYTES', shape: [BATCH], data: keys }]]))),
    map: () => keysPerSecond(batches, (keys) => Float32Array.from(keys, (key) => map.get(decoder.decode(key)) ?? 0)),
  };
}

/** As requests are decoded: every key is a view of the message's bytes. */
function inOneBuffer(texts: readonly string[]): Uint8Array[] {
  const message = Uint8Array.from(Buffer.from(texts.join('')));
  let at = 0;
  return texts.map((text) => message.subarray(at, (at += text.length)));
}

function valuesOf(servable: Servable, inputs: NamedTensors): Float32Array {
  const outputs = servable.run('lookup', inputs, context);
  if (outputs instanceof Promise) throw new Error('a batch of this size is answered at once');
  return outputs.get('value')?.data as Float32Array;
}

/** By CPU time: what other programs take of the core does not count. The values are looked at, so that none is left out. */
function keysPerSecond<Keys>(batches: readonly Keys[], lookUp: (keys: Keys) => Float32Array): number {
  let sum = 0;
  const before = process.cpuUsage();
  for (let round = 0; round < REPEATS; round += 1) for (const keys of batches) sum += lookUp(keys)[0] ?? Number.NaN;
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  if (!Number.isFinite(sum) || sum === 0) throw new Error('the values are wrong');
  return (REPEATS * batches.length * BATCH) / seconds;
}

/** A safetensors file of keys and values, or of values beside a text file of keys. */
function writeKeyed(directory: string, integers: BigInt64Array, dtype: 'INT64' | 'BYTES'): void {
  mkdirSync(directory);
  const values = Float32Array.from({ length: integers.length }, (_, row) => row / 2);
  const keyed = dtype === 'INT64';
  const [keyBytes, rows] = [keyed ? integers.byteLength : 0, integers.length];
  const tensors = {
    ...(keyed ? { keys: { dtype: 'I64', shape: [rows], data_offsets: [0, keyBytes] } } : {}),
    value: { dtype: 'F32', shape: [rows], data_offsets: [keyBytes, keyBytes + values.byteLength] },
  };
  const header = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(join(directory, 'rows.safetensors'), 'w');
  for (const part of [length, header, ...(keyed ? [new Uint8Array(integers.buffer)] : []), new Uint8Array(values.buffer)]) writeFully(file, part);
  closeSync(file);
  if (keyed) return;
  const keys = openSync(join(directory, 'keys.txt'), 'w');
  for (let from = 0; from < rows; from += 100_000) writeFully(keys, Buffer.from(`${integers.subarray(from, from + 100_000).join('\n')}\n`));
  closeSync(keys);
  writeFileSync(join(directory, 'table.json'), JSON.stringify({ keyFile: 'keys.txt', columns: { value: 'FP32' } }));
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30));
}

/** As `servable build-table` does. @returns the file's bytes */
async function build(directory: string): Promise<number> {
  const code = await plugin.commands?.find(({ name }) => name === 'build-table')?.run([directory], { print: () => {} });
  if (code !== 0) throw new Error(`build-table ended with ${String(code)}`);
  return statSync(join(directory, 'table.servable-table')).size;
}

/** The fixtures' big table, by its formula: any row can be made anew. */
function bigValue(row: number, column: number): number {
  let hash = (row * DIM + column + 1) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 8) / 8388608 - 1;
}

async function benchNearest(): Promise<void> {
  const directory = join(folder, 'big');
  const matrix = new Float32Array(SEARCH_ROWS * DIM);
  for (let at = 0; at < matrix.length; at += 1) matrix[at] = bigValue(Math.floor(at / DIM), at % DIM);
  mkdirSync(directory);
  writeNpy(join(directory, 'big.npy'), matrix);
  writeFileSync(join(directory, 'table.json'), JSON.stringify({ file: 'big.npy', nearest: { k: NEIGHBOURS, metric: 'dot' } }));
  const queryRow = Math.min(QUERY_ROW, SEARCH_ROWS - 1);
  const query = matrix.slice(queryRow * DIM, (queryRow + 1) * DIM);
  await withServable(directory, async (servable) => {
    const inputs: NamedTensors = new Map([['vectors', { dtype: 'FP32', shape: [1, DIM], data: query }]]);
    const outputs = await servable.run('nearest', inputs, context);
    checkNeighbours(Array.from(outputs.get('keys')?.data as BigInt64Array, Number));
    const numpy = numpyMs(join(directory, 'big.npy'), queryRow);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const ours: number[] = [];
    for (let round = 0; round < SEARCHES; round += 1) {
      const start = performance.now();
      await servable.run('nearest', inputs, context);
      ours.push(performance.now() - start);
    }
    delay.disable();
    const name = `nearest ${NEIGHBOURS} of one query, ${SEARCH_ROWS / MEGA} M × ${DIM} float32`;
    const baseline = numpy === undefined ? {} : { baseline: { name: 'NumPy, one thread', values: numpy } };
    reportFigure({ name, unit: 'ms', better: 'lower', values: ours, ...baseline });
    reportFigure({ name: 'event loop delay meanwhile, p99', unit: 'ms', better: 'lower', values: [delay.percentile(99) / MEGA], target: LAG_TARGET_MS });
    reportFigure({ name: 'nearest 10 of 16 queries at once', unit: 'ms', better: 'lower', values: await batchMs(servable, matrix) });
  });
}

async function batchMs(servable: Servable, matrix: Float32Array): Promise<number[]> {
  const inputs: NamedTensors = new Map([['vectors', { dtype: 'FP32', shape: [16, DIM], data: matrix.slice(0, 16 * DIM) }]]);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await servable.run('nearest', inputs, context);
    times.push(performance.now() - start);
  }
  return times;
}

/** NumPy found these in float64: `fixtures/goldens/tables.json`. */
function checkNeighbours(rows: readonly number[]): void {
  if (SEARCH_ROWS !== 1_000_000) return;
  const goldens = JSON.parse(readFileSync(new URL('../fixtures/goldens/tables.json', import.meta.url), 'utf8')) as { big_table: { top10_by_dot_with_row_123456: { row: number }[] } };
  const expected = goldens.big_table.top10_by_dot_with_row_123456.map(({ row }) => row);
  if (String(rows) !== String(expected)) throw new Error(`neighbours ${String(rows)}, NumPy finds ${String(expected)}`);
}

function writeNpy(path: string, matrix: Float32Array): void {
  const header = `${`{'descr': '<f4', 'fortran_order': False, 'shape': (${matrix.length / DIM}, ${DIM}), }`.padEnd(117)}\n`;
  const file = openSync(path, 'w');
  writeFully(file, Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]), Buffer.from(header)]));
  writeFully(file, new Uint8Array(matrix.buffer));
  closeSync(file);
}

/** Milliseconds of each search; `undefined` where there is no Python with NumPy. `BENCH_PYTHON` names another one. */
function numpyMs(path: string, row: number): readonly number[] | undefined {
  const python = process.env['BENCH_PYTHON'] ?? 'python3';
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const { status, stdout } = spawnSync(python, ['-c', NUMPY, path, String(row), String(SEARCHES)], { env, encoding: 'utf8' });
  if (status === 0) return stdout.trim().split('\n').map(Number);
  console.error(`skipped  NumPy: '${python}' has none (BENCH_PYTHON names another Python)`);
  return undefined;
}
