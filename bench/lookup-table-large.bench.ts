/**
 * Look-ups of 65,536 keys in a table of 1 M rows by several callers at once, in process: keys a second, what the event loop does of it, its delay
 * meanwhile, and how long a look-up of 256 keys takes beside them.
 *
 *   npm run bench -- lookup-table-large
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NamedTensors, Servable } from '@servable/core';
import { reportFigure, sized } from './runner/report.ts';
import { quantile } from './runner/rounds.ts';
import { keyOf } from './tables/bench-keys.ts';
import { context, withFolder, withServable, writeValues } from './tables/served-table.ts';

const ROWS = sized(1_000_000, 100_000);
const KEYS = 65_536;
const SMALL_KEYS = 256;
const REQUESTS = 8;
const CALLERS = [1, 4, 16];
const ROUND_MS = sized(3000, 300);
const PAUSE_MS = 2;
const LAG_TARGET_MS = 20;

await withFolder(async (folder) => {
  const directory = join(folder, 'large');
  mkdirSync(directory);
  const keys = BigInt64Array.from({ length: ROWS }, (_, row) => keyOf(row));
  writeValues(join(directory, 'rows.safetensors'), ROWS, keys);
  await withServable(directory, async (servable) => {
    const requestOf = (count: number, from: number): NamedTensors => {
      const data = BigInt64Array.from({ length: count }, (_, at) => keys[(Math.imul(from * KEYS + at, 0x9e3779b1) >>> 0) % ROWS] ?? 0n);
      return new Map([['keys', { dtype: 'INT64', shape: [count], data }]]);
    };
    const requests = Array.from({ length: REQUESTS }, (_, at) => requestOf(KEYS, at));
    const load = { servable, requests, small: requestOf(SMALL_KEYS, REQUESTS) };
    await underLoad(1, load);
    for (const callers of CALLERS) await underLoad(callers, load, `${KEYS} keys a request, ${callers} at once`);
  });
});

interface LargeLoad {
  readonly servable: Servable;
  readonly requests: readonly NamedTensors[];
  readonly small: NamedTensors;
}

/** Without a title nothing is reported: to warm up. */
async function underLoad(callers: number, { servable, requests, small }: LargeLoad, title?: string): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const smallMs: number[] = [];
  const startMs = performance.now();
  const endMs = startMs + ROUND_MS;
  let done = 0;
  const large = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await servable.run('lookup', requests[done % requests.length] ?? small, context);
      done += 1;
    }
  };
  const beside = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const askedMs = performance.now();
      await servable.run('lookup', small, context);
      smallMs.push(performance.now() - askedMs);
    }
  };
  const cpu = process.cpuUsage();
  const loopCpu = process.threadCpuUsage();
  delay.enable();
  await Promise.all([beside(), ...Array.from({ length: callers }, large)]);
  delay.disable();
  if (title === undefined) return;
  const { user, system } = process.cpuUsage(cpu);
  const ofLoop = process.threadCpuUsage(loopCpu);
  reportFigure({ name: `${title}, by CPU time`, unit: 'keys/s', better: 'higher', values: [(done * KEYS * 1e6) / (user + system)] });
  reportFigure({ name: `${title}: CPU time of the event loop for a request`, unit: 'ms', better: 'lower', values: [(ofLoop.user + ofLoop.system) / 1000 / done] });
  reportFigure({ name: `${title}: event loop delay, p99`, unit: 'ms', better: 'lower', values: [delay.percentile(99) / 1e6], target: LAG_TARGET_MS });
  reportFigure({ name: `${title}: 256 keys beside them, p99`, unit: 'ms', better: 'lower', values: [quantile(smallMs, 0.99)] });
}
