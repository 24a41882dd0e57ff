import { tableError } from '../errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { BATCH_ROWS } from './read-text.ts';
import { type RowBatch, rowError, rowText, type SourceColumn } from './table-source.ts';

/** Columns of records in the order they first come up. */
export function columnsOf(names: Iterable<string>): readonly SourceColumn[] {
  return Array.from(names, (name) => ({ name, dtype: undefined, shape: undefined }));
}

/** Turns records into batches of columns; a record without a column's name has nothing there. */
export function* recordBatches(records: readonly JsonObject[], names: readonly string[]): Generator<RowBatch> {
  for (let firstRow = 0; firstRow < records.length; firstRow += BATCH_ROWS) {
    const some = records.slice(firstRow, firstRow + BATCH_ROWS);
    yield { rows: some.length, firstRow, columns: names.map((name) => ({ kind: 'values', values: some.map((record) => record.get(name) ?? null) })) };
  }
}

/** @throws ServingError `SRV_TABLE_ROW_INVALID` */
export function recordOf(path: string, value: JsonValue, where: { readonly row: number; readonly line?: number }): JsonObject {
  if (!(value instanceof Map)) throw tableError('SRV_TABLE_ROW_INVALID', [path, rowText(where.row, where.line), 'it is no object']);
  for (const [name, each] of value as JsonObject) {
    if (!isCell(each)) {
      const batch = { rows: 1, firstRow: where.row, columns: [], ...(where.line === undefined ? {} : { lines: [where.line] }) };
      throw rowError(path, batch, 0, `'${name}' is neither a value nor a list of values`);
    }
  }
  return value as JsonObject;
}

function isCell(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.every((each) => typeof each === 'number' || typeof each === 'bigint' || typeof each === 'string' || typeof each === 'boolean');
  return !(value instanceof Map);
}
