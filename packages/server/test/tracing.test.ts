import { context, propagation, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createHooks, type Servable } from '@servable/core';
import { fakeServable } from '@servable/plugin-testing';
import { afterAll, afterEach, expect, it } from 'vitest';
import { tapTracing } from '../src/tracing.ts';
import { PREDICT, predictM } from './support/predict-messages.ts';
import { startReadyServer, type ServerFixture, type ServerFixtureOptions } from './support/server-fixture.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

it('taps nothing without an SDK', () => {
  const hooks = createHooks();
  tapTracing(hooks);
  expect([hooks.requestStarted, hooks.requestDone, hooks.wrapServable].map((hook) => hook.isUsed())).toEqual([false, false, false]);
});

afterAll(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});

const fixtures: ServerFixture[] = [];
afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
  exporter.reset();
});

async function ready(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  provider.register();
  const fixture = await startReadyServer(options);
  fixtures.push(fixture);
  return fixture;
}

const PARENT: SpanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const TRACEPARENT = `00-${PARENT.traceId}-${PARENT.spanId}-01`;

/** Spans by name, the ended ones. */
function spans(): ReadonlyMap<string, ReadableSpan> {
  return new Map(exporter.getFinishedSpans().map((span) => [span.name, span]));
}

const startOf = ({ startTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e3 + nanos / 1e6;
const endOf = ({ endTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e3 + nanos / 1e6;

/** A servable that answers `y = x` after it did something. */
function servableThat(act: () => void): Servable {
  return fakeServable({
    run(_signature, inputs) {
      act();
      const x = inputs.get('x');
      return new Map(x === undefined ? [] : [['y', x]]);
    },
  });
}

it('traces a REST request as a child of the one in its headers, and tells its own', async () => {
  const { post } = await ready();
  const response = await post('/v1/models/m:predict', '{"instances": [1.0]}', { traceparent: TRACEPARENT });
  const request = spans().get('servable predict');
  const run = spans().get('servable run');
  if (request === undefined || run === undefined) throw new Error('there are no spans');
  expect(request.kind).toBe(SpanKind.SERVER);
  expect(request.spanContext().traceId).toBe(PARENT.traceId);
  expect(request.parentSpanContext?.spanId).toBe(PARENT.spanId);
  expect(request.attributes).toMatchObject({ 'servable.protocol': 'rest-v1', 'servable.model': 'm', 'servable.version': '1', 'servable.signature': 'serving_default', 'servable.status': 'OK' });
  expect(response.headers.get('traceparent')).toBe(`00-${PARENT.traceId}-${request.spanContext().spanId}-01`);
  expect(run.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
  // The clock of a span's start is read in whole milliseconds.
  expect(startOf(run)).toBeGreaterThanOrEqual(startOf(request) - 2);
  expect(endOf(run)).toBeLessThanOrEqual(endOf(request) + 2);
  expect(spans().has('servable queue')).toBe(false);
});

it('traces the wait for a batch before its run', async () => {
  const { post } = await ready({ config: { batching: { maxBatchSize: 4 } } });
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  const [queue, run] = [spans().get('servable queue'), spans().get('servable run')];
  if (queue === undefined || run === undefined) throw new Error('there are no spans');
  expect(Math.abs(endOf(queue) - startOf(run))).toBeLessThan(0.01);
  expect(queue.parentSpanContext?.spanId).toBe(run.parentSpanContext?.spanId);
});

it('traces a gRPC call with its metadata both ways', async () => {
  const { grpc } = await ready();
  const seen: unknown[] = [];
  await grpc.unary(PREDICT, predictM([1]), { metadata: { traceparent: TRACEPARENT }, onMetadata: (metadata) => seen.push(...metadata.get('traceparent')) });
  const request = spans().get('servable predict');
  expect(request?.attributes).toMatchObject({ 'servable.protocol': 'grpc-v1' });
  expect(request?.parentSpanContext?.spanId).toBe(PARENT.spanId);
  expect(seen).toEqual([`00-${PARENT.traceId}-${request?.spanContext().spanId ?? ''}-01`]);
});

it('makes the span active while the model runs', async () => {
  const active: (string | undefined)[] = [];
  const { post } = await ready({ loader: { servable: () => servableThat(() => active.push(trace.getSpan(context.active())?.spanContext().spanId)) } });
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  expect(active).toEqual([spans().get('servable predict')?.spanContext().spanId]);
});

it('tells an error of the server from one of the client', async () => {
  const broken = servableThat(() => {
    throw new Error('boom');
  });
  const { post } = await ready({ loader: { servable: () => broken } });
  await post('/v1/models/nobody:predict', '{"instances": [1.0]}');
  expect(spans().get('servable predict')).toMatchObject({ status: { code: SpanStatusCode.UNSET }, attributes: { 'error.type': 'SRV_MODEL_NOT_FOUND', 'servable.status': 'NOT_FOUND' } });
  exporter.reset();
  await post('/v1/models/m:predict', '{"instances": [1.0]}');
  expect(spans().get('servable predict')).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'SRV_INTERNAL' }, events: [{ name: 'exception' }] });
});
