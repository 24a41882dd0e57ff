import { createHooks, definePlugin, type RequestDone, type RequestLogged } from '@servable/core';
import { collectLogger } from '@servable/plugin-testing';
import { create, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@servable/protos';
import { PredictionLogSchema } from '@servable/protos/prediction-log';
import { MultiInferenceRequestSchema, MultiInferenceResponseSchema } from '@servable/protos/tensorflow-serving';
import { readRecords } from '@servable/tfrecord';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileSink, type SinkOutcome } from '../../src/request-log/file-sink.ts';
import { RequestLog, type ResolvedLogging } from '../../src/request-log/request-log.ts';
import { CallOriginFake } from '../support/call-origin.ts';
import { RequestRecord } from '../../src/request-record.ts';
import { CLASSIFY, classificationBytes, floatExample, inputOf, MULTI_INFERENCE, multiInferenceBytes } from '../support/example-messages.ts';
import { exampleServable } from '../support/example-servable.ts';
import { startReadyServer, type ServerFixture, type ServerFixtureOptions } from '../support/server-fixture.ts';

let folder: string;
const fixtures: ServerFixture[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servable-log-'));
});
afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
  await rm(folder, { recursive: true, force: true });
});

function loggingOf(options: Partial<ResolvedLogging> = {}): ResolvedLogging {
  return { collector: 'tfrecord', prefix: join(folder, 'logs', 'm'), samplingRate: 1, maxFileBytes: 2 ** 20, ...options };
}

async function ready(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startReadyServer({ models: [{ logging: loggingOf() }], ...options });
  fixtures.push(fixture);
  return fixture;
}

/** Closes the server, which writes all that was logged. */
async function closed(fixture: ServerFixture): Promise<void> {
  fixtures.splice(fixtures.indexOf(fixture), 1);
  await fixture.close();
}

async function files(): Promise<string[]> {
  const names = await readdir(join(folder, 'logs'));
  return names.toSorted().map((name) => join(folder, 'logs', name));
}

/** What generated code reads of every record, as protobuf's JSON. */
async function recordsIn(paths: readonly string[]): Promise<JsonValue[]> {
  const logs: JsonValue[] = [];
  for (const path of paths) {
    for await (const { data } of readRecords([await readFile(path)])) logs.push(toJson(PredictionLogSchema, fromBinary(PredictionLogSchema, data)));
  }
  return logs;
}

const X = { dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '2' }] }, floatVal: [1, 3] };
const MODEL_SPEC = { name: 'm', version: '1', signatureName: 'serving_default' };

it('logs a request and its answer as a PredictionLog, and a failed one without an answer', async () => {
  const fixture = await ready();
  expect((await fixture.post('/v1/models/m:predict', '{"instances": [1.0, 3.0]}')).status).toBe(200);
  expect((await fixture.post('/v1/models/m:predict', '{"instances": ["a"]}')).status).toBe(400);
  await fixture.get('/v1/models/m');
  await closed(fixture);
  const [good, bad, ...others] = await recordsIn(await files());
  const metadata = { modelSpec: MODEL_SPEC, samplingConfig: { samplingRate: 1 }, timestampSecs: expect.any(String) };
  expect(good).toEqual({
    logMetadata: metadata,
    predictLog: {
      request: { modelSpec: MODEL_SPEC, inputs: { x: X } },
      response: { modelSpec: MODEL_SPEC, outputs: { y: { ...X, floatVal: [2.5, 3.5] } } },
    },
  });
  expect(bad).toEqual({ logMetadata: metadata, predictLog: { request: { modelSpec: MODEL_SPEC } } });
  expect(others).toEqual([]);
});

it('logs classify over REST with its examples and its result', async () => {
  const fixture = await ready({ loader: { servable: exampleServable } });
  const body = '{"signature_name": "regress", "examples": [{"x": 1.0}]}';
  expect((await fixture.post('/v1/models/m:regress', body)).status).toBe(200);
  await closed(fixture);
  const spec = { ...MODEL_SPEC, signatureName: 'regress' };
  expect(await recordsIn(await files())).toMatchObject([
    {
      regressLog: {
        request: { modelSpec: spec, input: { exampleList: { examples: [{ features: { feature: { x: { floatList: { value: [1] } } } } }] } } },
        response: { modelSpec: spec, result: { regressions: [{ value: expect.any(Number) }] } },
      },
    },
  ]);
});

it('logs calls of gRPC as they came and as they were answered, and those that failed before a model was found', async () => {
  const fixture = await ready({ loader: { servable: exampleServable } });
  const input = inputOf(floatExample({ x: [1] }));
  const tasks = [{ modelSpec: { name: 'm', signatureName: 'regress' }, methodName: 'tensorflow/serving/regress' }];
  const request = multiInferenceBytes({ tasks, input });
  const response = await fixture.grpc.unary(MULTI_INFERENCE, request);
  const refused = classificationBytes({ modelSpec: { name: 'm', signatureName: 'nope' }, input });
  await fixture.grpc.failure(CLASSIFY, refused);
  await closed(fixture);
  const kept: Uint8Array[] = [];
  for (const path of await files()) for await (const { data } of readRecords([await readFile(path)])) kept.push(data);
  const [first, second] = kept.map((data) => fromBinary(PredictionLogSchema, data).logType);
  if (first?.case !== 'multiInferenceLog' || second?.case !== 'classifyLog') throw new Error(`${String(first?.case)} and ${String(second?.case)}`);
  expect(toBinary(MultiInferenceRequestSchema, first.value.request ?? create(MultiInferenceRequestSchema))).toEqual(request);
  expect(toBinary(MultiInferenceResponseSchema, first.value.response ?? create(MultiInferenceResponseSchema))).toEqual(Uint8Array.from(response));
  expect(second.value.request?.modelSpec?.signatureName).toBe('nope');
  expect(second.value.response).toBeUndefined();
});

it('logs lines of JSON, with what a PredictionLog has no place for', async () => {
  const fixture = await ready({ models: [{ logging: loggingOf({ collector: 'json' }) }] });
  await fixture.post('/v1/models/m:predict', '{"instances": [1.0, 3.0]}', { 'x-request-id': 'r-1' });
  await fixture.post('/v1/models/m:predict', '{"instances": ["a"]}');
  await closed(fixture);
  const [path = ''] = await files();
  expect(path).toMatch(/m-\d{8}T\d{6}Z-\d+-00000\.jsonl$/);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly log: JsonValue });
  expect(lines).toMatchObject([
    { model: 'm', version: '1', method: 'predict', protocol: 'rest-v1', requestId: 'r-1', status: 'OK', log: { predictLog: { request: { inputs: { x: X } } } } },
    { status: 'INVALID_ARGUMENT', error: expect.stringContaining('not of expected type'), log: { predictLog: {} } },
  ]);
  expect(lines.map(({ log }) => fromJson(PredictionLogSchema, log).logType.case)).toEqual(['predictLog', 'predictLog']);
});

function requestTo(model: string): RequestDone {
  return Object.assign(new RequestRecord(new CallOriginFake()), { model }).done(undefined);
}

it('logs the part of the requests that the rate says, of the models that ask for it', async () => {
  const hooks = createHooks();
  const numbers = [0.05, 0.1, 0.5, 0.09];
  const outcomes: string[] = [];
  const onOutcome = (model: string, outcome: SinkOutcome, status: string): void => void outcomes.push(`${model} ${outcome} ${status}`);
  const log = new RequestLog({ logger: collectLogger(), onOutcome, random: () => numbers.shift() ?? 1 });
  log.tap(hooks);
  log.configure({ compat: 'default', models: [{ name: 'm', logging: loggingOf({ samplingRate: 0.1 }) }, { name: 'quiet', logging: undefined }] });
  for (const model of ['m', 'm', 'quiet', 'm', 'm']) hooks.requestDone.call(requestTo(model));
  await log.close();
  expect(outcomes).toEqual(['m written OK', 'm written OK']);
  expect(await recordsIn(await files())).toHaveLength(2);
});

it('gives what it logs to plugins, which can be collectors of their own', async () => {
  const seen: RequestLogged[] = [];
  const encoded: Uint8Array[] = [];
  const plugin = definePlugin({
    name: 'acme',
    apply: (hooks) =>
      hooks.requestLogged.tap('acme', (logged) => {
        seen.push(logged);
        encoded.push(logged.encode());
      }),
  });
  const { post } = await ready({ plugins: [plugin], models: [{ logging: loggingOf({ collector: 'kafka', prefix: 'topic' }) }] });
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  expect(seen).toMatchObject([{ collector: 'kafka', prefix: 'topic', samplingRate: 1, request: { method: 'predict', status: 'OK' } }]);
  expect(fromBinary(PredictionLogSchema, encoded[0] ?? new Uint8Array(0)).logType.case).toBe('predictLog');
});

it('follows a reload', async () => {
  const fixture = await ready({ models: ['m'] });
  await fixture.post('/v1/models/m:predict', '{"instances": [1.0]}');
  const { config } = fixture.server;
  fixture.server.reload({ ...config, models: config.models.map((model) => ({ ...model, logging: loggingOf() })) });
  expect(() => fixture.server.reload({ ...config, models: config.models.map((model) => ({ ...model, logging: loggingOf({ collector: 'kafka' }) })) })).toThrow('type: kafka');
  await fixture.post('/v1/models/m:predict', '{"instances": [2.0]}');
  await closed(fixture);
  expect(await recordsIn(await files())).toMatchObject([{ predictLog: { request: { inputs: { x: { floatVal: [2] } } } } }]);
});

it('refuses a collector that nobody has, and any in strict mode', async () => {
  await expect(ready({ models: [{ logging: loggingOf({ collector: 'kafka' }) }] })).rejects.toMatchObject({
    code: 'SRV_LOG_COLLECTOR_UNKNOWN',
    status: 'NOT_FOUND',
    message: expect.stringContaining('Cannot find LogCollector::Factory for type: kafka'),
  });
  await expect(ready({ config: { compat: 'strict' } })).rejects.toMatchObject({ code: 'SRV_LOG_REFUSED', message: expect.stringContaining('No request-logger-creator provided.') });
});

function sinkOf(options: Partial<ConstructorParameters<typeof FileSink>[0]> = {}): FileSink {
  return new FileSink({ prefix: join(folder, 'logs', 's'), extension: '.x', maxFileBytes: 10, maxQueuedBytes: 100, logger: collectLogger(), ...options });
}

it('begins another file when one is full', async () => {
  const sink = sinkOf();
  for (const text of ['12345', '67890', 'abc']) {
    await new Promise<void>((resolve) => sink.write(Buffer.from(text), () => resolve()));
  }
  await sink.close();
  expect(await Promise.all((await files()).map((path) => readFile(path, 'utf8')))).toEqual(['1234567890', 'abc']);
});

it('drops what there is no room for, and never waits', async () => {
  const outcomes: SinkOutcome[] = [];
  const sink = sinkOf({ maxQueuedBytes: 10 });
  for (let index = 0; index < 4; index += 1) sink.write(Buffer.alloc(4), (outcome) => outcomes.push(outcome));
  expect(outcomes).toEqual(['dropped', 'dropped']);
  await sink.close();
  expect(outcomes).toEqual(['dropped', 'dropped', 'written', 'written']);
});

it('tells a disk that fails once, and serving goes on', async () => {
  await writeFile(join(folder, 'logs'), 'a file where a folder should be');
  const logger = collectLogger();
  const outcomes: SinkOutcome[] = [];
  const sink = sinkOf({ logger });
  for (let index = 0; index < 3; index += 1) await new Promise<void>((resolve) => sink.write(Buffer.alloc(4), (outcome) => resolve(void outcomes.push(outcome))));
  await sink.close();
  expect(outcomes).toEqual(['failed', 'failed', 'failed']);
  expect(logger.entries).toMatchObject([{ level: 'error', message: expect.stringContaining('Serving goes on') }]);
});
