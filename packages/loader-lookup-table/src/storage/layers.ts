import { type Table, tableBytes } from './table.ts';

/** Rows that replace or add to those of a base. */
export interface DeltaLayer {
  readonly table: Table;
  /** A bit a row of the base: 1 where the row was replaced or deleted. */
  readonly hidden: Uint8Array;
  readonly hiddenRows: number;
}

/**
 * A table as it is served: a base, and at most one delta over it. Rows of the base have its numbers, those of the delta follow.
 * The base is shared with the version it came from.
 */
export interface LayeredTable {
  readonly base: Table;
  readonly delta: DeltaLayer | undefined;
}

export function isHidden(hidden: Uint8Array, row: number): boolean {
  return (((hidden[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

/** @returns whether the row was not hidden before */
export function hide(hidden: Uint8Array, row: number): boolean {
  if (isHidden(hidden, row)) return false;
  hidden[row >> 3] = (hidden[row >> 3] ?? 0) | (1 << (row & 7));
  return true;
}

/** Rows of the base that are served. */
export function visibleRows({ base, delta }: LayeredTable): Int32Array {
  const rows = new Int32Array(base.rows - (delta?.hiddenRows ?? 0));
  let count = 0;
  for (let row = 0; row < base.rows; row += 1) {
    if (delta !== undefined && isHidden(delta.hidden, row)) continue;
    rows[count] = row;
    count += 1;
  }
  return rows;
}

export function liveRows({ base, delta }: LayeredTable): number {
  return base.rows - (delta?.hiddenRows ?? 0) + (delta?.table.rows ?? 0);
}

export function layeredBytes({ base, delta }: LayeredTable): number {
  return tableBytes(base) + (delta === undefined ? 0 : tableBytes(delta.table) + delta.hidden.byteLength);
}
