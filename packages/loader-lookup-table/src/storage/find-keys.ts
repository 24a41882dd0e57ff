import { stringAt } from './byte-strings.ts';
import { BytesFinder } from './bytes-keys.ts';
import { findInt64 } from './int64-keys.ts';
import type { Table } from './table.ts';

/** The row in `table` of each key of `keys`; -1 where there is none. Both tables' keys are of one dtype. */
export function findKeysOf(keys: Table, table: Table): Int32Array {
  const rows = new Int32Array(keys.keyedRows);
  if (keys.keys.dtype === 'INT64' && table.keys.dtype === 'INT64') {
    findInt64(table.keys, keys.keys.words, rows, 0, rows.length);
  } else if (keys.keys.dtype === 'BYTES' && table.keys.dtype === 'BYTES') {
    const { strings } = keys.keys;
    new BytesFinder(table.keys).find(Array.from(rows, (_, row) => stringAt(strings, row)), rows, 0, rows.length);
  }
  return rows;
}
