import { messageOf } from '@servable/core';
import { tableError } from '../errors.ts';
import { type JsonObject, type JsonValue, parseJsonExactly } from './json-value.ts';
import { readText } from './read-text.ts';
import { columnsOf, recordBatches, recordOf } from './records.ts';
import type { TableSource } from './table-source.ts';

/**
 * Opens a JSON file: a list of records, or an object whose names are the keys and whose values are records, vectors or single
 * values.
 */
export async function openJson(path: string): Promise<TableSource> {
  const root = await parseFile(path);
  const records = Array.isArray(root) ? root.map((value: JsonValue, row) => recordOf(path, value, { row })) : keyedRecords(path, root);
  const names = [...new Set(records.flatMap((record) => [...record.keys()]))];
  return {
    path,
    columns: columnsOf(names),
    rows: undefined,
    keyName: Array.isArray(root) ? undefined : 'key',
    batches: () => recordBatches(records, names),
  };
}

async function parseFile(path: string): Promise<JsonValue> {
  let text = '';
  for await (const piece of readText(path)) text += piece;
  try {
    return parseJsonExactly(text);
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
  }
}

function keyedRecords(path: string, root: JsonValue): readonly JsonObject[] {
  if (!(root instanceof Map)) throw tableError('SRV_TABLE_FILE_INVALID', [path, 'it is neither a list of records nor an object by key']);
  return Array.from(root as JsonObject, ([key, value], row) => {
    if (!(value instanceof Map)) return recordOf(path, new Map<string, JsonValue>([['key', key], [Array.isArray(value) ? 'vector' : 'value', value]]), { row });
    return recordOf(path, new Map<string, JsonValue>([['key', key], ...(value as JsonObject)]), { row });
  });
}
