import { batchRowText, type ColumnValues, type RowBatch, rowError, type SourceColumn, type TableSource } from '../read/table-source.ts';
import { looksLikeBoolean, looksLikeInteger, looksLikeNumber } from './convert.ts';

/** What a look at every value says. */
export interface ScannedSource {
  readonly rows: number;
  readonly columns: readonly (SourceColumn & { readonly dtype: NonNullable<SourceColumn['dtype']>; readonly shape: readonly number[] })[];
}

/** What all values of a column can be read as. */
class ColumnFacts {
  isInteger = true;
  isNumber = true;
  isBoolean = true;
  isText = true;
  hasValue = false;
  /** Length of the first vector, and where it stands; -1 when values are no vectors. */
  width: number | undefined;
  widthAt = '';
}

/**
 * Reads a source once, for what it does not say itself: the number of rows, and the dtypes and widths of columns.
 *
 * @throws ServingError `SRV_TABLE_ROW_INVALID` for a vector of another length, or a vector among numbers
 */
export async function scanSource(source: TableSource): Promise<ScannedSource> {
  const isKnown = source.rows !== undefined && source.columns.every(({ dtype, shape }) => dtype !== undefined && shape !== undefined);
  const facts = source.columns.map(() => new ColumnFacts());
  let rows = source.rows ?? 0;
  if (!isKnown) {
    rows = 0;
    for await (const batch of source.batches()) {
      rows += batch.rows;
      for (const [at, values] of batch.columns.entries()) lookAt(source, batch, { column: source.columns[at], facts: facts[at], values });
    }
  }
  return { rows, columns: source.columns.map((column, at) => ({ ...column, ...typeOf(column, facts[at] ?? new ColumnFacts()) })) };
}

interface Look {
  readonly column: SourceColumn | undefined;
  readonly facts: ColumnFacts | undefined;
  readonly values: ColumnValues;
}

function lookAt(source: TableSource, batch: RowBatch, { column, facts, values }: Look): void {
  if (facts === undefined || column === undefined || values.kind === 'numeric') return;
  if (values.kind === 'text') {
    for (const value of values.values) lookAtText(facts, value);
    return;
  }
  for (const [index, value] of values.values.entries()) {
    if (value === null || value === undefined) continue;
    const width = widthOf(value);
    if (facts.width === undefined) {
      facts.width = width;
      facts.widthAt = batchRowText(batch, index);
    } else if (facts.width !== width) {
      throw rowError(source.path, batch, index, `'${column.name}' has ${countText(width)}, ${facts.widthAt} has ${countText(facts.width)}`);
    }
    lookAtValue(facts, value);
  }
}

function widthOf(value: unknown): number {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array)) ? (value as unknown as ArrayLike<unknown>).length : -1;
}

function countText(width: number): string {
  if (width < 0) return 'a single value';
  return width === 1 ? '1 value' : `${width} values`;
}

function lookAtText(facts: ColumnFacts, text: string): void {
  if (text === '') return;
  facts.hasValue = true;
  if (facts.isInteger && !looksLikeInteger(text)) facts.isInteger = false;
  if (facts.isNumber && !looksLikeNumber(text)) facts.isNumber = false;
  if (facts.isBoolean && !looksLikeBoolean(text)) facts.isBoolean = false;
}

function lookAtValue(facts: ColumnFacts, value: unknown): void {
  facts.hasValue = true;
  if (widthOf(value) >= 0) {
    for (const each of value as ArrayLike<unknown> & Iterable<unknown>) lookAtValue(facts, each);
    return;
  }
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  if (!isNumber) facts.isNumber = false;
  if (!(typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value))) facts.isInteger = false;
  if (typeof value !== 'boolean') facts.isBoolean = false;
}

function typeOf(column: SourceColumn, facts: ColumnFacts): { readonly dtype: NonNullable<SourceColumn['dtype']>; readonly shape: readonly number[] } {
  const isVector = facts.width !== undefined && facts.width >= 0;
  const shape = column.shape ?? (isVector ? [facts.width ?? 0] : []);
  if (column.dtype !== undefined) return { dtype: column.dtype, shape };
  if (!facts.hasValue) return { dtype: isVector ? 'FP32' : 'BYTES', shape };
  if (facts.isBoolean) return { dtype: 'BOOL', shape };
  // A vector of whole numbers is a vector all the same.
  if (facts.isNumber && isVector) return { dtype: 'FP32', shape };
  if (facts.isInteger) return { dtype: 'INT64', shape };
  return { dtype: facts.isNumber ? 'FP64' : 'BYTES', shape };
}
