import { messageOf } from '@servable/core';
import { tableError } from '../errors.ts';
import { type JsonObject, parseJsonExactly } from './json-value.ts';
import { BATCH_ROWS, readLines } from './read-text.ts';
import { columnsOf, recordOf } from './records.ts';
import { type RowBatch, rowText, type TableSource } from './table-source.ts';

/** Opens a file of one JSON object a line. */
export async function openJsonLines(path: string): Promise<TableSource> {
  const names = new Set<string>();
  let rows = 0;
  for await (const { record } of readRecords(path)) {
    rows += 1;
    for (const name of record.keys()) names.add(name);
  }
  const columns = columnsOf(names);
  return { path, columns, rows: rows === 0 ? 0 : undefined, keyName: undefined, batches: () => readBatches(path, [...names]) };
}

async function* readBatches(path: string, names: readonly string[]): AsyncGenerator<RowBatch> {
  let firstRow = 0;
  let records: JsonObject[] = [];
  let lines: number[] = [];
  const batch = (): RowBatch => {
    const columns = names.map((name) => ({ kind: 'values' as const, values: records.map((record) => record.get(name) ?? null) }));
    return { rows: records.length, firstRow, columns, lines };
  };
  for await (const { record, line } of readRecords(path)) {
    records.push(record);
    lines.push(line);
    if (records.length < BATCH_ROWS) continue;
    yield batch();
    firstRow += records.length;
    records = [];
    lines = [];
  }
  if (records.length > 0) yield batch();
}

async function* readRecords(path: string): AsyncGenerator<{ readonly record: JsonObject; readonly line: number }> {
  let line = 0;
  let row = 0;
  for await (const text of readLines(path)) {
    line += 1;
    if (text.trim() === '') continue;
    try {
      yield { record: recordOf(path, parseJsonExactly(text), { row, line }), line };
    } catch (error) {
      // Faults of the text; those of the record say already where they are.
      if (error instanceof Error && 'code' in error) throw error;
      throw tableError('SRV_TABLE_ROW_INVALID', [path, rowText(row, line), messageOf(error).replace(/^line \d+, /, '')], { cause: error });
    }
    row += 1;
  }
}
