import { tableError } from '../errors.ts';
import type { NumericArray, NumericDType } from '../storage/shared-arrays.ts';

/** What a file says of one of its columns. */
export interface SourceColumn {
  readonly name: string;
  /** `undefined`: the values tell (text, JSON). */
  readonly dtype: NumericDType | 'BYTES' | undefined;
  /** Sizes of one row's value: `[]` or `[d]`; `undefined`: the values tell. */
  readonly shape: readonly number[] | undefined;
}

/** Values of one column in a batch. */
export type ColumnValues =
  | { readonly kind: 'text'; readonly values: readonly string[] }
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'numeric'; readonly dtype: NumericDType; readonly data: NumericArray; readonly width: number };

/** Some consecutive rows of a file. */
export interface RowBatch {
  readonly rows: number;
  /** The first one's number, from 0. */
  readonly firstRow: number;
  /** One for each column of the source. */
  readonly columns: readonly ColumnValues[];
  /** The line each row begins at, where a file has lines. */
  readonly lines?: readonly number[];
}

/** An open table file. */
export interface TableSource {
  readonly path: string;
  readonly columns: readonly SourceColumn[];
  /** `undefined`: only reading tells. */
  readonly rows: number | undefined;
  /** The name of the column that holds the keys when nothing else says so; `undefined`: guessed. */
  readonly keyName: string | undefined;
  /** Reads the file from its start; may be called again. */
  batches(): AsyncIterable<RowBatch> | Iterable<RowBatch>;
}

/** A row's number as people count, with its line where there is one. */
export function rowText(row: number, line?: number): string {
  return line === undefined ? `row ${row + 1}` : `row ${row + 1} (line ${line})`;
}

export function batchRowText(batch: RowBatch, index: number): string {
  return rowText(batch.firstRow + index, batch.lines?.[index]);
}

/** What is wrong with one row of a batch. */
export function rowError(path: string, batch: RowBatch, index: number, reason: string): Error {
  return tableError('SRV_TABLE_ROW_INVALID', [path, batchRowText(batch, index), reason]);
}
