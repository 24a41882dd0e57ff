import { definePlugin, parseModelName, parseVersion } from '@servable/core';
import { encodeRecord } from '@servable/tfrecord';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { CLASSIFY, classificationBytes, floatExample, inputOf, MULTI_INFERENCE, multiInferenceBytes } from '../support/example-messages.ts';
import { exampleServable } from '../support/example-servable.ts';
import { RawHttpConnection } from '../support/raw-http.ts';
import { startReadyServer, type ServerFixture, type ServerFixtureOptions } from '../support/server-fixture.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

const TF_PATH = '/monitoring/prometheus/metrics';

async function ready(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startReadyServer({ ...options, config: { metrics: { enabled: true, tensorflowPath: TF_PATH }, ...options.config } });
  cleanups.push(() => fixture.close());
  return fixture;
}

/** The value of one series; 0 where it is missing. */
function valueOf(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

it("counts requests by TensorFlow Serving's names", async () => {
  const { get, post, grpc } = await ready();
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  await post('/v1/models/m:predict', '{"instances": ["a"]}');
  await post('/v1/models/nobody:predict', '{"instances": [1.0]}');
  await post('/v1/models/m:PREDICT', '');
  await get('/v1/models/m');
  await grpc.unary('/tensorflow.serving.PredictionService/Predict', new Uint8Array(0)).catch(() => {});
  const response = await get(TF_PATH);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain']);
  const text = response.body;
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="m",status="OK"}')).toBe(2);
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="m",status="INVALID_ARGUMENT"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="nobody",status="NOT_FOUND"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="",status="INVALID_ARGUMENT"}')).toBe(2);
  expect(valueOf(text, ':tensorflow:serving:request_latency_count{model_name="m",API="predict",entrypoint="REST"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:request_latency_count{model_name="m",API="",entrypoint="REST"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:runtime_latency_count{model_name="m",API="Predict",runtime="TF1"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:core:graph_runs{}')).toBe(1);
});

it('keeps no name that is longer than any model has', async () => {
  const { get, post } = await ready();
  await post(`/v1/models/${'a'.repeat(1025)}:predict`, '{"instances": [1.0]}');
  const text = (await get(TF_PATH)).body;
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="(other)",status="NOT_FOUND"}')).toBe(1);
  expect(text).not.toContain('aaa');
});

it('counts what the HTTP layer refuses, as requests without a model', async () => {
  const { get, post, rest } = await ready({ rest: { maxBodyBytes: 10 } });
  expect((await post('/v1/models/m:predict', '{"instances": [1.0]}')).status).toBe(413);
  const broken = new RawHttpConnection(rest);
  cleanups.push(async () => broken.close());
  broken.send('NO HTTP\r\n\r\n');
  expect((await broken.response())?.status).toBe(400);
  const silent = new RawHttpConnection(rest);
  silent.socket.end();
  await silent.closed();
  const text = (await get(TF_PATH)).body;
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="",status="RESOURCE_EXHAUSTED"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="",status="INVALID_ARGUMENT"}')).toBe(1);
  const labels = 'model="",version="",signature="",protocol="rest-v1",method="malformed"';
  expect(valueOf((await get('/metrics')).body, `servable_requests_total{${labels},status="INVALID_ARGUMENT"}`)).toBe(1);
});

it("counts the examples of MultiInference, whose runs are no model's latency", async () => {
  const { grpc, get } = await ready({ loader: { servable: exampleServable } });
  const input = inputOf(...[1, 2, 3].map((value) => floatExample({ x: [value] })));
  const tasks = ['classify', 'regress'].map((signatureName) => ({ modelSpec: { name: 'm', signatureName }, methodName: `tensorflow/serving/${signatureName}` }));
  await grpc.unary(MULTI_INFERENCE, multiInferenceBytes({ tasks, input }));
  await grpc.unary(CLASSIFY, classificationBytes({ modelSpec: { name: 'm', signatureName: 'classify' }, input }));
  const text = (await get(TF_PATH)).body;
  expect(valueOf(text, ':tensorflow:serving:request_example_count_total{model="m"}')).toBe(3);
  expect(valueOf(text, ':tensorflow:serving:request_example_counts_bucket{model="m",le="4"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:request_example_counts_bucket{model="m",le="2"}')).toBe(0);
  expect(valueOf(text, ':tensorflow:serving:request_count{model_name="m",status="OK"}')).toBe(1);
  expect(valueOf(text, ':tensorflow:serving:request_latency_count{model_name="m",API="Classify",entrypoint="GRPC"}')).toBe(1);
  expect(text).not.toMatch(/runtime_latency.*Multi/i);
});

it('counts logged requests by what became of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'servable-metrics-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const logging = { collector: 'json', prefix: join(folder, 'm'), samplingRate: 1, maxFileBytes: 1 };
  const { get, post } = await ready({ models: [{ logging }] });
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  await vi.waitFor(async () => expect(valueOf((await get(TF_PATH)).body, ':tensorflow:serving:request_log_count{model_name="m",status_code="OK"}')).toBe(1));
  expect(valueOf((await get('/metrics')).body, 'servable_logged_requests_total{model="m",outcome="written"}')).toBe(1);
});

it('counts batches, and runs of the engine once for each', async () => {
  const { server, post, get } = await ready({ config: { batching: { maxBatchSize: 4, allowedBatchSizes: [4] } } });
  await Promise.all([1, 2].map(() => post('/v1/models/m:predict', '{"instances": [1.0]}')));
  const text = (await get(TF_PATH)).body;
  const batches = valueOf(text, ':tensorflow:serving:batching_session:wrapped_run_count{}');
  expect([1, 2]).toContain(batches);
  expect(valueOf(text, ':tensorflow:serving:batching_session:queuing_latency_count{thread_pool_name=""}')).toBe(2);
  expect(valueOf(text, ':tensorflow:serving:batching_session:input_batch_size_count{}')).toBe(2);
  expect(valueOf(text, ':tensorflow:serving:batching_session:processed_batch_size_sum{}')).toBe(batches * 4);
  expect(valueOf(text, ':tensorflow:serving:batching_session:padding_size_sum{execution_batch_size="4"}')).toBe(batches * 4 - 2);
  expect(valueOf(text, ':tensorflow:core:graph_runs{}')).toBe(batches);
  const own = (await get('/metrics')).body;
  const labels = 'model="m",version="1",signature="serving_default"';
  expect(valueOf(own, `servable_batch_rows_sum{${labels}}`)).toBe(2);
  expect(valueOf(own, `servable_batch_padding_rows_total{${labels}}`)).toBe(batches * 4 - 2);
  expect(valueOf(own, `servable_request_queue_seconds_count{${labels},protocol="rest-v1"}`)).toBe(2);
  expect(valueOf(own, `servable_request_queue_seconds_sum{${labels},protocol="rest-v1"}`)).toBeGreaterThan(0);
  expect(server.manager.readyVersions(parseModelName('m'))).toEqual([1n]);
});

it('tells what requests did, without labels that clients made up', async () => {
  const { get, post } = await ready();
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  await post('/v1/models/m:predict', '{"instances": [1.0], "signature_name": "made up"}');
  await post('/v1/models/made-up:predict', '{"instances": [1.0]}');
  const { body: text, headers } = await get('/metrics');
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const labels = 'model="m",version="1",signature="serving_default",protocol="rest-v1"';
  expect(valueOf(text, `servable_requests_total{${labels},method="predict",status="OK"}`)).toBe(1);
  for (const kind of ['duration', 'queue', 'compute']) expect(valueOf(text, `servable_request_${kind}_seconds_count{${labels}}`)).toBe(1);
  expect(valueOf(text, `servable_request_duration_seconds_bucket{${labels},le="+Inf"}`)).toBe(1);
  expect(text).not.toContain('made');
  expect(valueOf(text, 'servable_requests_total{model="",version="",signature="",protocol="rest-v1",method="predict",status="NOT_FOUND"}')).toBe(1);
  expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(valueOf(text, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0);
});

it('tells loads, states, memory and how long plugins take', async () => {
  const slow = definePlugin({ name: 'acme', apply: (hooks) => hooks.admit.tapPromise('acme', async () => undefined) });
  const { get, post, source, server } = await ready({
    plugins: [slow],
    loader: { forArtifact: (_artifact, { id }) => (id.version === 2n ? { errors: { load: new Error('no') } } : {}) },
  });
  server.manager.hooks.sourceRequest.call({ source: 'gcs', operation: 'read', isOk: true, bytes: 10, durationMs: 1 });
  source.aspire('m', [1, 2]);
  await server.manager.states.waitFor(parseModelName('m'), parseVersion(2), ({ state }) => state === 'ended');
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  const text = (await get('/metrics')).body;
  expect(valueOf(text, 'servable_model_loads_total{model="m",outcome="loaded"}')).toBe(1);
  expect(valueOf(text, 'servable_model_loads_total{model="m",outcome="failed"}')).toBe(1);
  expect(valueOf(text, 'servable_source_requests_total{source="gcs",operation="read",outcome="ok"}')).toBe(1);
  expect(valueOf(text, 'servable_source_bytes_total{source="gcs"}')).toBe(10);
  expect(valueOf(text, 'servable_model_load_seconds_count{model="m"}')).toBe(1);
  expect(valueOf(text, 'servable_model_versions{model="m",state="ready"}')).toBe(1);
  expect(valueOf(text, 'servable_model_versions{model="m",state="ended"}')).toBe(1);
  expect(text).toMatch(/^servable_reserved_bytes\{resource="RAM"\} \d+$/m);
  expect(valueOf(text, 'servable_hook_seconds_count{hook="admit",plugin="acme"}')).toBe(1);
  expect(text).not.toContain('plugin="@servable/server"');
  const core = (await get(TF_PATH)).body;
  expect(core).toMatch(/^:tensorflow:cc:saved_model:load_attempt_count\{model_path="[^"]*",status="success"\} 1$/m);
  expect(core).toMatch(/^:tensorflow:cc:saved_model:load_attempt_count\{model_path="[^"]*",status="fail"\} 1$/m);
});

it('answers any method at the path of TensorFlow Serving, and refuses a query', async () => {
  const { get, post } = await ready();
  expect((await post(TF_PATH, 'x')).status).toBe(200);
  const refused = await get(`${TF_PATH}?a=1`);
  expect([refused.status, refused.headers.get('content-type'), refused.body]).toEqual([400, 'text/plain', `Unexpected path: ${TF_PATH}?a=1. Should be ${TF_PATH}`]);
  expect((await get(`${TF_PATH}/`)).status).toBe(404);
});

it('answers no metrics that are off', async () => {
  const { get } = await ready({ config: { metrics: { enabled: false, tensorflowPath: undefined }, compat: 'strict' } });
  expect((await get('/metrics')).status).toBe(404);
  const page = await get(TF_PATH);
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html']);
});

it('tells warm-up files and mlmd_uuid by model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'servable-metrics-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const extra = join(folder, '2', 'assets.extra');
  await mkdir(extra, { recursive: true });
  await writeFile(join(extra, 'mlmd_uuid'), 'test_mlmd_uuid');
  await writeFile(join(extra, 'tf_serving_warmup_requests'), encodeRecord(new Uint8Array(0)));
  const { get, source, server } = await ready();
  source.aspire('m', [2], folder);
  await server.manager.states.waitFor(parseModelName('m'), parseVersion(2), ({ state }) => state === 'ready');
  const text = (await get(TF_PATH)).body;
  expect(text).toContain(':tensorflow:serving:mlmd_map{model_name="m",version="2"} 0');
  const labels = `model_path="${join(folder, '2')}",status="OK"`;
  expect(valueOf(text, `:tensorflow:serving:model_warmup_records_read{${labels}}`)).toBe(1);
  expect(valueOf(text, `:tensorflow:serving:model_warmup_latency_count{${labels}}`)).toBe(1);
});
