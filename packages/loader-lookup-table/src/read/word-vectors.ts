import { tableError } from '../errors.ts';
import { BATCH_ROWS, readLines } from './read-text.ts';
import { type RowBatch, rowText, type TableSource } from './table-source.ts';

/** What the first line says: rows and numbers a row in a header, or the first vector. */
interface Head {
  readonly rows: number | undefined;
  readonly dim: number;
}

/** Opens word vectors as text (word2vec, GloVe, fastText): a word and its numbers a line; a first line of two counts is a header. */
export async function openWordVectors(path: string): Promise<TableSource> {
  const head = await readHead(path);
  return {
    path,
    columns: [
      { name: 'key', dtype: 'BYTES', shape: [] },
      { name: 'vector', dtype: 'FP32', shape: [head.dim] },
    ],
    rows: head.rows,
    keyName: 'key',
    batches: () => readBatches(path, head),
  };
}

async function readHead(path: string): Promise<Head> {
  for await (const line of readLines(path)) {
    const counts = /^(\d+) (\d+)$/.exec(line.trim());
    if (counts !== null) return { rows: Number(counts[1]), dim: Number(counts[2]) };
    const dim = line.trimEnd().split(' ').length - 1;
    if (dim < 1) break;
    return { rows: undefined, dim };
  }
  throw tableError('SRV_TABLE_FILE_INVALID', [path, 'its first line is neither two counts nor a word and its vector']);
}

async function* readBatches(path: string, { rows, dim }: Head): AsyncGenerator<RowBatch> {
  let [firstRow, line] = [0, 0];
  let words: string[] = [];
  let lines: number[] = [];
  let numbers = new Float64Array(BATCH_ROWS * dim);
  const batch = (): RowBatch => ({
    rows: words.length,
    firstRow,
    columns: [{ kind: 'text', values: words }, { kind: 'numeric', dtype: 'FP64', data: numbers.subarray(0, words.length * dim), width: dim }],
    lines,
  });
  for await (const text of readLines(path)) {
    line += 1;
    if ((line === 1 && rows !== undefined) || text === '') continue;
    const where = rowText(firstRow + words.length, line);
    words.push(readLine(path, text, { where, numbers, at: words.length * dim, dim }));
    lines.push(line);
    if (words.length < BATCH_ROWS) continue;
    yield batch();
    firstRow += words.length;
    words = [];
    lines = [];
    numbers = new Float64Array(BATCH_ROWS * dim);
  }
  if (words.length > 0) yield batch();
  const total = firstRow + words.length;
  if (rows !== undefined && total !== rows) throw tableError('SRV_TABLE_FILE_INVALID', [path, `its header says ${rows} rows, there are ${total}`]);
}

interface Place {
  readonly where: string;
  readonly numbers: Float64Array;
  readonly at: number;
  readonly dim: number;
}

/** A word may hold spaces, so the numbers are counted from the end. */
function readLine(path: string, text: string, { where, numbers, at, dim }: Place): string {
  const parts = text.trimEnd().split(' ');
  const first = parts.length - dim;
  if (first < 1) throw tableError('SRV_TABLE_ROW_INVALID', [path, where, `it has ${Math.max(parts.length - 1, 0)} numbers, others have ${dim}`]);
  for (let column = 0; column < dim; column += 1) {
    const part = parts[first + column] ?? '';
    const number = Number(part);
    if (part === '' || (Number.isNaN(number) && part.toLowerCase() !== 'nan')) throw tableError('SRV_TABLE_ROW_INVALID', [path, where, `'${part}' is no number`]);
    numbers[at + column] = number;
  }
  return parts.slice(0, first).join(' ');
}
