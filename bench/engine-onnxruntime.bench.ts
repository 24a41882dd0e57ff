/**
 * ONNX Runtime in engine threads against its binding called on the event loop, in the same run; and what a session takes.
 *
 *   node --conditions=@servable/source bench/engine-onnxruntime.bench.ts [runs | memory]
 */
import { allocateData, createTensor, elementCount, type Tensor } from '@servable/core';
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation } from '@servable/protos/onnx';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor as BindingTensor } from 'onnxruntime-node';
import { recordFigure, sized } from './runner/report.ts';
import { createWorkerEngine, type OnnxSession, type OnnxValueInfo } from '../packages/engine-onnxruntime/src/index.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/onnx');
const MEASURE_MS = sized(1000, 150);
const ROUNDS = 3;
const never = new AbortController().signal;

interface Case {
  readonly model: string;
  readonly input: string;
  readonly shape: readonly number[];
  readonly callers: number;
}

const CASES: readonly Case[] = [
  { model: 'mlp/1', input: 'features', shape: [1, 4], callers: 1 },
  { model: 'mlp/1', input: 'features', shape: [1, 4], callers: 8 },
  { model: 'mlp/1', input: 'features', shape: [32, 4], callers: 1 },
  { model: 'mlp/1', input: 'features', shape: [32, 4], callers: 8 },
  { model: 'from_keras_cnn/1', input: 'image', shape: [8, 96, 96, 3], callers: 4 },
];

type Run = (data: Float32Array, shape: readonly number[]) => Promise<unknown>;

type Measurement = Awaited<ReturnType<typeof measure>>;

async function measure(run: Run, { shape, callers }: Case) {
  const size = shape.reduce((product, each) => product * each, 1);
  const end = performance.now() + MEASURE_MS;
  const runMs: number[] = [];
  const statMs: number[] = [];
  const data = new Float32Array(size).fill(0.5);
  async function call(): Promise<void> {
    while (performance.now() < end) {
      const start = performance.now();
      await run(data, shape);
      runMs.push(performance.now() - start);
    }
  }
  async function look(): Promise<void> {
    while (performance.now() < end) {
      const start = performance.now();
      await stat(import.meta.filename);
      statMs.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  await Promise.all([look(), ...Array.from({ length: callers }, call)]);
  const perSecond = (runMs.length * 1000) / MEASURE_MS;
  return { perSecond, rows: perSecond * (shape[0] ?? 1), p50: quantile(runMs, 0.5), p99: quantile(runMs, 0.99), statP99: quantile(statMs, 0.99) };
}

function quantile(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * at)] ?? Number.NaN;
}

function median<T extends Record<string, number>>(rounds: readonly T[], key: keyof T): number {
  return quantile(rounds.map((round) => round[key] ?? Number.NaN), 0.5);
}

async function compareRuns(): Promise<void> {
  // A niceness of 0 shows what it costs, and what it is for.
  const engines = { 'engine thread': createWorkerEngine(), 'engine thread, niceness 0': createWorkerEngine({ niceness: 0 }) };
  console.log(`medians of ${ROUNDS} rounds of ${MEASURE_MS} ms, ${availableParallelism()} CPUs, Node ${process.version}`);
  console.log('model, batch, callers | how | runs/s | rows/s | p50 µs | p99 µs | fs.stat p99 ms');
  for (const each of CASES) {
    const path = join(FIXTURES, each.model, 'model.onnx');
    const threads = await Promise.all(Object.entries(engines).map(async ([way, engine]) => [way, await engine.createSession(path, {}, never)] as const));
    const direct = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
    const ways: Readonly<Record<string, Run>> = {
      'event loop': (data, shape) => direct.run({ [each.input]: new BindingTensor('float32', data, shape) }),
      ...Object.fromEntries(threads.map(([way, session]): [string, Run] => [way, async (data, shape) => session.run(new Map([[each.input, { dtype: 'FP32', shape, data }]]), [], never)])),
    };
    const results = new Map(Object.keys(ways).map((way) => [way, [] as Awaited<ReturnType<typeof measure>>[]]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [way, run] of Object.entries(ways)) results.get(way)?.push(await measure(run, each));
    }
    for (const [way, rounds] of results) {
      if (way !== 'event loop') recordRuns(`${each.model}, batch ${each.shape[0] ?? 1}, ${each.callers} callers, ${way}`, rounds, results.get('event loop') ?? []);
      const number = (key: keyof (typeof rounds)[number], scale: number, digits = 0): string => (median(rounds, key) * scale).toFixed(digits);
      console.log(`${each.model}, ${each.shape[0]}, ${each.callers} | ${way} | ${number('perSecond', 1)} | ${number('rows', 1)} | ${number('p50', 1000)} | ${number('p99', 1000)} | ${number('statP99', 1, 2)}`);
    }
    await Promise.all([...threads.map(([, session]) => session.close()), direct.release()]);
  }
  await Promise.all(Object.values(engines).map((engine) => engine.close()));
}

function recordRuns(name: string, ours: readonly Measurement[], direct: readonly Measurement[]): void {
  const baseline = (of: (measurement: Measurement) => number) => ({ name: 'event loop', values: direct.map(of) });
  const values = (of: (measurement: Measurement) => number): number[] => ours.map(of);
  recordFigure({ name: `${name}: rate`, unit: 'runs/s', better: 'higher', values: values((each) => each.perSecond), baseline: baseline((each) => each.perSecond) });
  recordFigure({ name: `${name}: fs.stat p99`, unit: 'ms', better: 'lower', values: values((each) => each.statP99), baseline: baseline((each) => each.statP99) });
}

/** Layers of a kind, with weights of about `megabytes` together: of zeros, which take as much memory as others. */
function bigModel(kind: 'MatMul' | 'Conv' | 'Gather', megabytes: number, external: boolean): { model: Uint8Array; weights: Uint8Array } {
  const dims = { MatMul: [1024n, 1024n], Conv: [512n, 512n, 3n, 3n], Gather: [65_536n, 64n] }[kind];
  const bytes = Number(dims.reduce((product, size) => product * size, 4n));
  const layers = Math.round((megabytes * 2 ** 20) / bytes);
  const names = Array.from({ length: layers }, (_, at) => `w${at}`);
  const initializer = names.map((name, at) => ({
    name,
    dataType: 1,
    dims,
    ...(external
      ? { dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: Object.entries({ location: 'weights.bin', offset: String(at * bytes), length: String(bytes) }).map(([key, value]) => ({ key, value })) }
      : { rawData: new Uint8Array(bytes) }),
  }));
  const dim = (sizes: readonly bigint[]) => ({ dim: sizes.map((dimValue) => ({ value: { case: 'dimValue' as const, value: dimValue } })) });
  const tensor = (name: string, elemType: number, sizes: readonly bigint[]) => ({ name, type: { value: { case: 'tensorType' as const, value: { elemType, shape: dim(sizes) } } } });
  const node = names.map((name, at) => {
    if (kind === 'Gather') return { opType: kind, input: [name, 'x'], output: [`y${at}`] };
    return { opType: kind, input: [at === 0 ? 'x' : `y${at - 1}`, name], output: [`y${at}`] };
  });
  const input = [{ MatMul: tensor('x', 1, [1n, 1024n]), Conv: tensor('x', 1, [1n, 512n, 64n, 64n]), Gather: tensor('x', 7, [1n]) }[kind]];
  const output = (kind === 'Gather' ? names.map((_, at) => at) : [layers - 1]).map((at) => ({ name: `y${at}` }));
  const outputs = output.map(({ name }) => ({ name, type: { value: { case: 'tensorType' as const, value: { elemType: 1 } } } }));
  const message = create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph: { name: 'big', node, input, output: outputs, initializer } });
  return { model: toBinary(ModelProtoSchema, message), weights: new Uint8Array(external ? layers * bytes : 0) };
}

/** Runs in a process of its own, so that memory measured before is not measured again. */
async function measureMemory(path: string): Promise<void> {
  const engine = createWorkerEngine();
  const sessions: OnnxSession[] = [];
  const bytes = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  const first = await engine.createSession(join(FIXTURES, 'mlp/1/model.onnx'), {}, never);
  const before = bytes('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5'); // VmHWM begins anew.
  for (let count = 0; count < (path === '' ? 8 : 1); count += 1) {
    sessions.push(await engine.createSession(path === '' ? join(FIXTURES, 'mlp/1/model.onnx') : path, {}, never));
  }
  const loaded = bytes('VmRSS') - before;
  for (const session of sessions) await session.run(new Map(session.inputs.map((input) => [input.name, zeros(input)])), [], never);
  const peak = bytes('VmHWM') - before;
  await Promise.all([first, ...sessions].map((session) => session.close()));
  await engine.close();
  console.log(JSON.stringify({ loaded, peak }));
}

function zeros({ dtype, shape = [] }: OnnxValueInfo): Tensor {
  const sizes = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
  return createTensor(dtype ?? 'FP32', sizes, allocateData(dtype ?? 'FP32', elementCount(sizes)));
}

function memoryOf(path: string): { loaded: number; peak: number } {
  const output = execFileSync(process.execPath, ['--conditions=@servable/source', import.meta.filename, 'memory', path], { encoding: 'utf8' });
  return JSON.parse(output);
}

function compareMemory(): void {
  const sessions = memoryOf('');
  console.log(`\none more session of mlp/1: ${(sessions.loaded / 8 / 2 ** 20).toFixed(1)} MiB`);
  console.log('weights | files MiB | loaded MiB | peak with a run MiB | peak beyond a session, times files');
  for (const kind of ['MatMul', 'Conv', 'Gather'] as const) {
    for (const external of [false, true]) {
      const directory = mkdtempSync(join(tmpdir(), 'servable-bench-'));
      try {
        const { model, weights } = bigModel(kind, 256, external);
        const path = join(directory, 'model.onnx');
        writeFileSync(path, model);
        writeFileSync(join(directory, 'weights.bin'), weights);
        const files = statSync(path).size + weights.length;
        const { loaded, peak } = memoryOf(path);
        const mebibytes = (count: number): string => (count / 2 ** 20).toFixed(0);
        const factor = (peak - sessions.loaded / 8) / files;
        recordFigure({ name: `peak of a load and a run, ${kind}${external ? ', external' : ''}`, unit: 'MiB', better: 'lower', values: [peak / 2 ** 20], baseline: { name: 'size of the files', values: [files / 2 ** 20] } });
        console.log(`${kind}${external ? ', external' : ''} | ${mebibytes(files)} | ${mebibytes(loaded)} | ${mebibytes(peak)} | ${factor.toFixed(2)}`);
      } finally {
        rmSync(directory, { recursive: true });
      }
    }
  }
}

const [part = '', path] = process.argv.slice(2);
if (path !== undefined) await measureMemory(path);
if (part !== 'memory') await compareRuns();
if (part !== 'runs' && path === undefined) compareMemory();
