import type { NamedTensors, RunContext, Tensor } from '@servable/core';
import { tableError } from '../errors.ts';
import type { SearchRequest } from '../search/matrix-search.ts';
import type { TableSearch } from '../search/table-search.ts';
import type { Metric, TableManifest } from '../table-manifest.ts';
import { checkRank, createSignature, inputOf, type InputTensor, isWanted, type Operation } from './operation.ts';
import type { TableView } from './table-view.ts';

/** Neighbours that one query may ask for. */
const MAX_K = 10_000;
const DEFAULT_K = 10;
const METRICS: readonly Metric[] = ['dot', 'cosine', 'l2'];

type NearestOptions = NonNullable<TableManifest['nearest']>;

/**
 * `nearest`: vectors to the keys of the `k` rows that are closest, best first, and their scores. `k` and the metric are those of
 * `table.json`, so that requests can be joined; `search` takes them with the request.
 */
export function nearestOperation(view: TableView, search: TableSearch, { k = DEFAULT_K, metric = 'cosine' }: NearestOptions): Operation {
  const count = Math.min(k, view.liveRows);
  return {
    signature: createSignature({
      inputs: { vectors: { dtype: 'FP32', shape: [-1, view.dim] } },
      outputs: { keys: { dtype: view.keyDType, shape: [-1, count] }, scores: { dtype: 'FP32', shape: [-1, count] } },
      batching: 'rows',
    }),
    run: (inputs, context) => nearest({ view, search }, { queries: queriesOf(inputs, view.dim), k: count, metric }, context),
  };
}

/** `search`: as `nearest`, with `k` and `metric` in the request. */
export function searchOperation(view: TableView, search: TableSearch, { k = DEFAULT_K, metric = 'cosine' }: NearestOptions): Operation {
  return {
    signature: createSignature({
      inputs: { vectors: { dtype: 'FP32', shape: [-1, view.dim] }, k: { dtype: 'INT32', shape: [] }, metric: { dtype: 'BYTES', shape: [] } },
      outputs: { keys: { dtype: view.keyDType, shape: [-1, -1] }, scores: { dtype: 'FP32', shape: [-1, -1] } },
      defaults: new Map<string, Tensor>([
        ['k', { dtype: 'INT32', shape: [], data: Int32Array.of(k) }],
        ['metric', { dtype: 'BYTES', shape: [], data: [new TextEncoder().encode(metric)] }],
      ]),
      batching: 'none',
    }),
    run(inputs, context) {
      const queries = queriesOf(inputs, view.dim);
      return nearest({ view, search }, { queries, k: Math.min(kOf(inputs), view.liveRows), metric: metricOf(inputs) }, context);
    },
  };
}

interface Searched {
  readonly view: TableView;
  readonly search: TableSearch;
}

async function nearest({ view, search }: Searched, request: SearchRequest, context: RunContext): Promise<NamedTensors> {
  const { rows, scores } = await search.search(request, context.signal);
  const shape = [view.dim === 0 ? 0 : request.queries.length / view.dim, request.k];
  const outputs = new Map<string, Tensor>();
  if (isWanted(context, 'keys')) outputs.set('keys', view.keyTensor(rows, shape));
  if (isWanted(context, 'scores')) outputs.set('scores', { dtype: 'FP32', shape, data: scores });
  return outputs;
}

function queriesOf(inputs: NamedTensors, dim: number): Float32Array {
  const vectors = inputOf(inputs, 'vectors', 'FP32');
  checkRank('vectors', vectors, 2, `[n, ${dim}]`);
  const [, width = 0] = vectors.shape;
  if (width !== dim) throw tableError('SRV_TABLE_INPUT_INVALID', ['vectors', `has vectors of ${width} numbers, those of the table have ${dim}`]);
  const bad = vectors.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw tableError('SRV_TABLE_INPUT_INVALID', ['vectors', `has ${vectors.data[bad] ?? 0} in row ${Math.floor(bad / dim) + 1}`]);
  return vectors.data;
}

function kOf(inputs: NamedTensors): number {
  const [k = 0] = single(inputOf(inputs, 'k', 'INT32'), 'k').data;
  if (k < 1 || k > MAX_K) throw tableError('SRV_TABLE_INPUT_INVALID', ['k', `is ${k}, it must be 1 to ${MAX_K}`]);
  return k;
}

function metricOf(inputs: NamedTensors): Metric {
  const [bytes] = single(inputOf(inputs, 'metric', 'BYTES'), 'metric').data;
  const text = new TextDecoder().decode(bytes);
  const metric = METRICS.find((each) => each === text);
  if (metric === undefined) throw tableError('SRV_TABLE_INPUT_INVALID', ['metric', `is '${text}', it must be ${METRICS.join(', ')}`]);
  return metric;
}

/** One value for the whole request. */
function single<T extends InputTensor<'INT32'> | InputTensor<'BYTES'>>(tensor: T, name: string): T {
  if (tensor.shape.length > 0) throw tableError('SRV_TABLE_INPUT_INVALID', [name, `has shape [${tensor.shape.join()}], it must be a single value`]);
  return tensor;
}
