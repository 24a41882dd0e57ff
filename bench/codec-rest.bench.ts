// The REST codec against JSON.parse and JSON.stringify in the same run: `node --conditions=@servable/source codec-rest.bench.ts`.
// Times are the process's CPU time, so that other work on the machine does not count. Reading is from the body's bytes to a Float32Array, writing from a Float32Array to bytes, on both sides.
import type { NamedTensors, Signature } from '@servable/core';
import { recordFigure, sized } from './runner/report.ts';
import { encodePredict, parsePredictBody, resolvePredictBody } from '@servable/protocol';

const ROUND_MS = sized(200, 40);
const ROUNDS = 5;
/** What a result is added to, so that no work can be left out for being unused. */
const sink = { total: 0 };

/** Calls a second of CPU time: the median of rounds that take turns, so that both sides meet the same noise. */
function compare(name: string, ours: () => number, baseline: () => number): void {
  const rates = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const pair = { ours: rateOf(ours), baseline: rateOf(baseline) };
    // The first round warms up.
    if (round === 0) continue;
    rates.ours.push(pair.ours);
    rates.baseline.push(pair.baseline);
  }
  const micros = (each: readonly number[]): number[] => each.map((rate) => 1e6 / rate);
  recordFigure({ name, unit: 'µs of CPU', better: 'lower', values: micros(rates.ours), baseline: { name: 'JSON.parse, JSON.stringify', values: micros(rates.baseline) } });
  const [fast, slow] = [median(rates.ours), median(rates.baseline)];
  const perCall = (rate: number) => `${(1e6 / rate).toFixed(1)} µs`.padStart(12);
  console.log(`${name.padEnd(48)}${perCall(fast)}${perCall(slow)}${(fast / slow).toFixed(2).padStart(9)} x`);
}

function rateOf(act: () => number): number {
  const start = process.cpuUsage();
  let calls = 0;
  let usedMs = 0;
  while (usedMs < ROUND_MS) {
    for (let inner = 0; inner < 10; inner += 1) sink.total += act();
    calls += 10;
    const { user, system } = process.cpuUsage(start);
    usedMs = (user + system) / 1000;
  }
  return (calls / usedMs) * 1000;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function signatureOf(dtype: 'FP32' | 'INT64' | 'BYTES', names: readonly string[]): Signature {
  const inputs = new Map(names.map((name) => [name, { dtype, shape: undefined }]));
  return { methodName: 'tensorflow/serving/predict', inputs, outputs: new Map(), defaults: new Map(), batching: 'none' };
}

const X = signatureOf('FP32', ['x']);
const lastOf = (inputs: NamedTensors): number => Number(inputs.get('x')?.data.at(-1));

function readOurs(body: Uint8Array): number {
  return lastOf(resolvePredictBody(parsePredictBody(body), X).inputs);
}

function readBaseline(body: Buffer): number {
  const { instances } = JSON.parse(body.toString()) as { instances: number[][] };
  const width = instances[0]?.length ?? 0;
  const data = new Float32Array(instances.length * width);
  instances.forEach((row, index) => data.set(row, index * width));
  return data.at(-1) ?? 0;
}

function readRowsOurs(body: Uint8Array): number {
  return lastOf(resolvePredictBody(parsePredictBody(body), signatureOf('FP32', ['x', 'y', 'z'])).inputs);
}

function readRowsBaseline(body: Buffer): number {
  const { instances } = JSON.parse(body.toString()) as { instances: Record<'x' | 'y' | 'z', number>[] };
  const columns = (['x', 'y', 'z'] as const).map((name) => Float32Array.from(instances, (row) => row[name]));
  return columns[0]?.at(-1) ?? 0;
}

const writeOurs = (outputs: NamedTensors): number => encodePredict(outputs, 'row').length;

function writeBaseline(data: Float32Array | Float64Array, width: number): number {
  const predictions = Array.from({ length: data.length / width }, (_, row) => Array.from(data.subarray(row * width, (row + 1) * width)));
  return Buffer.from(JSON.stringify({ predictions })).length;
}

function matrix(rows: number, width: number, number: (index: number) => string): Buffer {
  const list = Array.from({ length: rows }, (_, row) => {
    return `[${Array.from({ length: width }, (__, column) => number(row * width + column)).join(', ')}]`;
  });
  return Buffer.from(`{"instances": [${list.join(', ')}]}`);
}

const random = (index: number): number => Math.abs(Math.sin(index * 12.9898) * 43758.5453) % 1;

function compareReading(name: string, body: Buffer): void {
  compare(`read ${name}, ${(body.length / 1024).toFixed(0)} KiB`, () => readOurs(body), () => readBaseline(body));
}

console.log(`${''.padEnd(48)}${'ours'.padStart(12)}${'JSON'.padStart(12)}${'ratio'.padStart(11)}`);
compareReading('[32,784] pixels 0 to 255', matrix(32, 784, (index) => String(Math.floor(random(index) * 256))));
compareReading('[32,784] of 4 digits', matrix(32, 784, (index) => random(index).toFixed(4)));
compareReading('[32,784] doubles', matrix(32, 784, (index) => String(random(index))));
compareReading('[32,784] floats as doubles', matrix(32, 784, (index) => String(Math.fround(random(index)))));
compareReading('[1,8] doubles', matrix(1, 8, (index) => String(random(index))));
const rows = Buffer.from(
  JSON.stringify({ instances: Array.from({ length: 1000 }, (_, row) => ({ x: random(row), y: row, z: random(row + 0.5) })) }),
);
compare('read 1000 rows of 3 named inputs', () => readRowsOurs(rows), () => readRowsBaseline(rows));

for (const [height, width] of [
  [32, 10],
  [32, 1000],
] as const) {
  const data = Float32Array.from({ length: height * width }, (_, index) => random(index));
  const outputs: NamedTensors = new Map([['y', { dtype: 'FP32', shape: [height, width], data }]]);
  compare(`write [${height},${width}] float32`, () => writeOurs(outputs), () => writeBaseline(data, width));
}
const doubles = Float64Array.from({ length: 320 }, (_, index) => random(index));
const doubleOutputs: NamedTensors = new Map([['y', { dtype: 'FP64', shape: [32, 10], data: doubles }]]);
compare('write [32,10] float64', () => writeOurs(doubleOutputs), () => writeBaseline(doubles, 10));
