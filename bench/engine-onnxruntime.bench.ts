/**
 * ONNX Runtime through a session of each engine, beside its C API called in a loop in this thread on tensors made before: what one
 * thread of one's own would give, with nothing copied and the event loop stopped. Every way is measured in every round; each answer's
 * first number is compared with that of the loop. While callers run, `fs.stat` and the event loop are watched.
 *
 * `capacity` counts rows by the CPU time of the busiest thread: the rate that a core for each thread would give, whatever else keeps
 * this machine busy. Rates and times as a clock sees them are what the machine left over.
 *
 *   npm run bench -- engine-onnxruntime
 */
import type { NamedTensors, Tensor } from '@servable/core';
import { rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { join } from 'node:path';
import { createNativeEngine, createWorkerEngine, type OnnxSession } from '../packages/engine-onnxruntime/src/index.ts';
import { openDirectRun } from './models/direct-run.ts';
import { perceptronDirectory } from './models/onnx-models.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave, quantile } from './runner/rounds.ts';
import { busiestThreadMs, threadTimes } from './runner/thread-times.ts';

const MEASURE_MS = sized(250, 60);
const WARMUP_MS = sized(700, 50);
const ROUNDS = sized(5, 2);
/** DESIGN: of the direct loop's rows, through a session with one thread, at batch 32. */
const TARGET_SHARE = 0.85;
const never = new AbortController().signal;

const perceptron = perceptronDirectory();
const cnn = join(import.meta.dirname, '../fixtures/onnx/from_keras_cnn/1');

interface Case {
  readonly title: string;
  readonly directory: string;
  readonly shape: readonly [batch: number, ...rest: number[]];
  readonly callers: number;
}

const CASES: readonly Case[] = [
  { title: 'mlp 784-128-10', directory: perceptron, shape: [1, 784], callers: 1 },
  { title: 'mlp 784-128-10', directory: perceptron, shape: [1, 784], callers: 64 },
  { title: 'mlp 784-128-10', directory: perceptron, shape: [8, 784], callers: 8 },
  { title: 'mlp 784-128-10', directory: perceptron, shape: [32, 784], callers: 8 },
  { title: 'mlp 784-128-10', directory: perceptron, shape: [128, 784], callers: 8 },
  { title: 'cnn', directory: cnn, shape: [8, 96, 96, 3], callers: 4 },
];

const engines = {
  'native, 1 thread': createNativeEngine({ threads: 1, synchronousMicros: 0 }),
  'native, 2 threads': createNativeEngine({ threads: 2, synchronousMicros: 0 }),
  'native, short runs on the event loop': createNativeEngine({ threads: 2 }),
  worker: createWorkerEngine(),
};

interface Measurement {
  /** A second, by the clock. */
  readonly rows: number;
  /** A second of the busiest thread's CPU time. */
  readonly capacity: number;
  readonly p50: number;
  readonly p99: number;
  readonly statP99: number;
  readonly lagP99: number;
}

async function measure(run: () => unknown, { shape: [batch], callers }: Case): Promise<Measurement> {
  const before = threadTimes();
  const start = performance.now();
  const end = start + MEASURE_MS;
  const [runMicros, statMs]: [number[], number[]] = [[], []];
  const lag = monitorEventLoopDelay({ resolution: 1 });
  async function call(): Promise<void> {
    for (let began = performance.now(); began < end; began = performance.now()) {
      await run();
      runMicros.push((performance.now() - began) * 1000);
    }
  }
  async function watch(): Promise<void> {
    for (let began = performance.now(); began < end; began = performance.now()) {
      await stat(import.meta.filename);
      statMs.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  lag.enable();
  await Promise.all([watch(), ...Array.from({ length: callers }, call)]);
  lag.disable();
  return { ...rates(runMicros.length * batch, start, before), p50: quantile(runMicros, 0.5), p99: quantile(runMicros, 0.99), statP99: quantile(statMs, 0.99), lagP99: lag.percentile(99) / 1e6 };
}

/** Rows a second of the loop, which lets nobody else have a turn. */
function measureDirect(run: () => void, { shape: [batch] }: Case): Measurement {
  const before = threadTimes();
  const start = performance.now();
  const end = start + MEASURE_MS;
  const runMicros: number[] = [];
  for (let began = start; began < end; began = performance.now()) {
    run();
    runMicros.push((performance.now() - began) * 1000);
  }
  return { ...rates(runMicros.length * batch, start, before), p50: quantile(runMicros, 0.5), p99: quantile(runMicros, 0.99), statP99: Number.NaN, lagP99: Number.NaN };
}

function rates(rows: number, startMs: number, before: ReadonlyMap<string, number>): Pick<Measurement, 'rows' | 'capacity'> {
  return { rows: (rows * 1000) / (performance.now() - startMs), capacity: (rows * 1000) / busiestThreadMs(before) };
}

function inputsOf(session: OnnxSession, { shape }: Case): NamedTensors {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5);
  return new Map<string, Tensor>([[session.inputs[0]?.name ?? '', { dtype: 'FP32', shape, data }]]);
}

function firstNumber(outputs: NamedTensors): number {
  const [first] = outputs.values();
  return Number(first?.data[0]);
}

async function compare(each: Case): Promise<void> {
  const path = join(each.directory, 'model.onnx');
  const sessions = await Promise.all(Object.entries(engines).map(async ([way, engine]) => [way, await engine.createSession(path, {}, never)] as const));
  const [reference] = sessions;
  if (reference === undefined) return;
  const inputs = inputsOf(reference[1], each);
  const direct = openDirectRun(path, [...inputs.values()]);
  direct.run();
  const subjects: Record<string, () => Measurement | Promise<Measurement>> = { direct: () => measureDirect(direct.run, each) };
  for (const [way, session] of sessions) {
    const run = (): unknown => session.run(inputs, [], never);
    // Compiled, and known to be short where it is.
    for (const end = performance.now() + WARMUP_MS; performance.now() < end; ) await Promise.all(Array.from({ length: each.callers }, run));
    const difference = Math.abs(firstNumber(await session.run(inputs, [], never)) - direct.firstNumber());
    if (!(difference < 1e-5)) throw new Error(`${way} answers ${each.title} otherwise: by ${difference}`);
    subjects[way] = () => measure(run, each);
  }
  const results = await interleave(subjects, ROUNDS);
  for (const [way] of sessions) report(each, way, results);
  direct.close();
  await Promise.all(sessions.map(([, session]) => session.close()));
}

function report({ title, shape: [batch], callers }: Case, way: string, results: ReadonlyMap<string, readonly Measurement[]>): void {
  const ours = results.get(way) ?? [];
  const direct = results.get('direct') ?? [];
  const name = `${title}, batch ${batch}, ${callers} callers, ${way}`;
  const of = (rounds: readonly Measurement[], key: keyof Measurement): number[] => rounds.map((round) => round[key]);
  const loop = (key: keyof Measurement) => ({ name: 'direct', values: of(direct, key) });
  const hasTarget = batch === 32 && way === 'native, 1 thread';
  const target = hasTarget ? { target: quantile(of(direct, 'capacity'), 0.5) * TARGET_SHARE } : {};
  reportFigure({ name: `${name}: capacity`, unit: 'rows/s', better: 'higher', values: of(ours, 'capacity'), baseline: loop('capacity'), ...target });
  reportFigure({ name: `${name}: rate`, unit: 'rows/s', better: 'higher', values: of(ours, 'rows'), baseline: loop('rows') });
  reportFigure({ name: `${name}: p50`, unit: 'µs', better: 'lower', values: of(ours, 'p50'), baseline: loop('p50') });
  reportFigure({ name: `${name}: fs.stat p99`, unit: 'ms', better: 'lower', values: of(ours, 'statP99'), target: 5 });
  reportFigure({ name: `${name}: event loop lag p99`, unit: 'ms', better: 'lower', values: of(ours, 'lagP99'), target: 20 });
}

for (const each of CASES) await compare(each);
await Promise.all(Object.values(engines).map((engine) => engine.close()));
rmSync(perceptron, { recursive: true });
