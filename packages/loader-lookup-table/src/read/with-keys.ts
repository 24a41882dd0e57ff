import { tableError } from '../errors.ts';
import { BATCH_ROWS } from './read-text.ts';
import type { RowBatch, TableSource } from './table-source.ts';

/**
 * Adds a column of keys from another file, in the same order.
 *
 * @param buckets - rows at the end that may have no key
 * @throws ServingError `SRV_TABLE_FILE_INVALID` when there are more or fewer keys than rows
 */
export function withKeys(source: TableSource, keys: TableSource, buckets: number): TableSource {
  const { rows = 0 } = source;
  const count = keys.rows ?? 0;
  if (count !== rows && count !== rows - buckets) {
    throw tableError('SRV_TABLE_FILE_INVALID', [keys.path, `it has ${count} keys, '${source.path}' has ${rows} rows`]);
  }
  const [column] = keys.columns;
  if (column === undefined || keys.columns.length !== 1) throw tableError('SRV_TABLE_FILE_INVALID', [keys.path, 'it must hold one key a row']);
  return {
    path: source.path,
    columns: [{ ...column, name: 'key' }, ...source.columns],
    rows,
    keyName: 'key',
    batches: () => sideBySide(source, keys),
  };
}

async function* sideBySide(source: TableSource, keys: TableSource): AsyncGenerator<RowBatch> {
  const keyBatches = toAsync(keys.batches());
  for await (const batch of source.batches()) {
    const next = await keyBatches.next();
    const none = { kind: 'text' as const, values: [] };
    const values = next.done === true ? none : (next.value.columns[0] ?? none);
    yield { ...batch, columns: [values, ...batch.columns] };
  }
}

async function* toAsync(batches: AsyncIterable<RowBatch> | Iterable<RowBatch>): AsyncGenerator<RowBatch, undefined> {
  yield* batches;
}

/** Adds the row's number as key, where a file has none. */
export function withRowNumbers(source: TableSource): TableSource {
  const { rows = 0 } = source;
  const numbers: TableSource = {
    path: source.path,
    columns: [{ name: 'key', dtype: 'INT64', shape: [] }],
    rows,
    keyName: 'key',
    *batches() {
      for (let firstRow = 0; firstRow < rows; firstRow += BATCH_ROWS) {
        const count = Math.min(BATCH_ROWS, rows - firstRow);
        const data = BigInt64Array.from({ length: count }, (_, index) => BigInt(firstRow + index));
        yield { rows: count, firstRow, columns: [{ kind: 'numeric', dtype: 'INT64', data, width: 1 }] };
      }
    },
  };
  return withKeys(source, numbers, 0);
}
