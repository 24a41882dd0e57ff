import { expect, it } from 'vitest';
import { exponentialLimits, HistogramCell } from '../../src/metrics/histogram-cell.ts';
import { LabelledCells } from '../../src/metrics/labelled-cells.ts';
import { counter, histogram, textGauge } from '../../src/metrics/tensorflow-metric.ts';
import { formatTensorflowMetrics, sixDigits } from '../../src/metrics/tensorflow-text.ts';

// What C's printf makes of them.
it.each([
  ['10', 10],
  ['32.4', 32.4],
  ['104.976', 104.976],
  ['0.0001', 0.0001],
  ['1.23457e-05', 0.000_012_345_67],
  ['123457', 123_456.7],
  ['1e+06', 999_999.6],
  ['1.23457e+06', 1_234_567],
  ['1e+100', 1e100],
  ['0', 0],
  ['4.94066e-324', 5e-324],
])('prints six digits: %s', (text, value) => {
  expect(sixDigits(value)).toBe(text);
});

// TensorFlow Serving's own tests expect these.
it('prints a counter', () => {
  const total = counter('/test/path/total', 'name');
  total.cells.at('abc').value += 2;
  expect(formatTensorflowMetrics([total])).toBe('# TYPE :test:path:total counter\n:test:path:total{name="abc"} 2\n');
});

it('prints a histogram, cumulative, values that equal a limit in the next bucket', () => {
  const sizes = histogram('/test/path/histogram', exponentialLimits(1, 2, 10), 'status');
  for (const value of [2, 20, 200]) sizes.cells.at('good').observe(value);
  const buckets = [['1', 0], ['2', 0], ['4', 1], ['8', 1], ['16', 1], ['32', 2], ['64', 2], ['128', 2], ['256', 3], ['512', 3], ['+Inf', 3]];
  expect(formatTensorflowMetrics([sizes]).split('\n')).toEqual([
    '# TYPE :test:path:histogram histogram',
    ...buckets.map(([limit, count]) => `:test:path:histogram_bucket{status="good",le="${limit}"} ${count}`),
    ':test:path:histogram_sum{status="good"} 222',
    ':test:path:histogram_count{status="good"} 3',
    '',
  ]);
});

it.each([
  ['a label value with quote and backslash', counter('/test/path/total', 'name'), '"abc\\"', ':test:path:total{name="\\"abc\\\\\\""} 2'],
  ['a label name', counter('/test/path/total', 'my-name+1'), 'abc', ':test:path:total{my_name_1="abc"} 2'],
  ['a metric name', counter('0/path-total_count', 'name'), 'abc', '_0:path:total_count{name="abc"} 2'],
])('escapes %s', (_what, metric, label, line) => {
  metric.cells.at(label).value += 2;
  expect(formatTensorflowMetrics([metric]).split('\n')[1]).toBe(line);
});

it('sorts by the original name, and prints a TYPE line for a metric without a cell and braces for one without labels', () => {
  const runs = counter('/a_b/runs');
  runs.cells.at().value = 5;
  const text = formatTensorflowMetrics([textGauge('/a/map', 'x'), runs, histogram('/a/size', [1])]);
  expect(text).toBe('# TYPE :a:map gauge\n# TYPE :a:size histogram\n# TYPE :a_b:runs counter\n:a_b:runs{} 5\n');
});

it('prints a text gauge as 0', () => {
  const map = textGauge('/m', 'model_name', 'version');
  map.cells.at('m', '1');
  expect(formatTensorflowMetrics([map])).toContain(':m{model_name="m",version="1"} 0');
});

it('has the bucket limits of latencies', () => {
  const limits = exponentialLimits(10, 1.8, 33).map(sixDigits);
  expect([limits.length, ...limits.slice(0, 6), limits.at(-1)]).toEqual([33, '10', '18', '32.4', '58.32', '104.976', '188.957', '1.47476e+09']);
});

it('counts a value that equals a limit as the rule says', () => {
  const [inclusive, exclusive] = [new HistogramCell([1, 2], 'inclusive'), new HistogramCell([1, 2], 'exclusive')];
  for (const cell of [inclusive, exclusive]) for (const value of [0, 1, 1.5, 2, 3]) cell.observe(value);
  expect([...inclusive.counts]).toEqual([2, 2, 1]);
  expect([...exclusive.counts]).toEqual([1, 2, 2]);
  expect([inclusive.sum, inclusive.count]).toEqual([7.5, 5]);
});

it('keeps 10,000 cells, and one for all others', () => {
  const cells = new LabelledCells(() => ({ value: 0 }));
  for (let index = 0; index < 12_000; index += 1) cells.at('model', String(index)).value += 1;
  expect(cells.all()).toHaveLength(10_001);
  expect(cells.at('model', '5').value).toBe(1);
  expect(cells.all()[0]).toEqual({ labels: ['(other)', '(other)'], cell: { value: 2000 } });
});
