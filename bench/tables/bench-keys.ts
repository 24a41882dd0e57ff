import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Servable, Tensor } from '@servable/core';
import { reportFigure, sized } from '../runner/report.ts';
import { interleave } from '../runner/rounds.ts';
import { buildTable, context, withServable } from './served-table.ts';

/** Keys of one request. */
export const BATCH = 256;
const ROUNDS = sized(5, 2);
/** Requests that are asked in turn, and how often in a round: what they touch of a table is more than the caches hold. */
const BATCHES = 400;
const REPEATS = sized(20, 2);
const OPEN_TARGET_S = 2;
/** Keys a second, on one core. */
const KEYS_TARGET = 5_000_000;
const MEGA = 1e6;

/** Keys as a request holds them, and how a JS `Map` of the same table is asked. */
export interface KeySides<Keys> {
  readonly dtype: 'INT64' | 'BYTES';
  /** Writes the table's source files. */
  write(directory: string): void;
  batchOf(rows: readonly number[]): Keys;
  tensorOf(keys: Keys): Tensor;
  /** The values of the keys, by a `Map`. */
  createMap(): (keys: Keys) => Float32Array;
}

/** Opens the table's built file, and looks up keys in it. */
export async function benchKeys<Keys>(folder: string, rows: number, sides: KeySides<Keys>): Promise<void> {
  const directory = join(folder, `${sides.dtype}-${rows}`);
  mkdirSync(directory);
  sides.write(directory);
  const bytes = await buildTable(directory);
  const text = `${rows / MEGA} M rows, ${sides.dtype} keys`;
  const openSeconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await withServable(directory, () => void openSeconds.push((performance.now() - start) / 1000));
  }
  reportFigure({ name: `open ${text}, ${Math.round(bytes / MEGA)} MB, ${(bytes / rows).toFixed(1)} bytes a row`, unit: 's', better: 'lower', values: openSeconds, target: OPEN_TARGET_S });
  await withServable(directory, (servable) => benchLookups({ servable, rows, text, sides }));
  rmSync(directory, { recursive: true });
}

interface Lookups<Keys> {
  readonly servable: Servable;
  readonly rows: number;
  readonly text: string;
  readonly sides: KeySides<Keys>;
}

async function benchLookups<Keys>({ servable, rows, text, sides }: Lookups<Keys>): Promise<void> {
  const batches = Array.from({ length: BATCHES }, (_, batch) => sides.batchOf(rowsOfBatch(batch, rows)));
  const byMap = sides.createMap();
  const subjects = {
    ours: () => keysPerSecond(batches, (keys) => lookUp(servable, sides.tensorOf(keys))),
    map: () => keysPerSecond(batches, byMap),
  };
  const results = await interleave(subjects, ROUNDS + 1);
  const kept = (side: keyof typeof subjects, clock: keyof KeyRate): readonly number[] => (results.get(side) ?? []).slice(1).map((rate) => rate[clock]);
  for (const [clock, by] of [['cpu', 'CPU time'], ['wall', 'the clock']] as const) {
    reportFigure({
      name: `look up in ${text}, ${BATCH} keys at a time, by ${by}`,
      unit: 'keys/s',
      better: 'higher',
      values: kept('ours', clock),
      baseline: { name: 'Map', values: kept('map', clock) },
      ...(clock === 'cpu' ? { target: KEYS_TARGET } : {}),
    });
  }
}

/** Rows spread over the table. */
function rowsOfBatch(batch: number, rows: number): number[] {
  return Array.from({ length: BATCH }, (_, at) => (Math.imul(batch * BATCH + at, 0x9e3779b1) >>> 0) % rows);
}

function lookUp(servable: Servable, keys: Tensor): Float32Array {
  const outputs = servable.run('lookup', new Map([['keys', keys]]), context);
  if (outputs instanceof Promise) throw new Error('a batch of this size is answered at once');
  return outputs.get('value')?.data as Float32Array;
}

interface KeyRate {
  /** By CPU time: what other programs take of the core does not count. */
  readonly cpu: number;
  readonly wall: number;
}

/** The values are looked at, so that none is left out. */
function keysPerSecond<Keys>(batches: readonly Keys[], find: (keys: Keys) => Float32Array): KeyRate {
  let sum = 0;
  const startMs = performance.now();
  const before = process.cpuUsage();
  for (let round = 0; round < REPEATS; round += 1) for (const keys of batches) sum += find(keys)[0] ?? Number.NaN;
  const { user, system } = process.cpuUsage(before);
  const wallSeconds = (performance.now() - startMs) / 1000;
  if (!Number.isFinite(sum) || sum === 0) throw new Error('the values are wrong');
  const keys = REPEATS * batches.length * BATCH;
  return { cpu: keys / ((user + system) / 1e6), wall: keys / wallSeconds };
}

/** Keys that lie far apart in every order: 64 bits, from a counter. */
export function keyOf(row: number): bigint {
  return BigInt.asIntN(64, BigInt(row) * 0x9e3779b97f4a7c15n);
}
