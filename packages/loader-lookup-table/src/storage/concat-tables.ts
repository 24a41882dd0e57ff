import { ByteStringsBuilder, type ByteStrings, stringAt } from './byte-strings.ts';
import { indexBytes } from './bytes-keys.ts';
import { type Column, columnWidth } from './column.ts';
import { indexInt64 } from './int64-keys.ts';
import { allocateMatrix, type Matrix, MatrixRows } from './matrix.ts';
import { allocateShared, type NumericArray, sharedInt32 } from './shared-arrays.ts';
import type { Table, TableKeys } from './table.ts';

/** Some rows of a table. */
export interface TablePart {
  readonly table: Table;
  readonly rows: Int32Array;
}

/** One table of the rows of several with the same columns; no key may be in two. */
export function concatTables(first: TablePart, ...others: readonly TablePart[]): Table {
  const parts = [first, ...others];
  const rows = parts.reduce((total, part) => total + part.rows.length, 0);
  return {
    ...first.table,
    rows,
    keyedRows: rows,
    keys: concatKeys(parts, rows),
    columns: first.table.columns.map((column, at) => concatColumns(column, parts, { at, rows })),
    embedding: first.table.embedding === undefined ? undefined : { ...first.table.embedding, matrix: concatMatrices(first.table.embedding.matrix, parts, rows) },
  };
}

function concatKeys(parts: readonly TablePart[], rows: number): TableKeys {
  const [first] = parts;
  if (first?.table.keys.dtype === 'BYTES') {
    const strings = concatStrings(parts.map(({ table, rows: wanted }) => ({ strings: table.keys.dtype === 'BYTES' ? table.keys.strings : undefined, rows: wanted })), rows);
    return unique(indexBytes(strings));
  }
  const words = sharedInt32(rows * 2);
  let to = 0;
  for (const { table, rows: wanted } of parts) {
    if (table.keys.dtype !== 'INT64') continue;
    for (const row of wanted) {
      words[to] = table.keys.words[row * 2] ?? 0;
      words[to + 1] = table.keys.words[row * 2 + 1] ?? 0;
      to += 2;
    }
  }
  return unique(indexInt64(words));
}

function unique<T extends object>(keys: T | { readonly row: number; readonly earlier: number }): T {
  if ('earlier' in keys) throw new Error(`rows ${keys.earlier} and ${keys.row} have one key`);
  return keys;
}

function concatStrings(parts: readonly { readonly strings: ByteStrings | undefined; readonly rows: Int32Array }[], rows: number): ByteStrings {
  const builder = new ByteStringsBuilder(rows);
  for (const { strings, rows: wanted } of parts) {
    if (strings === undefined) continue;
    for (const row of wanted) if (!builder.add(stringAt(strings, row))) throw new Error('more than 4 GiB of strings in one column');
  }
  return builder.finish();
}

function concatColumns(column: Column, parts: readonly TablePart[], { at, rows }: { readonly at: number; readonly rows: number }): Column {
  if (column.kind === 'bytes') {
    const sources = parts.map(({ table, rows: wanted }) => {
      const each = table.columns[at];
      return { strings: each?.kind === 'bytes' ? each.strings : undefined, rows: wanted };
    });
    return { ...column, strings: concatStrings(sources, rows) };
  }
  const width = columnWidth(column);
  const data = allocateShared(column.dtype, rows * width);
  let to = 0;
  for (const { table, rows: wanted } of parts) {
    const source = table.columns[at];
    if (source?.kind !== 'numeric') continue;
    for (const row of wanted) {
      copyElements(source.data, row * width, data, { at: to, width });
      to += width;
    }
  }
  return { ...column, data };
}

/** Both arrays are of one dtype. */
function copyElements(from: NumericArray, start: number, to: NumericArray, { at, width }: { readonly at: number; readonly width: number }): void {
  if (width === 1) to[at] = from[start] ?? 0;
  else (to as Float64Array).set(from.subarray(start, start + width) as Float64Array, at);
}

function concatMatrices(first: Matrix, parts: readonly TablePart[], rows: number): Matrix {
  const matrix = allocateMatrix({ dtype: first.dtype, rows, dim: first.dim });
  const target = new MatrixRows(matrix);
  let to = 0;
  for (const { table, rows: wanted } of parts) {
    if (table.embedding === undefined) continue;
    const source = new MatrixRows(table.embedding.matrix);
    for (const row of wanted) {
      source.copyTo(row, target, to);
      to += 1;
    }
  }
  return matrix;
}
