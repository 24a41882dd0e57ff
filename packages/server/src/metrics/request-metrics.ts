import type { BatchDone, RequestDone } from '@servable/core';
import type { Registry } from 'prom-client';
import { CellCounter, CellHistogram } from './cell-metrics.ts';
import { exponentialLimits, HistogramCell } from './histogram-cell.ts';
import { type LabelledCell, LabelledCells } from './labelled-cells.ts';

/** From 50 microseconds to 10 seconds. */
const SECONDS = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROWS = exponentialLimits(1, 2, 14);

const REQUEST_LABELS = ['model', 'version', 'signature', 'protocol'];
const COUNT_LABELS = [...REQUEST_LABELS, 'method', 'status'];
const BATCH_LABELS = ['model', 'version', 'signature'];

/** The times of requests that share their labels: found together, observed together. */
class RequestCells {
  readonly total: HistogramCell = seconds();
  readonly queue: HistogramCell = seconds();
  readonly compute: HistogramCell = seconds();
}

class BatchCells {
  readonly duration: HistogramCell = seconds();
  readonly rows: HistogramCell = new HistogramCell(ROWS, 'inclusive');
  readonly requests: HistogramCell = new HistogramCell(ROWS, 'inclusive');
  readonly padding: { value: number } = { value: 0 };
}

function seconds(): HistogramCell {
  return new HistogramCell(SECONDS, 'inclusive');
}

/** Metrics of every request and every batch. */
export class RequestMetrics {
  readonly #isModel: (name: string) => boolean;
  readonly #requests = new LabelledCells<RequestCells>(() => new RequestCells());
  readonly #counts = new LabelledCells<{ value: number }>(() => ({ value: 0 }));
  readonly #batches = new LabelledCells<BatchCells>(() => new BatchCells());

  /** @param isModel - whether there is or was such a model: what clients made up is no label */
  constructor(registry: Registry, isModel: (name: string) => boolean) {
    this.#isModel = isModel;
    for (const metric of this.#metrics()) registry.registerMetric(metric);
  }

  requestDone(done: RequestDone): void {
    const { protocol, method, status, version, outputs } = done;
    const model = version === undefined && !this.#isModel(done.model) ? '' : done.model;
    const versionText = version === undefined ? '' : String(version);
    // A signature that the model does not have is no label either.
    const signature = done.inputs === undefined ? '' : done.signature;
    this.#counts.at(model, versionText, signature, protocol, method, status).value += 1;
    const cells = this.#requests.at(model, versionText, signature, protocol);
    cells.total.observe(done.totalMs / 1000);
    if (done.inputs === undefined) return;
    cells.queue.observe(done.queueMs / 1000);
    if (outputs !== undefined || done.computeMs !== undefined) cells.compute.observe((done.computeMs ?? done.runMs) / 1000);
  }

  batchDone({ id, signature, rows, requests, paddingRows, runMs }: BatchDone): void {
    const cells = this.#batches.at(id.name, String(id.version), signature);
    cells.duration.observe(runMs / 1000);
    cells.rows.observe(rows);
    cells.requests.observe(requests);
    cells.padding.value += paddingRows;
  }

  #metrics(): readonly (CellCounter | CellHistogram)[] {
    const ofRequest = (name: string, help: string, pick: (cells: RequestCells) => HistogramCell): CellHistogram =>
      new CellHistogram({ name, help, labelNames: REQUEST_LABELS, cells: () => picked(this.#requests, pick) }, SECONDS);
    const ofBatch = (name: string, help: string, pick: (cells: BatchCells) => HistogramCell, limits: readonly number[] = ROWS): CellHistogram =>
      new CellHistogram({ name, help, labelNames: BATCH_LABELS, cells: () => picked(this.#batches, pick) }, limits);
    return [
      new CellCounter({ name: 'servable_requests_total', help: 'Requests by how they ended', labelNames: COUNT_LABELS, cells: () => this.#counts.all() }),
      ofRequest('servable_request_duration_seconds', 'From a request in hand to its answer encoded', ({ total }) => total),
      ofRequest('servable_request_queue_seconds', 'What a request waited for its batch', ({ queue }) => queue),
      ofRequest('servable_request_compute_seconds', 'What a request, or the batch it was in, took in the engine', ({ compute }) => compute),
      ofBatch('servable_batch_duration_seconds', 'What a batch took in the engine', ({ duration }) => duration, SECONDS),
      ofBatch('servable_batch_rows', 'Rows of a batch, padding left out', ({ rows }) => rows),
      ofBatch('servable_batch_requests', 'Requests in a batch', ({ requests }) => requests),
      new CellCounter({
        name: 'servable_batch_padding_rows_total',
        help: 'Rows that only fill up a batch to an allowed size',
        labelNames: BATCH_LABELS,
        cells: () => picked(this.#batches, ({ padding }) => padding),
      }),
    ];
  }
}

function picked<Cells, Cell>(cells: LabelledCells<Cells>, pick: (cells: Cells) => Cell): readonly LabelledCell<Cell>[] {
  return cells.all().map(({ labels, cell }) => ({ labels, cell: pick(cell) }));
}
