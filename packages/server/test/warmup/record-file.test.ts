import { createHooks, type Loader, Manager, parseModelName, parseVersion, type Servable, type ServingError } from '@servable/core';
import { create, fromJson, toBinary } from '@servable/protos';
import { PredictionLogSchema } from '@servable/protos/prediction-log';
import { FakeLoader, type FakeServable, fakeServable, fakeSignature } from '@servable/plugin-testing';
import { encodeRecord } from '@servable/tfrecord';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tapWarmup, type WarmupReport, type WarmupSettings } from '../../src/warmup/tap-warmup.ts';
import { EXAMPLE_SIGNATURES } from '../support/example-servable.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servable-warmup-'));
  await mkdir(join(folder, 'assets.extra'));
  path = join(folder, 'assets.extra', 'tf_serving_warmup_requests');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/warmup');
const NAME = parseModelName('m');
const VERSION = parseVersion(1);

/** Loads one version from the folder with warm-up on; resolves with the error it ended with, if any. */
async function load(servable: Servable, settings: Partial<WarmupSettings> = {}): Promise<ServingError | undefined> {
  const hooks = createHooks();
  tapWarmup(hooks, { maxJsonDepth: 64, iterations: 1, compat: 'default', ...settings });
  const manager = new Manager({ hooks, maxLoadRetries: 0 });
  const createLoader = (): Loader => new FakeLoader({ servable: () => servable });
  manager.aspire({ name: NAME, versions: [{ version: VERSION, value: { createLoader, artifact: { path: folder } } }] });
  const { error } = await manager.states.waitFor(NAME, VERSION, ({ state }) => state === 'ready' || state === 'ended');
  await manager.close();
  return error;
}

function valuesOf(servable: FakeServable): unknown[] {
  return servable.runs.map(({ inputs }) => [...(inputs.get('x')?.data ?? [])]);
}

/** A predict log by generated code. */
function predictLog(values: readonly number[], { signature = '', outputs = [] as readonly string[] } = {}): Uint8Array {
  const x = { dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: values.length }] }, floatVal: [...values] };
  const modelSpec = { name: 'another', versionLabel: 'no such label', signatureName: signature };
  return toBinary(PredictionLogSchema, fromJson(PredictionLogSchema, { predictLog: { request: { modelSpec, inputs: { x }, outputFilter: [...outputs] } } }));
}

const writeRecords = (...logs: readonly Uint8Array[]): Promise<void> => writeFile(path, logs.map(encodeRecord));

it('runs each predict log in order before the version is ready, whatever model it names', async () => {
  await writeRecords(predictLog([1]), predictLog([2.5, 3], { signature: 'serving_default', outputs: ['y'] }));
  const servable = fakeServable();
  expect(await load(servable)).toBeUndefined();
  expect(valuesOf(servable)).toEqual([[1], [2.5, 3]]);
  expect(servable.runs.map(({ context }) => [context.protocol, context.requestId, context.outputs])).toEqual([
    ['warmup', 'warmup record 0 (byte 0)', []],
    ['warmup', expect.stringMatching(/^warmup record 1 \(byte \d+\)$/), ['y']],
  ]);
});

it('runs each record as often as it is told to, and the JSON file after it', async () => {
  await writeRecords(predictLog([1]), predictLog([2]));
  await writeFile(join(folder, 'warmup.jsonl'), '{"instances": [3]}');
  const servable = fakeServable();
  expect(await load(servable, { iterations: 3 })).toBeUndefined();
  expect(valuesOf(servable)).toEqual([[1], [1], [1], [2], [2], [2], [3], [3], [3]]);
});

it('passes over a log that says nothing', async () => {
  await writeRecords(new Uint8Array(0), predictLog([1]));
  const servable = fakeServable();
  expect(await load(servable)).toBeUndefined();
  expect(valuesOf(servable)).toEqual([[1]]);
});

it.each([
  ['predictStreamedLog', 7],
  ['sessionRunLog', 5],
] as const)('refuses a %s', async (kind, number) => {
  await writeRecords(toBinary(PredictionLogSchema, create(PredictionLogSchema, { logType: { case: kind, value: {} } })));
  const error = await load(fakeServable());
  expect(error).toMatchObject({ code: 'SRV_WARMUP_FAILED', status: 'UNIMPLEMENTED' });
  expect(error?.message).toContain(`Unsupported log_type for warmup: ${number}`);
});

it('fails the load with file, record, byte and the status of what failed', async () => {
  await writeRecords(predictLog([1]), predictLog([2], { signature: 'nope' }));
  const offset = predictLog([1]).length + 16;
  const error = await load(fakeServable());
  expect(error).toMatchObject({
    code: 'SRV_WARMUP_FAILED',
    status: 'FAILED_PRECONDITION',
    args: [path, `record 1 (byte ${offset})`, 'Serving signature key "nope" not found.'],
  });
  expect(await load(fakeServable(), { compat: 'strict' })).toMatchObject({ code: 'SRV_GRPC_V1_SIGNATURE_NOT_FOUND' });
});

it.each([
  ['is no PredictionLog', Buffer.from([0xff, 0xff, 0xff])],
  ['holds a request that cannot be read', Buffer.from([0x32, 0x04, 0x0a, 0x02, 0x0a, 0x63])],
])("fails the load in TensorFlow Serving's words when a record %s", async (_what, bytes) => {
  await writeRecords(predictLog([1]), bytes);
  const error = await load(fakeServable());
  expect(error).toMatchObject({ code: 'SRV_WARMUP_RECORD_MALFORMED', status: 'INVALID_ARGUMENT' });
  expect(error?.message).toMatch(/Failed to parse warmup record: .* from /u);
  expect(error?.message).toContain(`${path} (record 1, byte ${predictLog([1]).length + 16})`);
});

it('takes 1000 records and no more', async () => {
  const servable = fakeServable();
  await writeRecords(...Array.from({ length: 1000 }, () => predictLog([1])));
  expect(await load(servable)).toBeUndefined();
  expect(servable.runs).toHaveLength(1000);
  await writeRecords(...Array.from({ length: 1001 }, () => predictLog([1])));
  const error = await load(fakeServable());
  expect(error).toMatchObject({ code: 'SRV_WARMUP_TOO_MANY', status: 'INVALID_ARGUMENT' });
  expect(error?.message).toContain(`Number of warmup records exceeds the maximum (1000) at ${path}`);
});

// The files are TensorFlow's own; what the server says of them is in the golden.
it.each([
  ['3', 'DATA_LOSS', 'Please verify your warmup data is in TFRecord format.'],
  ['4', undefined, undefined],
  ['5', 'INVALID_ARGUMENT', 'Number of warmup records exceeds the maximum (1000)'],
])("says of TensorFlow's file of version %s what the golden says", async (version, status, text) => {
  await copyFile(join(FIXTURES, version, 'assets.extra', 'tf_serving_warmup_requests'), path);
  const reports: WarmupReport[] = [];
  const servable = fakeServable({ run: () => new Map() });
  const error = await load(servable, { onRecordFile: (report) => void reports.push(report) });
  expect(error?.status).toBe(status);
  expect(error?.message ?? '').toContain(text ?? '');
  expect(reports.map((report) => report.error?.status)).toEqual(version === '5' ? [] : [status]);
});

it("runs TensorFlow's file of every kind of log: predict, classify, regress with a context, two tasks at once", async () => {
  await copyFile(join(FIXTURES, '1', 'assets.extra', 'tf_serving_warmup_requests'), path);
  const regress = EXAMPLE_SIGNATURES.get('regress');
  const classify = EXAMPLE_SIGNATURES.get('classify');
  if (regress === undefined || classify === undefined) throw new Error('the signatures are missing');
  const signatures = new Map([['serving_default', fakeSignature()], ['classify', classify], ['regress_x_to_y', regress]]);
  const servable = fakeServable({ signatures, run: () => new Map() });
  expect(await load(servable)).toBeUndefined();
  expect(servable.runs.map(({ signature, inputs }) => [signature, ...[...inputs].map(([alias, { dtype, shape }]) => `${alias} ${dtype} [${shape.join()}]`)])).toEqual([
    ['serving_default', 'x FP32 [1,1]'],
    ['serving_default', 'x FP32 [2,1]'],
    ['serving_default', 'x FP32 [3,1]'],
    ['classify', 'inputs BYTES [1]'],
    ['regress_x_to_y', 'inputs BYTES [1]'],
    ['classify', 'inputs BYTES [1]'],
    ['regress_x_to_y', 'inputs BYTES [1]'],
  ]);
  const serialized = servable.runs[4]?.inputs.get('inputs');
  // The context's features stand before the example's own.
  expect(serialized?.dtype === 'BYTES' ? Buffer.from(serialized.data[0] ?? []).toString('latin1') : '').toMatch(/x2.*x/s);
});

it('tells how many requests a file had and how long they took', async () => {
  await writeRecords(predictLog([1]), predictLog([2]));
  const reports: WarmupReport[] = [];
  await load(fakeServable(), { onRecordFile: (report) => void reports.push(report) });
  expect(reports).toEqual([{ modelPath: folder, requests: 2, tookMs: expect.any(Number), error: undefined }]);
});
