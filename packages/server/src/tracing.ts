import type { Hooks, NamedTensors, RequestDone, RequestStarted, RunContext, Servable } from '@servable/core';
import { STATUS_NUMBERS } from '@servable/protocol';
import {
  type Context,
  context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  trace,
  type Tracer,
} from '@opentelemetry/api';

const NAME = '@servable/server';
/** Where a request's attributes hold its trace: OpenTelemetry's `Context` with the request's span. For other plugins too. */
const TRACE_ATTRIBUTE = '@opentelemetry/context';

/**
 * Traces requests, when the process has an OpenTelemetry SDK by now: a span for each, with the caller's as its parent where the headers
 * name one, and in it one for the wait for a batch and one for the run. The run sees the span as the active one. Answers carry it.
 * Without an SDK nothing is tapped.
 */
export function tapTracing(hooks: Hooks): void {
  const tracer = trace.getTracer(NAME);
  if (!isRecording(tracer)) return;
  hooks.requestStarted.tap(NAME, (started) => startSpan(tracer, started));
  hooks.requestDone.tap(NAME, (done) => endSpan(tracer, done));
  hooks.wrapServable.tapPromise(NAME, async (servable) => new TracedServable(servable));
}

/** Without an SDK spans have no id. One that does not end is not exported. */
function isRecording(tracer: Tracer): boolean {
  return isSpanContextValid(tracer.startSpan('probe', { root: true }).spanContext());
}

const HEADERS: TextMapGetter<ReadonlyMap<string, string>> = {
  get: (headers, key) => headers.get(key.toLowerCase()),
  keys: (headers) => [...headers.keys()],
};
const RESPONSE_HEADERS: TextMapSetter<Map<string, string>> = { set: (headers, key, value) => void headers.set(key.toLowerCase(), value) };

function startSpan(tracer: Tracer, started: RequestStarted): void {
  const { protocol, method, requestId, peer, attributes, responseHeaders } = started;
  const active = context.active();
  // Whatever traces HTTP or gRPC itself has read the headers already.
  const parent = trace.getSpan(active) === undefined ? propagation.extract(active, started.headers(), HEADERS) : active;
  const span = tracer.startSpan(
    `servable ${method}`,
    {
      kind: SpanKind.SERVER,
      attributes: { 'servable.protocol': protocol, 'servable.method': method, 'servable.request_id': requestId, 'client.address': peer },
    },
    parent,
  );
  const own = trace.setSpan(parent, span);
  attributes.set(TRACE_ATTRIBUTE, own);
  propagation.inject(own, responseHeaders, RESPONSE_HEADERS);
}

function endSpan(tracer: Tracer, done: RequestDone): void {
  const own = contextOf(done);
  const span = own === undefined ? undefined : trace.getSpan(own);
  if (own === undefined || span === undefined) return;
  span.setAttributes({ 'servable.model': done.model, 'servable.signature': done.signature, 'servable.status': done.status });
  if (done.version !== undefined) span.setAttribute('servable.version', String(done.version));
  if (done.error !== undefined) setError(span, done.error, done.status);
  addRunSpans(tracer, done, own);
  span.end();
}

/** What the client is to blame for is no error of this server. */
function setError(span: Span, error: Error & { readonly code: string }, status: RequestDone['status']): void {
  span.setAttribute('error.type', error.code);
  if (STATUS_NUMBERS[status].http < 500) return;
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}

/** Afterwards: only then both times are known. In milliseconds since 1970, by one offset for all: each span has one of its own else. */
function addRunSpans(tracer: Tracer, { runStartedMs, runMs, queueMs, computeMs, inputs }: RequestDone, parent: Context): void {
  if (inputs === undefined || runStartedMs === 0) return;
  const startedMs = runStartedMs + Date.now() - performance.now();
  const leftQueueMs = startedMs + queueMs;
  if (computeMs !== undefined) tracer.startSpan('servable queue', { startTime: startedMs }, parent).end(leftQueueMs);
  tracer.startSpan('servable run', { startTime: leftQueueMs }, parent).end(computeMs === undefined ? startedMs + runMs : leftQueueMs + computeMs);
}

function contextOf({ attributes }: Pick<RunContext, 'attributes'>): Context | undefined {
  // Nobody else writes there, which is what the cast stands on.
  return attributes.get(TRACE_ATTRIBUTE) as Context | undefined;
}

/** Runs with the request's span as the active one, so that what a model calls is traced as its child. */
class TracedServable implements Servable {
  readonly signatures: Servable['signatures'];
  readonly executor: Servable['executor'];
  readonly #servable: Servable;

  constructor(servable: Servable) {
    this.signatures = servable.signatures;
    this.executor = servable.executor;
    this.#servable = servable;
    if (servable.stream !== undefined) this.stream = servable.stream.bind(servable);
    const together = servable.runTogether?.bind(servable);
    if (together === undefined) return;
    this.runTogether = (calls, inputs, runContext) => {
      const own = contextOf(runContext);
      return own === undefined ? together(calls, inputs, runContext) : context.with(own, () => together(calls, inputs, runContext));
    };
  }

  declare stream?: NonNullable<Servable['stream']>;
  declare runTogether?: NonNullable<Servable['runTogether']>;

  run(signature: string, inputs: NamedTensors, runContext: RunContext): NamedTensors | Promise<NamedTensors> {
    const own = contextOf(runContext);
    if (own === undefined) return this.#servable.run(signature, inputs, runContext);
    return context.with(own, () => this.#servable.run(signature, inputs, runContext));
  }
}
