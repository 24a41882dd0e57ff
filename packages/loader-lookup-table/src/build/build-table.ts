import { tableError } from '../errors.ts';
import type { RowBatch, TableSource } from '../read/table-source.ts';
import { shardOf } from '../run/shard.ts';
import type { Table } from '../storage/table.ts';
import type { TableManifest } from '../table-manifest.ts';
import { columnTarget } from './column-target.ts';
import { checkScales, EmbeddingTarget } from './embedding-target.ts';
import { cellOf, keyOf, KeyTarget, type Picked } from './key-target.ts';
import { scanSource } from './scan.ts';
import { embeddingOf, planTable, type TablePlan } from './table-plan.ts';

/** Rows that 32-bit row numbers, and slots of two words, leave room for. */
const MAX_ROWS = 2 ** 29;

/** Scales of an `INT8` matrix, one for each row of the file. */
export interface RowScales {
  readonly path: string;
  readonly values: ArrayLike<number>;
}

/**
 * Reads a source into a table in shared memory.
 *
 * @throws ServingError `SRV_TABLE_ROW_INVALID`, `SRV_TABLE_DUPLICATE_KEY`, `SRV_TABLE_COLUMN_UNKNOWN`, `SRV_TABLE_FILE_INVALID`, …
 */
export async function buildTable(source: TableSource, manifest: TableManifest, scales?: RowScales): Promise<Table> {
  const { path } = source;
  const scanned = await scanSource(source);
  if (scanned.rows > MAX_ROWS) throw tableError('SRV_TABLE_TOO_LARGE', [path, 'rows', String(MAX_ROWS)]);
  const plan = planTable(path, source.keyName, scanned, manifest);
  if (scales !== undefined) checkScales(scales.path, scales.values, plan.rows);
  const filter = await rowFilter(source, plan, manifest);
  const options = { path, rows: filter.rows, allowNonFinite: manifest.allowNonFinite === true };
  const keys = new KeyTarget(path, plan.key.dtype, filter.rows);
  const columns = plan.columns.map((column) => ({ from: column.from, target: columnTarget(column, options) }));
  const embedding = plan.embedding === undefined ? undefined : new EmbeddingTarget(plan.embedding, options, scales?.values);
  let keyedRows = 0;
  for await (const batch of source.batches()) {
    const picked = filter.pick(batch);
    const keyed = keyedOf(batch, plan, picked);
    keyedRows += keyed.length;
    const keyValues = batch.columns[plan.key.from];
    if (keyValues !== undefined) keys.write(batch, keyValues, keyed);
    for (const { from, target } of columns) {
      const values = batch.columns[from];
      if (values !== undefined) target.write(batch, values, picked);
    }
    embedding?.write(batch, batch.columns, picked);
  }
  return {
    rows: filter.rows,
    keyedRows,
    keyName: plan.key.name,
    keys: keys.finish(filter.fileRow),
    columns: columns.map(({ target }) => target.finish()),
    embedding: embedding === undefined || plan.embedding === undefined ? undefined : { name: plan.embedding.name, matrix: embedding.finish() },
  };
}

/** Keys of bucket rows are left out by the source: its column of keys is shorter. */
function keyedOf(batch: RowBatch, plan: TablePlan, picked: Picked): Picked {
  const values = batch.columns[plan.key.from];
  const count = values === undefined ? 0 : values.kind === 'numeric' ? values.data.length / values.width : values.values.length;
  return count >= batch.rows ? picked : picked.filter((index) => index < count);
}

/** Which rows of a file are in this shard. */
interface RowFilter {
  readonly rows: number;
  pick(batch: RowBatch): Picked;
  /** The file's row that a table's row is. */
  readonly fileRow: (row: number) => number;
}

async function rowFilter(source: TableSource, plan: TablePlan, manifest: TableManifest): Promise<RowFilter> {
  const { shard } = manifest;
  let all: number[] = [];
  const everyRow = (batch: RowBatch): Picked => {
    if (all.length !== batch.rows) all = Array.from({ length: batch.rows }, (_, index) => index);
    return all;
  };
  if (shard === undefined || shard.count === 1) return { rows: plan.rows, pick: everyRow, fileRow: (row) => row };
  if (embeddingOf(manifest).buckets !== undefined) {
    throw tableError('SRV_TABLE_MANIFEST_INVALID', [source.path, '/shard', 'a table with buckets cannot be served in shards']);
  }
  const kept: number[] = [];
  for await (const batch of source.batches()) {
    const values = batch.columns[plan.key.from];
    if (values === undefined) continue;
    for (let index = 0; index < batch.rows; index += 1) {
      const key = keyOf(source.path, plan.key.dtype, { batch, index, value: cellOf(values, index) });
      if (shardOf(key, shard.count) === shard.index) kept.push(batch.firstRow + index);
    }
  }
  const rowsKept = Int32Array.from(kept);
  return {
    rows: rowsKept.length,
    pick: ({ firstRow, rows }) => rowsKept.subarray(lowerBound(rowsKept, firstRow), lowerBound(rowsKept, firstRow + rows)).map((row) => row - firstRow),
    fileRow: (row) => rowsKept[row] ?? row,
  };
}

/** The place of the first number that is not below `value`. */
function lowerBound(sorted: Int32Array, value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
