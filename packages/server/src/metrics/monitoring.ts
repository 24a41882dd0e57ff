import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hooks, Manager, TapTimer } from '@servable/core';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { RestReply } from '../rest/rest-reply.ts';
import type { WarmupReport } from '../warmup/tap-warmup.ts';
import { watchLoads } from './load-watch.ts';
import { ServerMetrics } from './server-metrics.ts';
import { TensorflowMetrics } from './tensorflow-metrics.ts';

/** Where our own metrics are. */
const OWN_PATH = '/metrics';
/** TensorFlow Serving sets no charset. */
const TENSORFLOW_TYPE = 'text/plain';
const OWN_NAME = '@servable/server';

/** What a server measures of itself, and how it is asked. Nothing is measured that nobody can ask for. */
export class Monitoring {
  readonly #own: ServerMetrics | undefined;
  readonly #tensorflow: TensorflowMetrics | undefined;
  readonly #tensorflowPath: string | undefined;

  constructor({ enabled, tensorflowPath }: ResolvedConfig['metrics']) {
    this.#own = enabled ? new ServerMetrics() : undefined;
    this.#tensorflow = tensorflowPath === undefined ? undefined : new TensorflowMetrics();
    this.#tensorflowPath = tensorflowPath;
  }

  /** For `createHooks`; our own taps are not measured. `undefined`: nobody asks. */
  get tapTimer(): TapTimer | undefined {
    const own = this.#own;
    if (own === undefined) return undefined;
    return (hook, tap) => (tap === OWN_NAME ? undefined : own.tapTimer(hook, tap));
  }

  /** Listens to what happens. */
  tap(hooks: Hooks): void {
    const [own, tensorflow] = [this.#own, this.#tensorflow];
    if (own !== undefined) {
      hooks.requestDone.tap(OWN_NAME, (done) => own.requestDone(done));
      hooks.batchDone.tap(OWN_NAME, (done) => own.batchDone(done));
      hooks.sourceRequest.tap(OWN_NAME, (request) => own.sourceRequest(request));
    }
    if (tensorflow !== undefined) tapTensorflow(hooks, tensorflow);
    if (own === undefined && tensorflow === undefined) return;
    watchLoads(hooks, (outcome) => {
      own?.loadEnded(outcome);
      tensorflow?.loadEnded(outcome.context, outcome.isLoaded, outcome.tookMs);
    });
    hooks.close.tapPromise(OWN_NAME, async () => own?.close());
  }

  set manager(manager: Manager) {
    if (this.#own !== undefined) this.#own.manager = manager;
  }

  warmupRead(report: WarmupReport): void {
    this.#own?.warmupRead(report);
    this.#tensorflow?.warmupRead(report);
  }

  /** What became of a request that was chosen to be logged. `status` is `OK`, or why it could not be. */
  requestLogged(model: string, outcome: 'written' | 'dropped' | 'failed', status: string): void {
    this.#own?.requestLogged(model, outcome);
    this.#tensorflow?.requestLogged(model, status);
  }

  /** The whole number that the first cell of a metric of TensorFlow Serving holds; 0 for what is no counter or not measured. */
  tensorflowCount(name: string): number {
    const metric = this.#tensorflow?.metrics.find((each) => each.name === name);
    return metric === undefined || metric.kind === 'histogram' ? 0 : (metric.cells.all()[0]?.cell.value ?? 0);
  }

  /** Answers a request for metrics; `undefined` for any other. */
  answer(method: string, target: string): RestReply | Promise<RestReply> | undefined {
    const [path = ''] = target.split(/[?#]/, 1);
    if (this.#tensorflow !== undefined && path === this.#tensorflowPath) return answerTensorflow(this.#tensorflow, path, target);
    if (this.#own === undefined || path !== OWN_PATH || (method !== 'GET' && method !== 'HEAD')) return undefined;
    return answerOwn(this.#own);
  }
}

async function answerOwn(own: ServerMetrics): Promise<RestReply> {
  return { status: 200, contentType: own.contentType, body: await own.text(), headers: { 'cache-control': 'no-store' } };
}

/** Any method is answered. Source: TF Serving, `model_servers/http_server.cc`. */
function answerTensorflow(metrics: TensorflowMetrics, path: string, target: string): RestReply {
  if (target !== path) return { status: 400, contentType: TENSORFLOW_TYPE, body: `Unexpected path: ${target}. Should be ${path}` };
  return { status: 200, contentType: TENSORFLOW_TYPE, body: metrics.text() };
}

function tapTensorflow(hooks: Hooks, metrics: TensorflowMetrics): void {
  hooks.requestDone.tap(OWN_NAME, (done) => metrics.requestDone(done));
  hooks.batchClosed.tap(OWN_NAME, (batch) => metrics.batchClosed(batch));
  hooks.batchDone.tap(OWN_NAME, (done) => metrics.batchDone(done));
  hooks.warmup.tapPromise(OWN_NAME, async (_servable, { id, artifact }) => {
    if (artifact === undefined) return;
    const isThere = await access(join(artifact.path, 'assets.extra', 'mlmd_uuid')).then(() => true, () => false);
    if (isThere) metrics.mlmdFound({ id });
  });
}
