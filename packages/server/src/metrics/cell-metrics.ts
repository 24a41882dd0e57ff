import { Counter, Histogram, type MetricObjectWithValues, type MetricValue, type MetricValueWithName } from 'prom-client';
import type { BucketLimits, HistogramCell } from './histogram-cell.ts';
import type { LabelledCell } from './labelled-cells.ts';

/** How one metric is shown. */
export interface CellMetricOptions<Cell> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Read when somebody asks for the metrics. */
  readonly cells: () => readonly LabelledCell<Cell>[];
}

/**
 * A counter of prom-client whose numbers are kept in our own cells: its own hashes
 * labels each time, which costs a request more than ten times as much (`bench/metrics.bench.ts`).
 */
export class CellCounter extends Counter {
  readonly #options: CellMetricOptions<{ readonly value: number }>;

  constructor(options: CellMetricOptions<{ readonly value: number }>) {
    super({ name: options.name, help: options.help, labelNames: [...options.labelNames], registers: [] });
    this.#options = options;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const { labelNames, cells } = this.#options;
    return { ...(await super.get()), values: cells().map(({ labels, cell }) => ({ value: cell.value, labels: labelsOf(labelNames, labels) })) };
  }
}

/** As {@link CellCounter}, for a histogram. */
export class CellHistogram extends Histogram {
  readonly #options: CellMetricOptions<HistogramCell>;
  readonly #limits: BucketLimits;
  /** Without values: prom-client's `get` calls what is replaced here. */
  readonly #empty: Histogram;

  constructor(options: CellMetricOptions<HistogramCell>, limits: BucketLimits) {
    const config = { name: options.name, help: options.help, labelNames: [...options.labelNames], buckets: [...limits], registers: [] };
    super(config);
    this.#empty = new Histogram(config);
    this.#options = options;
    this.#limits = limits;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, labelNames, cells } = this.#options;
    const values = cells().flatMap(({ labels, cell }) => histogramValues(name, labelsOf(labelNames, labels), { cell, limits: this.#limits }));
    return { ...(await this.#empty.get()), values };
  }

  /** What prom-client prints histograms from. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }
}

interface Buckets {
  readonly cell: HistogramCell;
  readonly limits: BucketLimits;
}

function histogramValues(name: string, labels: Readonly<Record<string, string>>, { cell, limits }: Buckets): MetricValueWithName<string>[] {
  let cumulative = 0;
  const buckets = [...cell.counts].map((count, index) => {
    cumulative += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: limits[index] ?? '+Inf' }, value: cumulative };
  });
  return [...buckets, { metricName: `${name}_sum`, labels, value: cell.sum }, { metricName: `${name}_count`, labels, value: cell.count }];
}

function labelsOf(names: readonly string[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
