import type { HistogramCell } from './histogram-cell.ts';
import type { TensorflowMetric } from './tensorflow-metric.ts';

/**
 * Prometheus' text format to the letter of TensorFlow Serving: no HELP, a TYPE line also without a cell, braces also without a
 * label, six digits.
 *
 * Source: TF Serving, `util/prometheus_exporter.cc`.
 */
export function formatTensorflowMetrics(metrics: readonly TensorflowMetric[]): string {
  const sorted = metrics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return `${sorted.flatMap(linesOf).join('\n')}\n`;
}

function linesOf(metric: TensorflowMetric): readonly string[] {
  const name = metricName(metric.name);
  const type = `# TYPE ${name} ${metric.kind}`;
  if (metric.kind !== 'histogram') {
    return [type, ...metric.cells.all().map(({ labels, cell }) => `${name}{${labelText(metric.labels, labels)}} ${cell.value}`)];
  }
  return [type, ...metric.cells.all().flatMap(({ labels, cell }) => histogramLines(name, labelText(metric.labels, labels), { limits: metric.limits, cell }))];
}

interface Buckets {
  readonly limits: readonly number[];
  readonly cell: HistogramCell;
}

function histogramLines(name: string, labels: string, { limits, cell }: Buckets): readonly string[] {
  const before = labels === '' ? '' : `${labels},`;
  let cumulative = 0;
  const buckets = [...cell.counts].map((count, index) => {
    cumulative += count;
    const limit = limits[index];
    return `${name}_bucket{${before}le="${limit === undefined ? '+Inf' : sixDigits(limit)}"} ${cumulative}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${sixDigits(cell.sum)}`, `${name}_count{${labels}} ${cell.count}`];
}

/** `/tensorflow/serving/request_count` → `:tensorflow:serving:request_count`. */
export function metricName(name: string): string {
  return withoutLeadingDigit(name.replaceAll(/[^a-zA-Z0-9_]/g, ':'));
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, index) => `${labelName(name)}="${labelValue(values[index] ?? '')}"`).join(',');
}

function labelName(name: string): string {
  return withoutLeadingDigit(name.replaceAll(/[^a-zA-Z0-9]/g, '_'));
}

/** A line feed stays as it is, which no reader takes well: names with one are no model's. */
function labelValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`);
}

function withoutLeadingDigit(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}

const DIGITS = 6;

/** As C's `%g`. */
export function sixDigits(value: number): string {
  const [digits = '', exponentText = '0'] = value.toExponential(DIGITS - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < DIGITS) return String(Number(value.toPrecision(DIGITS)));
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${Number(digits)}e${exponent < 0 ? '-' : '+'}${size}`;
}
