/**
 * What one request costs to measure: the taps of `requestDone` with metrics on, beside prom-client observing the same three
 * histograms and counter.
 *
 *   taskset -c 0 node --conditions=@servable/source bench/metrics.bench.ts
 */
import { createHooks, type Hooks, parseVersion } from '@servable/core';
import { Counter, Histogram, Registry } from 'prom-client';
import { Monitoring } from '../packages/server/src/metrics/monitoring.ts';
import { type CallOrigin, RequestRecord } from '../packages/server/src/request-record.ts';
import { reportFigure, sized } from './runner/report.ts';

const CALLS = sized(500_000, 20_000);
const ROUNDS = 7;
const ORIGIN: CallOrigin = { protocol: 'rest-v1', method: 'predict', requestId: 'r', peer: '', headers: () => new Map(), sendHeaders() {} };

function recordOf(): RequestRecord {
  const record = new RequestRecord(ORIGIN);
  return Object.assign(record, { model: 'mnist', version: parseVersion(3), signature: 'serving_default', inputs: new Map(), outputs: new Map(), runMs: 0.3, computeMs: 0.2, totalMs: 0.5 });
}

function measured(metrics: { readonly enabled: boolean; readonly tensorflowPath: string | undefined }): () => void {
  const hooks: Hooks = createHooks();
  new Monitoring(metrics).tap(hooks);
  const record = recordOf();
  return () => hooks.requestDone.call(record);
}

function byPromClient(): () => void {
  const registers = [new Registry()];
  const labelNames = ['model', 'version', 'signature', 'protocol'];
  const histograms = ['total', 'queue', 'compute'].map((name) => new Histogram({ name, help: name, labelNames, registers }));
  const count = new Counter({ name: 'count', help: 'count', labelNames: [...labelNames, 'method', 'status'], registers });
  return () => {
    const labels = { model: 'mnist', version: '3', signature: 'serving_default', protocol: 'rest-v1' };
    for (const histogram of histograms) histogram.observe(labels, 0.000_3);
    count.inc({ ...labels, method: 'predict', status: 'OK' });
  };
}

const subjects: readonly (readonly [name: string, call: () => void])[] = [
  ['prom-client', byPromClient()],
  ['/metrics', measured({ enabled: true, tensorflowPath: undefined })],
  ["TensorFlow Serving's metrics", measured({ enabled: false, tensorflowPath: '/m' })],
];

function microsOf(call: () => void): number {
  const started = performance.now();
  for (let each = 0; each < CALLS; each += 1) call();
  return ((performance.now() - started) * 1000) / CALLS;
}

const results = new Map<string, number[]>(subjects.map(([name]) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) for (const [name, call] of subjects) results.get(name)?.push(microsOf(call));

const beside = { name: 'prom-client', values: results.get('prom-client')?.slice(1) ?? [] };
for (const [name, values] of results) {
  if (name !== beside.name) reportFigure({ name: `measuring one request, ${name}`, unit: 'µs', better: 'lower', values: values.slice(1), baseline: beside, target: 1 });
}
// The event loop's lag is watched until the end.
process.exit();
