/**
 * What others wait while a server works hard, on a server in this process with a manager, batching and both listeners: `fs.stat`, the
 * event loop and `/livez` while every engine thread computes; and a small model's requests while a model of 200 MB loads and takes the
 * place of its version before, beside the same requests while nothing loads.
 *
 *   npm run bench -- under-load
 */
import { parseModelName, parseVersion, silentLogger, type Tensor } from '@servable/core';
import { startServer } from '@servable/server';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { layersDirectory } from './models/onnx-models.ts';
import { reportFigure, sized } from './runner/report.ts';
import { quantile } from './runner/rounds.ts';

const ROUNDS = sized(5, 2);
const MEASURE_MS = sized(1000, 200);
const LARGE_MB = sized(200, 20);
const SMALL = join(import.meta.dirname, '../fixtures/onnx/mlp/1');
const BODY = JSON.stringify({ instances: [[1.52, -0.44, -0.4, 0.37]] });

const root = mkdtempSync(join(tmpdir(), 'servable-under-load-'));
const slow = layersDirectory('Conv', sized(100, 20), false);
const large = layersDirectory('MatMul', LARGE_MB, false);

function publish(model: string, version: number, directory: string): void {
  mkdirSync(join(root, 'models', model), { recursive: true });
  symlinkSync(directory, join(root, 'models', model, String(version)));
}

publish('small', 1, SMALL);
publish('slow', 1, slow);
publish('large', 1, large);
const models = ['small', 'slow', 'large'].map((name) => ({ name, path: `models/${name}` }));
writeFileSync(
  join(root, 'serving.config.mjs'),
  `import fs from ${JSON.stringify(import.meta.resolve('@servable/source-fs'))};
import onnx from ${JSON.stringify(import.meta.resolve('@servable/loader-onnx'))};
export default { plugins: [fs(), onnx()], models: ${JSON.stringify(models)}, rest: { port: 0 }, grpc: { port: 0 } };`,
);
const server = await startServer({ cwd: root, logger: silentLogger });
await server.ready;
const { manager } = server;
const rest = server.addresses['rest'] ?? '';

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

/** Does something every 2 ms until `isOver`, and gives its 99th percentile in milliseconds. */
async function p99Of(act: () => Promise<unknown>, isOver: () => boolean): Promise<number> {
  const times: number[] = [];
  while (!isOver()) {
    times.push(await timed(act));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return quantile(times, 0.99);
}

function after(milliseconds: number): () => boolean {
  const end = performance.now() + milliseconds;
  return () => performance.now() >= end;
}

async function get(path: string): Promise<void> {
  const response = await fetch(`http://${rest}${path}`);
  if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
  await response.arrayBuffer();
}

async function askSmall(): Promise<void> {
  const response = await fetch(`http://${rest}/v1/models/small:predict`, { method: 'POST', body: BODY });
  if (!response.ok) throw new Error(`small answers ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

const context = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };
const image: Tensor = { dtype: 'FP32', shape: [1, 512, 64, 64], data: new Float32Array(512 * 64 * 64) };

async function askSlow(): Promise<void> {
  const handle = manager.acquire({ kind: 'latest', name: parseModelName('slow') });
  try {
    await handle.servable.run('serving_default', new Map([['x', image]]), context);
  } finally {
    handle.release();
  }
}

/** Every engine thread computes, and more waits. */
async function whileSaturated(): Promise<void> {
  const over = new AbortController();
  let runs = 0;
  const callers = Array.from({ length: 8 }, async () => {
    for (; !over.signal.aborted; runs += 1) await askSlow();
  });
  const figures: Record<string, number[]> = { stat: [], lag: [], livez: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const lag = monitorEventLoopDelay({ resolution: 1 });
    lag.enable();
    const isDone = after(MEASURE_MS);
    const [stats, livez] = await Promise.all([p99Of(() => stat(import.meta.filename), isDone), p99Of(() => get('/livez'), isDone)]);
    lag.disable();
    figures['stat']?.push(stats);
    figures['livez']?.push(livez);
    figures['lag']?.push(lag.percentile(99) / 1e6);
  }
  over.abort();
  await Promise.all(callers);
  if (runs === 0) throw new Error('Nothing was computed meanwhile');
  reportFigure({ name: 'engines saturated: fs.stat p99', unit: 'ms', better: 'lower', values: figures['stat'] ?? [], target: 5 });
  reportFigure({ name: 'engines saturated: event loop lag p99', unit: 'ms', better: 'lower', values: figures['lag'] ?? [], target: 20 });
  reportFigure({ name: 'engines saturated: /livez p99', unit: 'ms', better: 'lower', values: figures['livez'] ?? [], target: 20 });
}

async function whileLargeLoads(): Promise<void> {
  const name = parseModelName('large');
  const [steady, loading]: [number[], number[]] = [[], []];
  await p99Of(askSmall, after(MEASURE_MS));
  for (let version = 2; version < 2 + ROUNDS; version += 1) {
    steady.push(await p99Of(askSmall, after(MEASURE_MS)));
    let isReady = false;
    publish('large', version, large);
    const ready = manager.states.waitFor(name, parseVersion(version), ({ state }) => state === 'ready').then(() => (isReady = true));
    const gone = manager.states.waitFor(name, parseVersion(version - 1), ({ state }) => state === 'ended');
    loading.push(await p99Of(askSmall, () => isReady));
    await Promise.all([ready, gone]);
  }
  const usual = quantile(steady, 0.5);
  const baseline = { name: 'nothing loads', values: steady };
  reportFigure({ name: `small model over REST while ${LARGE_MB} MB load: p99`, unit: 'ms', better: 'lower', values: loading, baseline, target: Math.max(2 * usual, usual + 10) });
}

await whileSaturated();
await whileLargeLoads();
await server.close();
for (const directory of [root, slow, large]) rmSync(directory, { recursive: true });
