import type { BatchDone, LifecycleState, Manager, RequestDone, SourceRequest } from '@servable/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WarmupReport } from '../warmup/tap-warmup.ts';
import type { LoadOutcome } from './load-watch.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';

/** From a millisecond to ten minutes. */
const LOAD_SECONDS = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];
/** From a microsecond to a second. */
const HOOK_SECONDS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1];

/** Our own metrics, in Prometheus' format. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests: RequestMetrics;
  readonly #loads: Counter;
  readonly #loadSeconds: Histogram;
  readonly #warmups: Counter;
  readonly #hookSeconds: Histogram;
  readonly #logged: Counter;
  readonly #sourceRequests: Counter;
  readonly #sourceBytes: Counter;
  readonly #stopWatching: () => void;
  #manager: Manager | undefined;

  constructor() {
    const registers = [this.#registry];
    this.#requests = new RequestMetrics(this.#registry, (name) => this.#manager?.states.models().some((model) => model === name) ?? false);
    this.#loads = new Counter({ name: 'servable_model_loads_total', help: 'Tries to load a version', labelNames: ['model', 'outcome'], registers });
    const buckets = LOAD_SECONDS;
    this.#loadSeconds = new Histogram({ name: 'servable_model_load_seconds', help: 'What a load that succeeded took', labelNames: ['model'], buckets, registers });
    this.#warmups = new Counter({ name: 'servable_warmup_requests_total', help: 'Warm-up requests of TFRecord files that were read', registers });
    this.#hookSeconds = new Histogram({ name: 'servable_hook_seconds', help: 'What a tap of a plugin took', labelNames: ['hook', 'plugin'], buckets: HOOK_SECONDS, registers });
    this.#logged = new Counter({ name: 'servable_logged_requests_total', help: 'Requests that were chosen to be logged', labelNames: ['model', 'outcome'], registers });
    this.#sourceRequests = new Counter({ name: 'servable_source_requests_total', help: 'Requests of sources to where models are', labelNames: ['source', 'operation', 'outcome'], registers });
    this.#sourceBytes = new Counter({ name: 'servable_source_bytes_total', help: 'Bytes of models that sources read', labelNames: ['source'], registers });
    for (const gauge of managerGauges(() => this.#manager)) this.#registry.registerMetric(gauge);
    this.#stopWatching = addProcessMetrics(this.#registry);
  }

  /** Whose versions and reservations are shown. */
  set manager(manager: Manager) {
    this.#manager = manager;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  requestDone(done: RequestDone): void {
    this.#requests.requestDone(done);
  }

  batchDone(done: BatchDone): void {
    this.#requests.batchDone(done);
  }

  loadEnded({ context, isLoaded, tookMs }: LoadOutcome): void {
    const model = context.id.name;
    this.#loads.inc({ model, outcome: isLoaded ? 'loaded' : 'failed' });
    if (isLoaded) this.#loadSeconds.observe({ model }, tookMs / 1000);
  }

  warmupRead({ requests }: WarmupReport): void {
    this.#warmups.inc(requests);
  }

  /** What is to be told how long a tap of a plugin takes. */
  tapTimer(hook: string, plugin: string): (tookMs: number) => void {
    const histogram = this.#hookSeconds.labels({ hook, plugin });
    return (tookMs) => histogram.observe(tookMs / 1000);
  }

  requestLogged(model: string, outcome: 'written' | 'dropped' | 'failed'): void {
    this.#logged.inc({ model, outcome });
  }

  sourceRequest({ source, operation, isOk, bytes }: SourceRequest): void {
    this.#sourceRequests.inc({ source, operation, outcome: isOk ? 'ok' : 'failed' });
    this.#sourceBytes.inc({ source }, bytes);
  }

  close(): void {
    this.#stopWatching();
  }
}

const STATES: readonly LifecycleState[] = ['new', 'loading', 'ready', 'draining', 'unloading', 'ended'];

function managerGauges(manager: () => Manager | undefined): readonly Gauge[] {
  const versions = new Gauge({
    name: 'servable_model_versions',
    help: 'Versions of a model by their state',
    labelNames: ['model', 'state'],
    registers: [],
    collect() {
      this.reset();
      const states = manager()?.states;
      for (const model of states?.models() ?? []) {
        for (const state of STATES) this.set({ model, state }, states?.versions(model).filter((each) => each.state === state).length ?? 0);
      }
    },
  });
  const reserved = new Gauge({
    name: 'servable_reserved_bytes',
    help: 'What loaded versions take by their estimates',
    labelNames: ['resource'],
    registers: [],
    collect() {
      this.reset();
      for (const [resource, bytes] of manager()?.reservedBytes ?? []) this.set({ resource }, bytes);
    },
  });
  return [versions, reserved];
}
