import type { NamedTensors } from '@servable/core';
import { tableError } from '../errors.ts';
import type { Combiner } from '../table-manifest.ts';
import { stepOf } from './embed.ts';
import type { MissingVector } from './missing-vector.ts';
import { createSignature, inputOf, checkRank, type KeyTensor, type Operation } from './operation.ts';
import type { RowFinder } from './row-finder.ts';
import type { TableView } from './table-view.ts';

export interface PoolParts {
  readonly view: TableView;
  readonly finder: RowFinder;
  readonly missing: MissingVector;
  readonly combiner: Combiner;
}

/**
 * `pool`: lists of keys to one vector each, their vectors' sum, mean or sum / √n, weighted when weights are given.
 *
 * Lists are ragged: all keys one after the other with `row_splits`, or one list a row as `[n, m]`. A list of no keys, or whose
 * weights add up to 0, gives zeros. Sums are made in float64 and rounded once.
 *
 * Source: TensorFlow's `embedding_lookup_sparse`: mean divides by Σw, sqrtn by √Σw².
 */
export function poolOperation(parts: PoolParts): Operation {
  const { view } = parts;
  const { keys, embedding } = view.table;
  const name = embedding?.name ?? 'embedding';
  const { dim } = view;
  return {
    signature: createSignature({
      inputs: {
        // Of two ranks: [values] with row_splits, or [n, m].
        keys: { dtype: keys.dtype, shape: undefined },
        row_splits: { dtype: 'INT64', shape: [-1] },
        weights: { dtype: 'FP32', shape: undefined },
      },
      outputs: { [name]: { dtype: 'FP32', shape: [-1, dim] } },
      defaults: new Map([
        ['row_splits', { dtype: 'INT64', shape: [0], data: new BigInt64Array(0) }],
        ['weights', { dtype: 'FP32', shape: [0], data: new Float32Array(0) }],
      ]),
      batching: 'none',
    }),
    run(inputs, { signal }) {
      const lists = listsOf(inputs, keys.dtype);
      const total = lists.splits.length - 1;
      const vectors = new Float32Array(total * dim);
      const pooler = new Pooler(parts, lists, vectors);
      const answer = (): NamedTensors => new Map([[name, { dtype: 'FP32', shape: [total, dim], data: vectors }]]);
      // By keys, not by lists: one list may have any number.
      const later = view.turns.run({ total: lists.keys.data.length, step: stepOf(dim), work: (from, to) => pooler.add(from, to), signal });
      return later === undefined ? answer() : later.then(answer);
    },
  };
}

/** Keys of all lists, where each list begins, and each key's weight; weights are empty when all are 1. */
interface Lists {
  readonly keys: KeyTensor;
  readonly splits: readonly number[] | Float64Array;
  readonly weights: Float32Array;
}

function listsOf(inputs: NamedTensors, dtype: KeyTensor['dtype']): Lists {
  const keys = inputOf(inputs, 'keys', dtype) as KeyTensor;
  const splits = inputOf(inputs, 'row_splits', 'INT64');
  const weights = inputOf(inputs, 'weights', 'FP32');
  checkRank('row_splits', splits, 1, 'a list of places in keys, [n + 1]');
  const total = keys.data.length;
  const isWeighted = weights.data.length > 0 || (total === 0 && weights.shape.length === keys.shape.length);
  if (isWeighted && String(weights.shape) !== String(keys.shape)) {
    throw tableError('SRV_TABLE_INPUT_INVALID', ['weights', `has shape [${weights.shape}], keys have [${keys.shape}]`]);
  }
  const bad = weights.data.findIndex((weight) => !Number.isFinite(weight));
  if (bad >= 0) throw tableError('SRV_TABLE_INPUT_INVALID', ['weights', `is ${weights.data[bad] ?? 0} at ${bad}: weights are finite`]);
  if (splits.data.length > 0) {
    checkRank('keys', keys, 1, 'a list of keys beside row_splits');
    return { keys, splits: checkedSplits(splits.data, total), weights: weights.data };
  }
  checkRank('keys', keys, 2, '[n, m], one list of keys a row, or a list of keys with row_splits');
  const [rows = 0, width = 0] = keys.shape;
  return { keys, splits: Float64Array.from({ length: rows + 1 }, (_, row) => row * width), weights: weights.data };
}

function checkedSplits(data: BigInt64Array, total: number): Float64Array {
  const splits = Float64Array.from(data, Number);
  const fail = (reason: string): Error => tableError('SRV_TABLE_INPUT_INVALID', ['row_splits', reason]);
  if (splits[0] !== 0) throw fail(`begins with ${splits[0] ?? 0}, not with 0`);
  const down = splits.findIndex((split, at) => at > 0 && split < (splits[at - 1] ?? 0));
  if (down >= 0) throw fail(`goes down from ${splits[down - 1] ?? 0} to ${splits[down] ?? 0}`);
  const last = splits[splits.length - 1] ?? 0;
  if (last !== total) throw fail(`ends with ${last}, there are ${total} keys`);
  return splits;
}

/** Adds keys in their order, and finishes each list when its last key was added. */
class Pooler {
  readonly #parts: PoolParts;
  readonly #lists: Lists;
  readonly #out: Float32Array;
  readonly #sum: Float64Array;
  readonly #vector: Float32Array;
  readonly #zeros: Float32Array;
  #list = 0;
  #weights = 0;
  #squares = 0;

  constructor(parts: PoolParts, lists: Lists, out: Float32Array) {
    this.#parts = parts;
    this.#lists = lists;
    this.#out = out;
    this.#sum = new Float64Array(parts.view.dim);
    this.#vector = new Float32Array(parts.view.dim);
    this.#zeros = new Float32Array(parts.view.dim);
  }

  add(from: number, to: number): void {
    const { keys, splits, weights } = this.#lists;
    const { finder, view, missing } = this.#parts;
    const rows = finder.find(keys, from, to);
    for (let at = from; at < to; at += 1) {
      while (at >= (splits[this.#list + 1] ?? Infinity)) this.#finish();
      const row = rows[at - from] ?? -1;
      if (row < 0) {
        this.#vector.set(this.#zeros);
        missing.write(keys, at, this.#vector, 0);
      } else {
        view.readVector(row, this.#vector, 0);
      }
      this.#addVector(weights.length === 0 ? 1 : (weights[at] ?? 0));
    }
    if (to === keys.data.length) this.#finish();
  }

  #addVector(weight: number): void {
    const [sum, vector] = [this.#sum, this.#vector];
    this.#weights += weight;
    this.#squares += weight * weight;
    for (let column = 0; column < sum.length; column += 1) sum[column] = (sum[column] ?? 0) + weight * (vector[column] ?? 0);
  }

  #finish(): void {
    const { combiner } = this.#parts;
    const divisor = combiner === 'sum' ? 1 : combiner === 'mean' ? this.#weights : Math.sqrt(this.#squares);
    const at = this.#list * this.#sum.length;
    if (divisor !== 0) for (const [column, sum] of this.#sum.entries()) this.#out[at + column] = sum / divisor;
    this.#sum.fill(0);
    this.#weights = 0;
    this.#squares = 0;
    this.#list += 1;
  }
}
