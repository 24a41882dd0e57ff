import type { ByteStrings } from './byte-strings.ts';
import type { Table } from './table.ts';

/**
 * Whether what a file says of places is true: its checksums say that it is as it was written, not that it was written by this package. Without
 * an empty slot a search would never end, and a row that is not there has no values.
 *
 * @returns what is wrong; `undefined` where nothing is
 */
export function faultOfTable({ rows, keyedRows, keys, columns }: Table): string | undefined {
  if (!(Number.isSafeInteger(rows) && Number.isSafeInteger(keyedRows) && keyedRows >= 0 && keyedRows <= rows)) return `it says ${keyedRows} of ${rows} rows have keys`;
  if (!areSlotsSound(keys.slots, keys.dtype === 'BYTES' ? 2 : 1, keyedRows)) return 'its index of keys points to rows that are not there, or has no end';
  if (keys.dtype === 'BYTES' && !areStringsSound(keys.strings)) return 'its keys lie outside the file';
  const bad = columns.find((column) => column.kind === 'bytes' && !areStringsSound(column.strings));
  return bad === undefined ? undefined : `the strings of '${bad.name}' lie outside the file`;
}

/** The last number of each slot is a row + 1, or 0. */
function areSlotsSound(slots: Int32Array, width: number, rows: number): boolean {
  let empty = 0;
  for (let at = width - 1; at < slots.length; at += width) {
    const taken = slots[at] ?? 0;
    if (taken < 0 || taken > rows) return false;
    if (taken === 0) empty += 1;
  }
  return empty > 0;
}

function areStringsSound({ offsets, heap }: ByteStrings): boolean {
  let before = 0;
  for (let at = 0; at < offsets.length; at += 1) {
    const offset = offsets[at] ?? 0;
    if (offset < before) return false;
    before = offset;
  }
  return offsets[0] === 0 && before <= heap.length;
}
