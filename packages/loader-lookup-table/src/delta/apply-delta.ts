import type { Table } from '../storage/table.ts';
import { sharedBytes } from '../storage/shared-arrays.ts';
import { concatTables } from '../storage/concat-tables.ts';
import { type DeltaLayer, hide, type LayeredTable, visibleRows } from '../storage/layers.ts';
import { findKeysOf } from '../storage/find-keys.ts';

/** A delta with more rows than this part of its base is merged into a new base. */
const COMPACT_AT = 0.5;

/** What a delta's version says: rows to put in place, and keys to take away. */
export interface DeltaRows {
  readonly upserts: Table;
  /** A table of keys alone. */
  readonly deletes: Table | undefined;
}

/**
 * Lays a delta over a table. The base is not copied; a delta that was there before is merged with the new one, so that a chain of
 * any length costs two look-ups. When deltas have grown to half of their base, all becomes one table.
 */
export function applyDelta(under: LayeredTable, { upserts, deletes }: DeltaRows): LayeredTable {
  const { base, delta: earlier } = under;
  const hidden = sharedBytes(Math.ceil(base.rows / 8));
  if (earlier !== undefined) hidden.set(earlier.hidden);
  let hiddenRows = earlier?.hiddenRows ?? 0;
  for (const keys of [upserts, deletes]) {
    if (keys === undefined) continue;
    for (const row of findKeysOf(keys, base)) if (row >= 0 && hide(hidden, row)) hiddenRows += 1;
  }
  const delta: DeltaLayer = { table: mergeDeltas(earlier?.table, upserts, deletes), hidden, hiddenRows };
  const layered: LayeredTable = { base, delta };
  return delta.table.rows + hiddenRows > base.rows * COMPACT_AT ? { base: compact(layered), delta: undefined } : layered;
}

/** The rows of an earlier delta that the later one leaves as they are, and those of the later one. */
function mergeDeltas(earlier: Table | undefined, upserts: Table, deletes: Table | undefined): Table {
  if (earlier === undefined || earlier.rows === 0) return upserts;
  const gone = new Uint8Array(earlier.rows);
  for (const keys of [upserts, deletes]) {
    if (keys === undefined) continue;
    for (const row of findKeysOf(keys, earlier)) if (row >= 0) gone[row] = 1;
  }
  const kept = allRows(earlier).filter((row) => gone[row] === 0);
  return concatTables({ table: earlier, rows: kept }, { table: upserts, rows: allRows(upserts) });
}

/** One table of all rows that are served. */
export function compact(layered: LayeredTable): Table {
  const { base, delta } = layered;
  if (delta === undefined) return base;
  return concatTables({ table: base, rows: visibleRows(layered) }, { table: delta.table, rows: allRows(delta.table) });
}

function allRows({ rows }: Table): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row);
}
