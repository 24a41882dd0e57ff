import type { Tensor } from '@servable/core';
import { type FeatureType, readValues } from './feature-values.ts';
import { fillWith, type ValueColumn, valueColumn } from './value-column.ts';
import { WireReader } from './wire-reader.ts';

/** Where the values of one example lie: behind the tag of their list. */
interface ValuesPlace {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/** A feature of which examples have different numbers of values: where they lie, until it is known how many there are. */
export class VaryingColumn {
  readonly dtype: FeatureType;
  readonly #serialized: readonly Uint8Array[];
  /** Starts and ends of each row. */
  readonly #places: Int32Array;
  readonly #counts: Int32Array;
  readonly #reader = new WireReader();

  constructor(dtype: FeatureType, serialized: readonly Uint8Array[]) {
    this.dtype = dtype;
    this.#serialized = serialized;
    this.#places = new Int32Array(2 * serialized.length);
    this.#counts = new Int32Array(serialized.length);
  }

  add(row: number, { start, end, count }: ValuesPlace): void {
    this.#places[2 * row] = start;
    this.#places[2 * row + 1] = end;
    this.#counts[row] = count;
  }

  /** How many values some rows have together. */
  countBetween(first: number, end: number): number {
    let count = 0;
    for (let row = first; row < end; row++) count += this.#counts[row] ?? 0;
    return count;
  }

  get #rows(): number {
    return this.#counts.length;
  }

  get #largest(): number {
    let largest = 0;
    for (const count of this.#counts) if (count > largest) largest = count;
    return largest;
  }

  /** One row after the other; pauses after each. */
  *values(): Generator<undefined, Tensor> {
    const total = this.countBetween(0, this.#rows);
    const column = valueColumn(this.dtype, total);
    for (let row = 0, at = 0; row < this.#rows; row++) {
      at += this.#copy(row, column, at);
      yield undefined;
    }
    return column.tensor([total]);
  }

  /** Indices, values and shape of a sparse tensor of two axes. */
  *sparse(): Generator<undefined, readonly [Tensor, Tensor, Tensor]> {
    const values = yield* this.values();
    const [total, shape] = [values.data.length, [this.#rows, this.#largest]];
    return [this.#indices(total), values, { dtype: 'INT64', shape: [2], data: BigInt64Array.from(shape, BigInt) }];
  }

  #indices(total: number): Tensor {
    const data = new BigInt64Array(2 * total);
    // Rows and places are small: the lower halves of the numbers.
    const words = new Int32Array(data.buffer);
    for (let row = 0, at = 0; row < this.#rows; row++) {
      const count = this.#counts[row] ?? 0;
      for (let place = 0; place < count; place++, at += 4) {
        words[at] = row;
        words[at + 2] = place;
      }
    }
    return { dtype: 'INT64', shape: [total, 2], data };
  }

  /** Rows of one length, the shorter ones filled up. */
  *padded(filler: Tensor, inner: readonly number[], stride: number): Generator<undefined, Tensor> {
    const largest = this.#largest;
    const column = valueColumn(this.dtype, this.#rows * largest);
    fillWith(column, filler);
    for (let row = 0; row < this.#rows; row++) {
      this.#copy(row, column, row * largest);
      yield undefined;
    }
    return column.tensor([this.#rows, stride === 0 ? 0 : largest / stride, ...inner]);
  }

  /** Where each row begins in the values, and where the last ends. */
  rowSplits(dtype: 'INT32' | 'INT64'): Tensor {
    const data = dtype === 'INT32' ? new Int32Array(this.#rows + 1) : new BigInt64Array(this.#rows + 1);
    const [words, step] = [new Int32Array(data.buffer), dtype === 'INT32' ? 1 : 2];
    for (let row = 0, end = 0; row < this.#rows; row++) {
      end += this.#counts[row] ?? 0;
      words[step * (row + 1)] = end;
    }
    return { dtype, shape: [this.#rows + 1], data } as Tensor;
  }

  #copy(row: number, { sink }: ValueColumn, at: number): number {
    const count = this.#counts[row] ?? 0;
    if (count === 0) return 0;
    this.#reader.open(this.#serialized[row] ?? new Uint8Array(0), this.#places[2 * row] ?? 0, this.#places[2 * row + 1] ?? 0);
    sink.at = at;
    sink.end = at + count;
    readValues(this.dtype, this.#reader, sink);
    return count;
  }
}

/** TensorFlow parses so many bytes together, and counts the values of these examples together. */
const STACK_BYTES = 50_000;
const [FEWEST_STACKS, MOST_STACKS] = [8, 64];

/** The first of the examples that TensorFlow parses together with one: its messages count values from there. */
export function stackedRows(serialized: readonly Uint8Array[], row: number): number {
  let [stacks, bytes] = [0, 0];
  for (const { length } of serialized) {
    if (bytes === 0) stacks++;
    bytes = bytes + length + 1 > STACK_BYTES ? 0 : bytes + length + 1;
  }
  const count = Math.max(Math.min(FEWEST_STACKS, serialized.length), Math.min(MOST_STACKS, stacks));
  const first = (stack: number): number => Math.floor((serialized.length * stack) / count);
  let stack = 0;
  while (first(stack + 1) <= row) stack++;
  return first(stack);
}
