import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ServerMetrics } from '../../src/metrics/server-metrics.ts';
import { TensorflowMetrics } from '../../src/metrics/tensorflow-metrics.ts';
import { metricName } from '../../src/metrics/tensorflow-text.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const CONTRACT = join(ROOT, '../shared/contracts/tensorflow-serving.md');
const guide = readFileSync(join(ROOT, 'docs/monitoring.md'), 'utf8');

/** Contract, section 8: name, kind and labels of every metric of serving code. */
const SERVING: readonly (readonly [name: string, kind: string, labels: string])[] = [
  ['/tensorflow/serving/request_count', 'counter', 'model_name, status'],
  ['/tensorflow/serving/request_latency', 'histogram', 'model_name, API, entrypoint'],
  ['/tensorflow/serving/runtime_latency', 'histogram', 'model_name, API, runtime'],
  ['/tensorflow/serving/request_example_counts', 'histogram', 'model'],
  ['/tensorflow/serving/request_example_count_total', 'counter', 'model'],
  ['/tensorflow/serving/request_log_count', 'counter', 'model_name, status_code'],
  ['/tensorflow/serving/model_warmup_latency', 'histogram', 'model_path, status'],
  ['/tensorflow/serving/model_warmup_records_read', 'counter', 'model_path, status'],
  ['/tensorflow/serving/mlmd_map', 'gauge', 'model_name, version'],
  ['/tensorflow/serving/batching_session/queuing_latency', 'histogram', 'thread_pool_name'],
  ['/tensorflow/serving/batching_session/wrapped_run_count', 'counter', ''],
  ['/tensorflow/serving/batching_session/padding_size', 'histogram', 'execution_batch_size'],
  ['/tensorflow/serving/batching_session/input_batch_size', 'histogram', ''],
  ['/tensorflow/serving/batching_session/processed_batch_size', 'histogram', ''],
];
/** Contract, section 8: metrics of TensorFlow itself that mean something here. */
const CORE: readonly (readonly [name: string, kind: string, labels: string])[] = [
  ['/tensorflow/cc/saved_model/load_attempt_count', 'counter', 'model_path, status'],
  ['/tensorflow/cc/saved_model/load_latency', 'counter', 'model_path'],
  ['/tensorflow/core/graph_runs', 'counter', ''],
  ['/tensorflow/core/graph_run_time_usecs', 'counter', ''],
  ['/tensorflow/core/graph_run_time_usecs_histogram', 'histogram', ''],
  ['/tensorflow/core/direct_session_runs', 'counter', ''],
];

/** Rows `| name | kind | labels |` of a text's tables. */
function rowsOf(text: string, name: RegExp): string[] {
  return [...text.matchAll(/^\| `?(?<name>[^|`]+)`? \| (?<kind>counter|gauge|histogram)[^|]* \|(?<labels>[^|]*)\|/gm)]
    .map(({ groups }) => [groups?.['name']?.trim() ?? '', groups?.['kind'] ?? '', groups?.['labels']?.trim() ?? ''] as const)
    .filter((row) => name.test(row[0]))
    .map((row) => row.join(' | '));
}

it("has the names, kinds and labels of TensorFlow Serving's metrics", () => {
  const exported = new TensorflowMetrics().metrics.map(({ name, kind, labels }) => [name, kind, labels.join(', ')].join(' | '));
  expect(exported.toSorted()).toEqual([...SERVING, ...CORE].map((row) => row.join(' | ')).toSorted());
});

it.skipIf(!existsSync(CONTRACT))('knows the metrics of serving code as the contract lists them', () => {
  const listed = rowsOf(readFileSync(CONTRACT, 'utf8'), /^\/tensorflow\/serving\//).map((row) => row.replace(/ \(always empty in the server\)$/, '').replace(/ -$/, ' '));
  expect(listed).toEqual(SERVING.map((row) => row.join(' | ')));
});

it("is documented: TensorFlow Serving's metrics", () => {
  const exported = new TensorflowMetrics().metrics.map(({ name, kind, labels }) => [metricName(name), kind, labels.join(', ')].join(' | '));
  expect(rowsOf(guide, /^:/).toSorted()).toEqual(exported.toSorted());
});

it('is documented: every metric of ours', async () => {
  const metrics = new ServerMetrics();
  const text = await metrics.text();
  metrics.close();
  const exported = [...text.matchAll(/^# TYPE (?<name>\S+) (?<kind>\S+)$/gm)].map(({ groups }) => [groups?.['name'], groups?.['kind']].join(' | '));
  const documented = rowsOf(guide, /^[a-z]/).map((row) => row.split(' | ').slice(0, 2).join(' | '));
  expect(documented.toSorted()).toEqual(exported.toSorted());
});
