import { createTensor, type Tensor } from '@servable/core';
import { gatherStrings, stringAt } from '../storage/byte-strings.ts';
import { BytesFinder } from '../storage/bytes-keys.ts';
import { type Column, columnWidth, gatherBytes, gatherNumbers } from '../storage/column.ts';
import { findInt64, wordsOf } from '../storage/int64-keys.ts';
import { isHidden, type LayeredTable, liveRows } from '../storage/layers.ts';
import { MatrixRows } from '../storage/matrix.ts';
import { ARRAYS, type NumericArray } from '../storage/shared-arrays.ts';
import type { Table } from '../storage/table.ts';
import type { KeyTensor } from './operation.ts';
import { Turns } from './turns.ts';

/** Values of a column on their way to a tensor. */
export type ColumnData = NumericArray | Uint8Array[];

/** Answers questions about one table on this thread. Rows of its delta have the numbers after those of its base. */
export class TableView {
  readonly layers: LayeredTable;
  /** Shared by all requests, so that together they keep the event loop no longer than one would. */
  readonly turns: Turns = new Turns();
  readonly #vectors: MatrixRows | undefined;
  readonly #deltaVectors: MatrixRows | undefined;
  readonly #finder: KeyFinder;
  readonly #deltaFinder: KeyFinder | undefined;

  constructor(layers: LayeredTable) {
    this.layers = layers;
    this.#vectors = rowsOf(layers.base);
    this.#deltaVectors = layers.delta === undefined ? undefined : rowsOf(layers.delta.table);
    this.#finder = finderOf(layers.base);
    this.#deltaFinder = layers.delta === undefined ? undefined : finderOf(layers.delta.table);
  }

  /** The base: keys, columns and vectors of a delta are of the same kinds. */
  get table(): Table {
    return this.layers.base;
  }

  get keyDType(): 'INT64' | 'BYTES' {
    return this.table.keys.dtype;
  }

  /** Rows of the base. */
  get rows(): number {
    return this.table.rows;
  }

  /** Rows that are served. */
  get liveRows(): number {
    return liveRows(this.layers);
  }

  get dim(): number {
    return this.table.embedding?.matrix.dim ?? 0;
  }

  /** The rows of keys `from` to `to`; -1 for a key that is not there. The keys' dtype must be the table's. */
  find(keys: KeyTensor, from: number, to: number): Int32Array {
    const rows = this.#finder(keys, from, to);
    const { delta } = this.layers;
    if (delta === undefined || this.#deltaFinder === undefined) return rows;
    const above = this.#deltaFinder(keys, from, to);
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] ?? -1;
      const replaced = above[at] ?? -1;
      if (replaced >= 0) rows[at] = this.rows + replaced;
      else if (row >= 0 && isHidden(delta.hidden, row)) rows[at] = -1;
    }
    return rows;
  }

  /** Writes a column's values of these rows to `out`, from row `at` on. */
  readColumn(index: number, rows: Int32Array, out: ColumnData, at: number): void {
    const column = this.table.columns[index];
    const above = this.layers.delta?.table.columns[index];
    if (column === undefined) return;
    if (above === undefined) return readLayer(column, rows, out, at);
    // Runs of rows of one layer: deltas are small, so most runs are long.
    for (let from = 0, to = 0; from < rows.length; from = to) {
      const isAbove = (rows[from] ?? -1) >= this.rows;
      for (to = from + 1; to < rows.length && (rows[to] ?? -1) >= this.rows === isAbove; ) to += 1;
      const run = rows.subarray(from, to);
      readLayer(isAbove ? above : column, isAbove ? run.map((row) => row - this.rows) : run, out, at + from);
    }
  }

  readVector(row: number, out: Float32Array, at: number): void {
    if (row < this.rows) this.#vectors?.read(row, out, at);
    else this.#deltaVectors?.read(row - this.rows, out, at);
  }

  /** Keys of rows as byte strings; `fallback` where a row is negative. */
  keyStrings(rows: Int32Array, fallback: Uint8Array): Uint8Array[] {
    const { keys } = this.table;
    return keys.dtype === 'BYTES' ? gatherStrings(keys.strings, rows, fallback) : [];
  }

  /** Keys of rows as a tensor; -1 or an empty string where a row is negative. */
  keyTensor(rows: Int32Array, shape: readonly number[]): Tensor {
    if (this.keyDType === 'BYTES') return { dtype: 'BYTES', shape, data: Array.from(rows, (row) => new Uint8Array(this.#bytesKey(row))) };
    const words = new Int32Array(rows.length * 2);
    for (const [at, row] of rows.entries()) [words[at * 2], words[at * 2 + 1]] = this.#wordsKey(row);
    return { dtype: 'INT64', shape, data: new BigInt64Array(words.buffer) };
  }

  #bytesKey(row: number): Uint8Array {
    const { keys, at } = this.#keysAt(row);
    return keys.dtype === 'BYTES' && row >= 0 ? stringAt(keys.strings, at) : new Uint8Array(0);
  }

  #wordsKey(row: number): [low: number, high: number] {
    const { keys, at } = this.#keysAt(row);
    return keys.dtype === 'INT64' && row >= 0 ? [keys.words[at * 2] ?? 0, keys.words[at * 2 + 1] ?? 0] : [-1, -1];
  }

  #keysAt(row: number): { readonly keys: Table['keys']; readonly at: number } {
    const { base, delta } = this.layers;
    return row < base.rows || delta === undefined ? { keys: base.keys, at: row } : { keys: delta.table.keys, at: row - base.rows };
  }
}

function rowsOf({ embedding }: Table): MatrixRows | undefined {
  return embedding === undefined ? undefined : new MatrixRows(embedding.matrix);
}

/** The rows of keys `from` to `to`; -1 for a key that is not there. */
type KeyFinder = (keys: KeyTensor, from: number, to: number) => Int32Array;

function finderOf({ keys: index }: Table): KeyFinder {
  const finder = index.dtype === 'BYTES' ? new BytesFinder(index) : undefined;
  return (keys, from, to) => {
    const rows = new Int32Array(to - from);
    if (index.dtype === 'INT64' && keys.dtype === 'INT64') findInt64(index, wordsOf(keys.data), rows, from, to);
    else if (keys.dtype === 'BYTES') finder?.find(keys.data, rows, from, to);
    return rows;
  };
}

function readLayer(column: Column, rows: Int32Array, out: ColumnData, at: number): void {
  if (column.kind === 'numeric') {
    const width = columnWidth(column);
    if (!Array.isArray(out)) gatherNumbers(column, rows, out.subarray(at * width, (at + rows.length) * width));
  } else if (Array.isArray(out)) {
    for (const bytes of gatherBytes(column, rows)) out.push(bytes);
  }
}

/** Memory for a column's values of this many rows; byte strings are added as they come. */
export function allocateColumn(column: Column, rows: number): ColumnData {
  return column.kind === 'bytes' ? [] : new ARRAYS[column.dtype](rows * columnWidth(column));
}

export function columnTensor(column: Column, rows: number, data: ColumnData): Tensor {
  return createTensor(column.dtype, [rows, ...column.shape], data);
}
