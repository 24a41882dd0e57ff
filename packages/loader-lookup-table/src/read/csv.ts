import { messageOf } from '@servable/core';
import { CsvError, parse } from 'csv-parse';
import { Readable } from 'node:stream';
import { tableError } from '../errors.ts';
import { BATCH_ROWS, readText } from './read-text.ts';
import { type RowBatch, rowText, type TableSource } from './table-source.ts';

/** Opens a text file of separated values whose first line names the columns (RFC 4180). */
export async function openCsv(path: string, delimiter: string): Promise<TableSource> {
  const names = await readHeader(path, delimiter);
  const [only = ''] = names;
  const other = names.length === 1 ? [';', '\t', '|', ','].find((each) => each !== delimiter && only.includes(each)) : undefined;
  if (other !== undefined) {
    const reason = `its header is one column, ${JSON.stringify(only)}: if ${JSON.stringify(other)} stands between values, set "delimiter": ${JSON.stringify(other)} in table.json`;
    throw tableError('SRV_TABLE_FILE_INVALID', [path, reason]);
  }
  return {
    path,
    columns: names.map((name) => ({ name, dtype: undefined, shape: undefined })),
    rows: undefined,
    keyName: undefined,
    batches: () => readBatches(path, delimiter, names),
  };
}

async function readHeader(path: string, delimiter: string): Promise<readonly string[]> {
  for await (const { cells } of records(path, delimiter)) {
    const twice = cells.find((name, at) => cells.indexOf(name) !== at);
    if (twice !== undefined) throw tableError('SRV_TABLE_FILE_INVALID', [path, `its header names the column '${twice}' twice`]);
    return cells;
  }
  throw tableError('SRV_TABLE_FILE_INVALID', [path, 'it is empty: its first line must name the columns']);
}

async function* readBatches(path: string, delimiter: string, names: readonly string[]): AsyncGenerator<RowBatch> {
  let firstRow = -1;
  let columns: string[][] = names.map(() => []);
  let lines: number[] = [];
  let nextLine = 1;
  for await (const { cells, endLine } of records(path, delimiter)) {
    const line = nextLine;
    nextLine = endLine + 1;
    if (firstRow < 0) {
      firstRow = 0;
      continue;
    }
    if (cells.length !== names.length) {
      const row = rowText(firstRow + lines.length, line);
      throw tableError('SRV_TABLE_ROW_INVALID', [path, row, `it has ${cells.length} values, the header names ${names.length} columns`]);
    }
    for (const [at, cell] of cells.entries()) columns[at]?.push(cell);
    lines.push(line);
    if (lines.length < BATCH_ROWS) continue;
    yield { rows: lines.length, firstRow, columns: columns.map((values) => ({ kind: 'text', values })), lines };
    firstRow += lines.length;
    columns = names.map(() => []);
    lines = [];
  }
  if (lines.length > 0) yield { rows: lines.length, firstRow, columns: columns.map((values) => ({ kind: 'text', values })), lines };
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly endLine: number;
}

async function* records(path: string, delimiter: string): AsyncGenerator<CsvRecord> {
  const parser = parse({ delimiter, relax_column_count: true, skip_empty_lines: true, info: true });
  const input = Readable.from(readText(path));
  input.on('error', (error) => parser.destroy(error));
  try {
    for await (const each of input.pipe(parser)) {
      const { record, info } = each as { readonly record: string[]; readonly info: { readonly lines: number } };
      yield { cells: record, endLine: info.lines };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
  } finally {
    input.destroy();
    parser.destroy();
  }
}
