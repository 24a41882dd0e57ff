/**
 * Networks of Keras with random weights, compiled from their SavedModel to ONNX, through the in-process server (acquire, engine, release), beside
 * the same SavedModel run by TensorFlow (engine `tensorflow`) and the file that tf2onnx makes of it (loader `onnx`), in the same process and in
 * turns, with as many threads each. Then what compiling itself takes, each time in a process of its own: time, memory, and what the event loop waits.
 *
 * Needs a Python with TensorFlow and Keras; with tf2onnx in it, that is measured too: `pip install tensorflow-cpu keras tf2onnx`.
 * Networks are made in `.interop/networks` once, which takes two minutes, and kept.
 *
 *   BENCH_PYTHON=<python> npm run bench -- savedmodel-compiler
 *   BENCH_NETWORKS=mlp,resnet50 …                  # some of them
 *   BENCH_THREADS=2 …                              # threads of each, and nothing of compiling; another run, since TensorFlow has one pool of threads
 *                                                  # for the process, as large as its first session says
 */
import { allocateData, createManager, createTensor, elementCount, type LoaderPlugin, messageOf, type NamedTensors, type NumericData, parseModelName, parseVersion, type RunContext, type Signature, silentLogger } from '@servable/core';
import { findLibrary } from '@servable/engine-tensorflow';
import onnx from '@servable/loader-onnx';
import savedModel from '@servable/loader-savedmodel';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { measureCompiling, type Compiling } from './models/measure-compiling.ts';
import { makeNetworks, type Networks, pythonOfBench } from './models/networks.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave, quantile } from './runner/rounds.ts';

const ALL = ['mlp', 'mobilenet_v2', 'resnet50', 'efficientnet_b0', 'densenet121', 'bert'];
const NAMES = process.env['BENCH_NETWORKS']?.split(',') ?? ALL;
/** What a call is to be faster by than TensorFlow's at batch 1; others have no target but tf2onnx's file. */
const TARGETS: Readonly<Record<string, number>> = { mlp: 1.5, mobilenet_v2: 2, resnet50: 1.3 };
/** The most that compiling may take. */
const COMPILE_SECONDS: Readonly<Record<string, number>> = { mobilenet_v2: 1, resnet50: 3 };
const SLOWEST_OF_CONVERTED = 1 / 1.1;
const THREADS = Number(process.env['BENCH_THREADS'] ?? 1);
const MODEL = parseModelName('network');
const VERSION = parseVersion(1);
const ROUNDS = sized(7, 2);
const MEASURE_MS = sized(200, 20);
/** Answers of two libraries that add in another order. */
const CLOSE = 1e-3;

const [, , what, ...paths] = process.argv;
if (what === 'time' || what === 'memory') process.send?.(await measureCompiling(what, paths[0] ?? '', paths[1] ?? ''));
else await main();

async function main(): Promise<void> {
  const python = pythonOfBench();
  if (python === undefined) return console.error('Nothing is measured: BENCH_PYTHON is to name a Python with TensorFlow and Keras');
  const networks = makeNetworks(python, NAMES);
  const library = libraryOrNone(python);
  for (const name of NAMES) await compare({ name, networks, library, threads: THREADS }, [1, 8]);
  if (THREADS > 1) return;
  for (const name of NAMES) await compareCompiling(name, networks.savedModelOf(name));
}

function libraryOrNone(python: string): string | undefined {
  try {
    const environment = { library: process.env['SERVABLE_LIBTENSORFLOW'], pythonFolders: [dirname(dirname(python))], home: undefined };
    return findLibrary({ folder: dirname(python), environment }).files.main;
  } catch (error) {
    console.error(`Engine tensorflow is not measured: ${messageOf(error)}`);
    return undefined;
  }
}

interface Comparison {
  readonly name: string;
  readonly networks: Networks;
  readonly library: string | undefined;
  readonly threads: number;
}

interface Measurement {
  readonly p50: number;
  /** Of all threads of the process, a call. */
  readonly cpu: number;
}

async function compare({ name, networks, library, threads }: Comparison, batches: readonly number[]): Promise<void> {
  const directory = networks.savedModelOf(name);
  const converted = networks.convertedOf(name);
  const cache = mkdtempSync(join(tmpdir(), 'savedmodel-compiler-'));
  const options = { threads: 1, intraOpThreads: threads };
  const served = [
    { title: 'compiled', ...(await serve(savedModel({ ...options, engine: 'onnx', compileCache: { directory: cache } }), directory)) },
    ...(library === undefined ? [] : [{ title: 'engine tensorflow', ...(await serve(savedModel({ ...options, engine: { name: 'tensorflow', path: library } }), directory)) }]),
    ...(converted === undefined ? [] : [{ title: 'tf2onnx', ...(await serve(onnx(options), converted)) }]),
  ];
  for (const batch of batches) report(`${name}, batch ${batch}, ${threads === 1 ? '1 thread' : `${threads} threads`}`, { name, batch }, await inTurns(name, served, batch));
  for (const { close } of served) await close();
  rmSync(cache, { recursive: true });
}

async function inTurns(name: string, served: readonly (Served & { readonly title: string })[], batch: number): Promise<ReadonlyMap<string, readonly Measurement[]>> {
  const calls = served.map(({ title, ask, signature }) => {
    const inputs = inputsOf(signature, batch);
    return { title, answer: () => ask(inputs) };
  });
  const answers: NamedTensors[] = [];
  for (const { answer } of calls) answers.push(await answer());
  for (const answer of answers) checkAnswer(name, answer, answers[0]);
  for (const { answer } of calls) await measure(answer);
  return interleave(Object.fromEntries(calls.map(({ title, answer }) => [title, () => measure(answer)])), ROUNDS);
}

function report(about: string, { name, batch }: { readonly name: string; readonly batch: number }, results: ReadonlyMap<string, readonly Measurement[]>): void {
  const of = (title: string, key: keyof Measurement): readonly number[] => (results.get(title) ?? []).map((each) => each[key]);
  for (const [key, label] of [['p50', 'p50'], ['cpu', 'CPU time of a call']] as const) {
    const ours = { name: `${about}: ${label}`, unit: 'ms', better: 'lower', values: of('compiled', key) } as const;
    for (const title of ['engine tensorflow', 'tf2onnx']) {
      if (!results.has(title)) continue;
      reportFigure({ ...ours, baseline: { name: title, values: of(title, key) } });
      const target = title === 'tf2onnx' ? (key === 'p50' ? SLOWEST_OF_CONVERTED : undefined) : batch === 1 ? TARGETS[name] : undefined;
      const values = of(title, key).map((theirs, round) => theirs / (ours.values[round] ?? Number.NaN));
      if (target !== undefined) reportFigure({ name: `${about}: ${label}, times as fast as ${title}`, unit: '×', better: 'higher', values, target });
    }
  }
}

interface Served {
  readonly ask: (inputs: NamedTensors) => Promise<NamedTensors>;
  readonly signature: Signature;
  readonly close: () => Promise<void>;
}

async function serve(plugin: LoaderPlugin, path: string): Promise<Served> {
  const manager = createManager();
  manager.aspire({ name: MODEL, versions: [{ version: VERSION, value: { createLoader: () => plugin.create({ path }, {}, { id: { name: MODEL, version: VERSION }, logger: silentLogger }) } }] });
  await manager.states.waitUntilReady([MODEL]);
  const context: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };
  const described = manager.acquire({ kind: 'latest', name: MODEL });
  const signature = described.servable.signatures.get('serving_default');
  described.release();
  if (signature === undefined) throw new Error(`'${path}' has no signature 'serving_default'`);
  return {
    signature,
    ask: async (inputs) => {
      const handle = manager.acquire({ kind: 'latest', name: MODEL });
      try {
        return await handle.servable.run('serving_default', inputs, context);
      } finally {
        handle.release();
      }
    },
    close: async () => {
      await manager.close();
      await plugin.close?.();
    },
  };
}

/** The same numbers each time; lists whose length varies have 128 elements. */
function inputsOf({ inputs }: Signature, batch: number): NamedTensors {
  return new Map(Array.from(inputs, ([alias, { dtype, shape = [] }]) => {
    const sizes = shape.map((size, axis) => (axis === 0 ? batch : typeof size === 'number' && size > 0 ? size : 128));
    const data = allocateData(dtype, elementCount(sizes)) as NumericData;
    for (let at = 0, random = 1; at < data.length; at++) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      Reflect.set(data, at, dtype === 'FP32' ? random / 2 ** 32 : 1 + (random % 999));
    }
    return [alias, createTensor(dtype, sizes, data)];
  }));
}

/** Outputs have other names in a file of tf2onnx: each is looked for by its shape. */
function checkAnswer(name: string, answer: NamedTensors, expected: NamedTensors | undefined): void {
  for (const tensor of expected?.values() ?? []) {
    const same = [...answer.values()].find(({ shape }) => String(shape) === String(tensor.shape));
    const isEqual = same !== undefined && tensor.data.every((value, at) => Math.abs(Number(value) - Number(same.data[at])) <= 1e-4 + CLOSE * Math.abs(Number(value)));
    if (!isEqual) throw new Error(`${name} gives another answer`);
  }
}

async function measure(run: () => Promise<unknown>): Promise<Measurement> {
  const runMs: number[] = [];
  const before = process.cpuUsage();
  const end = performance.now() + MEASURE_MS;
  do {
    const began = performance.now();
    await run();
    runMs.push(performance.now() - began);
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return { p50: quantile(runMs, 0.5), cpu: (user + system) / 1000 / runMs.length };
}

async function compareCompiling(name: string, directory: string): Promise<void> {
  const results: Compiling[] = [];
  for (let round = 0; round < sized(3, 1); round++) results.push({ ...(await compilingOf('time', directory)), ...(await compilingOf('memory', directory)) } as Compiling);
  const values = (key: keyof Compiling): number[] => results.map((each) => each[key]);
  const target = COMPILE_SECONDS[name];
  reportFigure({ name: `compile ${name}`, unit: 's', better: 'lower', values: values('seconds'), ...(target === undefined ? {} : { target }) });
  reportFigure({ name: `compile ${name}: CPU time`, unit: 's', better: 'lower', values: values('cpuSeconds') });
  reportFigure({ name: `compile ${name}: peak memory by the SavedModel's bytes`, unit: '×', better: 'lower', values: values('peakByModel'), ...(target === undefined ? {} : { target: 3 }) });
  reportFigure({ name: `compile ${name}: longest wait of the event loop`, unit: 'ms', better: 'lower', values: values('longestDelayMs'), target: 50 });
}

function compilingOf(part: 'time' | 'memory', directory: string): Promise<Partial<Compiling>> {
  const cache = mkdtempSync(join(tmpdir(), 'savedmodel-compiler-'));
  return new Promise<Partial<Compiling>>((resolve, reject) => {
    const child = fork(import.meta.filename, [part, directory, cache], { execArgv: [] });
    child.once('message', (compiling) => resolve(compiling as Partial<Compiling>));
    child.once('error', reject);
    child.once('exit', (code) => code === 0 || reject(new Error(`compiling ended with ${String(code)}`)));
  }).finally(() => rmSync(cache, { recursive: true }));
}
