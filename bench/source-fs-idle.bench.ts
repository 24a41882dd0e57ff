/**
 * What it costs to watch 1,000 models with 3 versions each while nothing changes: CPU of this process, against the target of
 * 1 % of a core, beside the same process with no source at all; watches and memory besides.
 *
 * Run: `node --conditions=@servable/source bench/source-fs-idle.bench.ts`. Ends with exit code 1 when the target is missed.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AspiredSink, LATEST_ONE, type MonitoredModel, parseModelName, silentLogger } from '@servable/core';
import { recordFigure, sized } from './runner/report.ts';
import fs from '@servable/source-fs';

const MODELS = 1000;
const VERSIONS = 3;
const WATCH_MS = sized(10_000, 1000);
/**
 * With events every model is looked at again 27 to 33 s after its last look, and hardly anything happens in between. The
 * seconds from 25 to 35 hold all of these looks, so they are the dearest 10 s; a window before them would miss the cost.
 */
const QUIET_MS = sized(25_000, 500);
const TARGET_PERCENT = 1;

const root = await mkdtemp(join(tmpdir(), 'servable-bench-source-fs-'));
try {
  const models = await makeModels();
  const baseline = await cpuPercentOf(WATCH_MS);
  const events = await measure(models, true, QUIET_MS);
  const polling = await measure(models, false, 0);
  const record = (name: string, value: number, target?: number): void =>
    recordFigure({ name, unit: '% of a core', better: 'lower', values: [value], ...(target === undefined ? {} : { target }) });
  record('no source', baseline);
  record(`${MODELS} models watched by events, dearest 10 s`, events.cpuPercent, TARGET_PERCENT);
  record(`${MODELS} models watched by events, average`, events.averagePercent);
  record(`${MODELS} models looked at every second`, polling.cpuPercent);
  console.log(`${MODELS} models, ${VERSIONS} versions each, nothing changes`);
  console.log(`no source:             ${baseline.toFixed(2)} % of a core`);
  console.log(describe('file-system events:', events));
  console.log(describe('polling every second:', polling));
  console.log(`target, with events:   < ${TARGET_PERCENT} %`);
  if (events.cpuPercent >= TARGET_PERCENT) process.exitCode = 1;
} finally {
  await rm(root, { recursive: true, force: true });
}

interface Measurement {
  readonly firstLookMs: number;
  /** In the dearest 10 s. */
  readonly cpuPercent: number;
  readonly averagePercent: number;
  readonly watches: number;
  readonly rssMiB: number;
}

async function makeModels(): Promise<readonly MonitoredModel[]> {
  const names = Array.from({ length: MODELS }, (_, index) => `model-${index}`);
  for (const name of names) {
    for (let version = 1; version <= VERSIONS; version += 1) {
      const directory = join(root, name, String(version));
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'model.bin'), name);
    }
  }
  return names.map((name) => ({ name: parseModelName(name), path: join(root, name), selector: LATEST_ONE }));
}

async function measure(models: readonly MonitoredModel[], hasEvents: boolean, quietMs: number): Promise<Measurement> {
  const rssBefore = process.memoryUsage().rss;
  let stated = 0;
  const sink: AspiredSink = {
    aspire: (set) => {
      stated += set.versions.length;
    },
    report: (_name, error) => {
      throw error;
    },
  };
  const source = fs({ events: hasEvents }).create({ sink, logger: silentLogger });
  const started = performance.now();
  source.monitor(models);
  await source.refresh();
  const firstLookMs = performance.now() - started;
  if (stated !== MODELS) throw new Error(`${stated} of ${MODELS} models were stated`);
  // Listings younger than 2 s are made once more, and files may still have been settling: that is the start, not idling.
  await pause(3000);
  await source.refresh();
  const quietPercent = quietMs === 0 ? 0 : await cpuPercentOf(quietMs);
  const cpuPercent = await cpuPercentOf(WATCH_MS);
  const averagePercent = (quietPercent * quietMs + cpuPercent * WATCH_MS) / (quietMs + WATCH_MS);
  const measurement = { firstLookMs, averagePercent, cpuPercent, watches: await countWatches(), rssMiB: (process.memoryUsage().rss - rssBefore) / 2 ** 20 };
  await source.close();
  return measurement;
}

async function cpuPercentOf(durationMs: number): Promise<number> {
  const before = process.cpuUsage();
  const started = performance.now();
  await pause(durationMs);
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1000 / (performance.now() - started) * 100;
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

/** inotify watches of this process, as the kernel tells; 0 on other systems. */
async function countWatches(): Promise<number> {
  let count = 0;
  for (let descriptor = 0; descriptor < 64; descriptor += 1) {
    const text = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8').catch(() => '');
    count += text.split('\n').filter((line) => line.startsWith('inotify ')).length;
  }
  return count;
}

function describe(what: string, { averagePercent, cpuPercent, firstLookMs, rssMiB, watches }: Measurement): string {
  return `${what.padEnd(22)} ${cpuPercent.toFixed(2)} % of a core in the dearest 10 s, ${averagePercent.toFixed(2)} % on average, ${watches} watches, ${rssMiB.toFixed(1)} MiB more, first look at all ${firstLookMs.toFixed(0)} ms`;
}
