// The gRPC codec against generated code (@bufbuild/protobuf) in the same run: `node --conditions=@servable/source codec-grpc.bench.ts`.
import { type Tensor } from '@servable/core';
import { decodePredictRequest, decodeTensor, encodePredictResponse, type PredictRequest } from '@servable/protocol';
import { create, fromBinary, toBinary } from '@servable/protos';
import { DataType, TensorProtoSchema } from '@servable/protos/tensorflow';
import { ModelSpecSchema, PredictRequestSchema, PredictResponseSchema } from '@servable/protos/tensorflow-serving';
import { recordFigure, sized } from './runner/report.ts';
import { Int64ValueSchema } from '@bufbuild/protobuf/wkt';

const ROUND_MS = sized(300, 40);
const ROUNDS = 5;
/** What a result is added to, so that no work can be left out for being unused. */
const sink = { total: 0 };

/** Calls a second: the median of rounds that take turns, so that both sides meet the same noise. */
function compare(name: string, ours: () => number, baseline: () => number): void {
  const rates = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const pair = { ours: rateOf(ours), baseline: rateOf(baseline) };
    // The first round warms up.
    if (round === 0) continue;
    rates.ours.push(pair.ours);
    rates.baseline.push(pair.baseline);
  }
  recordFigure({ name, unit: 'calls/s', better: 'higher', values: rates.ours, baseline: { name: 'generated code', values: rates.baseline } });
  const [fast, slow] = [median(rates.ours), median(rates.baseline)];
  const thousands = (rate: number) => `${(rate / 1000).toFixed(1)} k/s`.padStart(12);
  console.log(`${name.padEnd(48)}${thousands(fast)}${thousands(slow)}${(fast / slow).toFixed(1).padStart(9)} x`);
}

function rateOf(act: () => number): number {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < ROUND_MS) {
    for (let inner = 0; inner < 10; inner += 1) sink.total += act();
    calls += 10;
  }
  return (calls / (performance.now() - start)) * 1000;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function tensorOf(rows: number, columns: number): Tensor {
  return { dtype: 'FP32', shape: [rows, columns], data: Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index)) };
}

/** A request as a client would send it, made by the generated code. */
function requestOf(tensor: Tensor, asTensorContent: boolean): Uint8Array {
  const data = tensor.data as Float32Array;
  const values = asTensorContent ? { tensorContent: new Uint8Array(data.buffer.slice(0)) } : { floatVal: [...data] };
  const proto = create(TensorProtoSchema, {
    dtype: DataType.DT_FLOAT,
    tensorShape: { dim: tensor.shape.map((size) => ({ size: BigInt(size) })) },
    ...values,
  });
  return toBinary(PredictRequestSchema, create(PredictRequestSchema, { modelSpec: { name: 'digits' }, inputs: { x: proto } }));
}

const inputOf = (request: PredictRequest): Tensor => decodeTensor(request.inputs.get('x') ?? new Uint8Array(0));

function decodeOurs(bytes: Uint8Array): number {
  const { data } = inputOf(decodePredictRequest(bytes));
  return Number(data[data.length - 1]);
}

function decodeFloatVal(bytes: Uint8Array): number {
  const data = Float32Array.from(fromBinary(PredictRequestSchema, bytes).inputs['x']?.floatVal ?? []);
  return data[data.length - 1] ?? 0;
}

function decodeContent(bytes: Uint8Array): number {
  const content = fromBinary(PredictRequestSchema, bytes).inputs['x']?.tensorContent ?? new Uint8Array(0);
  const data = content.byteOffset % 4 === 0 ? new Float32Array(content.buffer, content.byteOffset, content.length / 4) : new Float32Array(content.slice().buffer);
  return data[data.length - 1] ?? 0;
}

const encodeOurs = (tensor: Tensor): number =>
  encodePredictResponse({ modelSpec: { name: 'digits', version: 1n, signatureName: 'serving_default' }, outputs: new Map([['y', tensor]]) }).length;

function encodeBaseline(tensor: Tensor): number {
  const y = create(TensorProtoSchema, {
    dtype: DataType.DT_FLOAT,
    tensorShape: { dim: tensor.shape.map((size) => ({ size: BigInt(size) })) },
    floatVal: [...(tensor.data as Float32Array)],
  });
  const modelSpec = create(ModelSpecSchema, {
    name: 'digits',
    signatureName: 'serving_default',
    versionChoice: { case: 'version', value: create(Int64ValueSchema, { value: 1n }) },
  });
  return toBinary(PredictResponseSchema, create(PredictResponseSchema, { modelSpec, outputs: { y } })).length;
}

console.log(`${''.padEnd(48)}${'hand-made'.padStart(12)}${'generated'.padStart(12)}${'ratio'.padStart(11)}`);
for (const [rows, columns] of [[1, 8], [32, 784]] as const) {
  const tensor = tensorOf(rows, columns);
  const typed = requestOf(tensor, false);
  const content = requestOf(tensor, true);
  compare(`decode PredictRequest [${rows},${columns}] float_val`, () => decodeOurs(typed), () => decodeFloatVal(typed));
  compare(`decode PredictRequest [${rows},${columns}] tensor_content`, () => decodeOurs(content), () => decodeContent(content));
}
for (const [rows, columns] of [[1, 10], [32, 10], [32, 784]] as const) {
  const tensor = tensorOf(rows, columns);
  compare(`encode PredictResponse [${rows},${columns}] float_val`, () => encodeOurs(tensor), () => encodeBaseline(tensor));
}
if (sink.total === 0) console.log('nothing was computed');
