import type { KeyTensor } from './operation.ts';
import { createTensor, type Tensor } from '@servable/core';
import { gatherStrings } from '../storage/byte-strings.ts';
import { findBytes } from '../storage/bytes-keys.ts';
import { type Column, columnWidth, gatherBytes, gatherNumbers } from '../storage/column.ts';
import { findInt64, wordsOf } from '../storage/int64-keys.ts';
import { MatrixRows } from '../storage/matrix.ts';
import { ARRAYS, type NumericArray } from '../storage/shared-arrays.ts';
import type { Table } from '../storage/table.ts';

/** Values of a column on their way to a tensor. */
export type ColumnData = NumericArray | Uint8Array[];

/** Answers questions about one table on this thread. */
export class TableView {
  readonly table: Table;
  readonly #vectors: MatrixRows | undefined;

  constructor(table: Table) {
    this.table = table;
    this.#vectors = table.embedding === undefined ? undefined : new MatrixRows(table.embedding.matrix);
  }

  get rows(): number {
    return this.table.rows;
  }

  get dim(): number {
    return this.table.embedding?.matrix.dim ?? 0;
  }

  /** The rows of keys `from` to `to`; -1 for a key that is not there. The keys' dtype must be the table's. */
  find(keys: KeyTensor, from: number, to: number): Int32Array {
    const rows = new Int32Array(to - from);
    const { keys: index } = this.table;
    if (index.dtype === 'INT64' && keys.dtype === 'INT64') findInt64(index, wordsOf(keys.data), rows, from, to);
    else if (index.dtype === 'BYTES' && keys.dtype === 'BYTES') findBytes(index, keys.data, rows, from, to);
    return rows;
  }

  /** Writes a column's values of these rows to `out`, from row `at` on. */
  readColumn(column: Column, rows: Int32Array, out: ColumnData, at: number): void {
    if (column.kind === 'numeric') {
      const width = columnWidth(column);
      if (!Array.isArray(out)) gatherNumbers(column, rows, out.subarray(at * width, (at + rows.length) * width));
    } else if (Array.isArray(out)) {
      for (const bytes of gatherBytes(column, rows)) out.push(bytes);
    }
  }

  /** Keys of rows as byte strings; `fallback` where a row is negative. */
  keyStrings(rows: Int32Array, fallback: Uint8Array): Uint8Array[] {
    const { keys } = this.table;
    return keys.dtype === 'BYTES' ? gatherStrings(keys.strings, rows, fallback) : [];
  }

  readVector(row: number, out: Float32Array, at: number): void {
    this.#vectors?.read(row, out, at);
  }
}

/** Memory for a column's values of this many rows; byte strings are added as they come. */
export function allocateColumn(column: Column, rows: number): ColumnData {
  return column.kind === 'bytes' ? [] : new ARRAYS[column.dtype](rows * columnWidth(column));
}

export function columnTensor(column: Column, rows: number, data: ColumnData): Tensor {
  return createTensor(column.dtype, [rows, ...column.shape], data);
}
