import type { BytesKeys } from './bytes-keys.ts';
import type { Column } from './column.ts';
import type { Int64Keys } from './int64-keys.ts';
import type { Matrix } from './matrix.ts';

export type TableKeys = Int64Keys | BytesKeys;

/**
 * A table's data: nothing but typed arrays over shared memory and plain values, so that it can be sent to another thread
 * without a copy, and written to a file as it is.
 */
export interface Table {
  /** Rows with a key come first; `rows - keyedRows` buckets for other keys may follow. */
  readonly rows: number;
  readonly keyedRows: number;
  readonly keyName: string;
  readonly keys: TableKeys;
  readonly columns: readonly Column[];
  readonly embedding: { readonly name: string; readonly matrix: Matrix } | undefined;
}

/** Bytes of memory that a table takes. */
export function tableBytes(table: Table): number {
  const { keys, columns, embedding } = table;
  let total = keys.slots.byteLength;
  total += keys.dtype === 'INT64' ? keys.words.byteLength : keys.strings.offsets.byteLength + keys.strings.heap.byteLength;
  for (const column of columns) {
    total += column.kind === 'bytes' ? column.strings.offsets.byteLength + column.strings.heap.byteLength : column.data.byteLength;
  }
  if (embedding === undefined) return total;
  const { chunks, scales, inverseNorms } = embedding.matrix;
  for (const { buffer } of chunks) total += buffer.byteLength;
  return total + (scales?.byteLength ?? 0) + inverseNorms.byteLength;
}
