import { type BucketLimits, HistogramCell } from './histogram-cell.ts';
import { LabelledCells } from './labelled-cells.ts';

/** A number that is added to. */
export interface CounterCell {
  value: number;
}

/** One metric as TensorFlow registers it. */
export type TensorflowMetric =
  | {
      readonly kind: 'counter' | 'gauge';
      /** Such as `/tensorflow/serving/request_count`. */
      readonly name: string;
      readonly labels: readonly string[];
      readonly cells: LabelledCells<CounterCell>;
    }
  | {
      readonly kind: 'histogram';
      readonly name: string;
      readonly labels: readonly string[];
      readonly limits: BucketLimits;
      readonly cells: LabelledCells<HistogramCell>;
    };

export function counter(name: string, ...labels: readonly string[]): Extract<TensorflowMetric, { kind: 'counter' | 'gauge' }> {
  return { kind: 'counter', name, labels, cells: new LabelledCells(() => ({ value: 0 })) };
}

/** A gauge of text, whose value is printed as 0: only its labels say something. */
export function textGauge(name: string, ...labels: readonly string[]): Extract<TensorflowMetric, { kind: 'counter' | 'gauge' }> {
  return { ...counter(name, ...labels), kind: 'gauge' };
}

export function histogram(name: string, limits: BucketLimits, ...labels: readonly string[]): Extract<TensorflowMetric, { kind: 'histogram' }> {
  return { kind: 'histogram', name, labels, limits, cells: new LabelledCells(() => new HistogramCell(limits, 'exclusive')) };
}
