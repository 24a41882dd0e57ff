import { BATCH_ROWS, readLines } from './read-text.ts';
import type { RowBatch, TableSource } from './table-source.ts';

/** Opens a vocabulary: one token a line, whose number is its id. */
export async function openVocabulary(path: string): Promise<TableSource> {
  let rows = 0;
  for await (const _line of readLines(path)) rows += 1;
  return { path, columns: [{ name: 'key', dtype: 'BYTES', shape: [] }], rows, keyName: 'key', batches: () => readBatches(path) };
}

async function* readBatches(path: string): AsyncGenerator<RowBatch> {
  let firstRow = 0;
  let tokens: string[] = [];
  const batch = (): RowBatch => ({ rows: tokens.length, firstRow, columns: [{ kind: 'text', values: tokens }], lines: tokens.map((_, index) => firstRow + index + 1) });
  for await (const token of readLines(path)) {
    tokens.push(token);
    if (tokens.length < BATCH_ROWS) continue;
    yield batch();
    firstRow += tokens.length;
    tokens = [];
  }
  if (tokens.length > 0) yield batch();
}
