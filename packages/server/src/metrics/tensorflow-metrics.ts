import type { BatchClosed, BatchDone, LoadContext, RequestDone, ServableState } from '@servable/core';
import type { WarmupReport } from '../warmup/tap-warmup.ts';
import { exponentialLimits } from './histogram-cell.ts';
import { OTHER_LABEL } from './labelled-cells.ts';
import { counter, histogram, type TensorflowMetric, textGauge } from './tensorflow-metric.ts';
import { formatTensorflowMetrics } from './tensorflow-text.ts';

const SERVING = '/tensorflow/serving';
const BATCHING = `${SERVING}/batching_session`;
const SAVED_MODEL = '/tensorflow/cc/saved_model';
const CORE = '/tensorflow/core';

const LATENCY_MICROS = exponentialLimits(10, 1.8, 33);
const QUEUE_MICROS = exponentialLimits(100, 1.2, 52);
const EXAMPLES = exponentialLimits(1, 2, 15);
const ROWS = exponentialLimits(1, 2, 14);
const GRAPH_MICROS = exponentialLimits(1000, 2, 20);

/** Names of calls on TensorFlow Serving's own APIs. REST names them in lower case, for runs both are capitalised. */
const API_NAMES: Readonly<Record<string, string>> = { predict: 'Predict', classify: 'Classify', regress: 'Regress' };
/** What dashboards written for the stock server ask for. */
const RUNTIME = 'TF1';

/**
 * TensorFlow Serving's metrics, those of them that mean something here, by its names, labels and buckets.
 *
 * Source: TF Serving, `servables/tensorflow/util.cc`, `batching/batching_session.cc`; TensorFlow, `cc/saved_model/metrics.cc`,
 * `core/framework/metrics.cc`.
 */
export class TensorflowMetrics {
  readonly #requestCount = counter(`${SERVING}/request_count`, 'model_name', 'status');
  readonly #requestLatency = histogram(`${SERVING}/request_latency`, LATENCY_MICROS, 'model_name', 'API', 'entrypoint');
  readonly #runtimeLatency = histogram(`${SERVING}/runtime_latency`, LATENCY_MICROS, 'model_name', 'API', 'runtime');
  readonly #exampleCounts = histogram(`${SERVING}/request_example_counts`, EXAMPLES, 'model');
  readonly #exampleCountTotal = counter(`${SERVING}/request_example_count_total`, 'model');
  readonly #logCount = counter(`${SERVING}/request_log_count`, 'model_name', 'status_code');
  readonly #warmupLatency = histogram(`${SERVING}/model_warmup_latency`, LATENCY_MICROS, 'model_path', 'status');
  readonly #warmupRecords = counter(`${SERVING}/model_warmup_records_read`, 'model_path', 'status');
  readonly #mlmdMap = textGauge(`${SERVING}/mlmd_map`, 'model_name', 'version');
  readonly #queuingLatency = histogram(`${BATCHING}/queuing_latency`, QUEUE_MICROS, 'thread_pool_name');
  readonly #wrappedRuns = counter(`${BATCHING}/wrapped_run_count`);
  readonly #paddingSize = histogram(`${BATCHING}/padding_size`, ROWS, 'execution_batch_size');
  readonly #inputBatchSize = histogram(`${BATCHING}/input_batch_size`, ROWS);
  readonly #processedBatchSize = histogram(`${BATCHING}/processed_batch_size`, ROWS);
  readonly #loadAttempts = counter(`${SAVED_MODEL}/load_attempt_count`, 'model_path', 'status');
  readonly #loadLatency = counter(`${SAVED_MODEL}/load_latency`, 'model_path');
  readonly #graphRuns = counter(`${CORE}/graph_runs`);
  readonly #graphMicros = counter(`${CORE}/graph_run_time_usecs`);
  readonly #graphMicrosHistogram = histogram(`${CORE}/graph_run_time_usecs_histogram`, GRAPH_MICROS);
  readonly #sessionRuns = counter(`${CORE}/direct_session_runs`);

  /** Every metric, in no order. */
  get metrics(): readonly TensorflowMetric[] {
    return [
      this.#requestCount, this.#requestLatency, this.#runtimeLatency, this.#exampleCounts, this.#exampleCountTotal, this.#logCount,
      this.#warmupLatency, this.#warmupRecords, this.#mlmdMap, this.#queuingLatency, this.#wrappedRuns, this.#paddingSize,
      this.#inputBatchSize, this.#processedBatchSize, this.#loadAttempts, this.#loadLatency, this.#graphRuns, this.#graphMicros,
      this.#graphMicrosHistogram, this.#sessionRuns,
    ];
  }

  text(): string {
    return formatTensorflowMetrics(this.metrics);
  }

  requestDone(done: RequestDone): void {
    this.#noteRun(done);
    if (done.protocol === 'rest-v1') this.#noteRequest(done, 'REST', Object.hasOwn(API_NAMES, done.method) ? done.method : '');
    else if (done.protocol === 'grpc-v1' && Object.hasOwn(API_NAMES, done.method)) this.#noteRequest(done, 'GRPC', API_NAMES[done.method] ?? '');
    if (done.method === 'multi-inference' && done.exampleCount !== undefined) {
      this.#exampleCounts.cells.at(labelOf(done.model)).observe(done.exampleCount);
      this.#exampleCountTotal.cells.at(labelOf(done.model)).value += done.exampleCount;
    }
  }

  batchClosed({ tasks, closedMs, rows, paddingRows }: BatchClosed): void {
    const queuing = this.#queuingLatency.cells.at('');
    const inputSize = this.#inputBatchSize.cells.at();
    for (const task of tasks) {
      queuing.observe(microsOf(closedMs - task.enqueuedMs));
      for (let input = 0; input < task.inputs.size; input += 1) inputSize.observe(task.rows);
    }
    this.#wrappedRuns.cells.at().value += 1;
    this.#paddingSize.cells.at(String(rows + paddingRows)).observe(paddingRows);
    this.#processedBatchSize.cells.at().observe(rows + paddingRows);
  }

  batchDone({ runMs }: BatchDone): void {
    this.#noteGraphRun(runMs);
  }

  /** A try to load a version ended. */
  loadEnded({ artifact }: Pick<LoadContext, 'artifact'>, isLoaded: boolean, tookMs: number): void {
    const path = artifact?.path ?? '';
    this.#loadAttempts.cells.at(path, isLoaded ? 'success' : 'fail').value += 1;
    if (isLoaded) this.#loadLatency.cells.at(path).value += microsOf(tookMs);
  }

  warmupRead({ modelPath, requests, tookMs, error }: WarmupReport): void {
    const status = error === undefined ? 'OK' : `${error.status}: ${error.message}`;
    this.#warmupLatency.cells.at(modelPath, status).observe(microsOf(tookMs));
    this.#warmupRecords.cells.at(modelPath, status).value += requests;
  }

  /** A version with `assets.extra/mlmd_uuid` is there. */
  mlmdFound({ id }: Pick<ServableState, 'id'>): void {
    this.#mlmdMap.cells.at(id.name, String(id.version));
  }

  requestLogged(model: string, status: string): void {
    this.#logCount.cells.at(model, status).value += 1;
  }

  #noteRequest({ model, status, totalMs }: RequestDone, entrypoint: 'REST' | 'GRPC', api: string): void {
    this.#requestCount.cells.at(labelOf(model), status).value += 1;
    if (status === 'OK') this.#requestLatency.cells.at(labelOf(model), api, entrypoint).observe(microsOf(totalMs));
  }

  #noteRun({ model, method, outputs, runMs, computeMs }: RequestDone): void {
    if (outputs === undefined) return;
    if (computeMs === undefined) this.#noteGraphRun(runMs);
    const api = API_NAMES[method];
    if (api !== undefined) this.#runtimeLatency.cells.at(labelOf(model), api, RUNTIME).observe(microsOf(runMs));
  }

  #noteGraphRun(runMs: number): void {
    const micros = microsOf(runMs);
    this.#graphRuns.cells.at().value += 1;
    this.#sessionRuns.cells.at().value += 1;
    this.#graphMicros.cells.at().value += micros;
    this.#graphMicrosHistogram.cells.at().observe(micros);
  }
}

/** No model has a longer name: what clients make up is not kept for ever. */
const MAX_NAME_LENGTH = 1024;

function labelOf(model: string): string {
  return model.length > MAX_NAME_LENGTH ? OTHER_LABEL : model;
}

/** TensorFlow counts whole microseconds. */
function microsOf(milliseconds: number): number {
  return Math.round(milliseconds * 1000);
}
