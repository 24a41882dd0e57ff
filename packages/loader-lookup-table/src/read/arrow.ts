import { messageOf } from '@servable/core';
import { type DataType, type Table as ArrowTable, tableFromIPC, Type } from '@uwdata/flechette';
import { readFile } from 'node:fs/promises';
import { tableError } from '../errors.ts';
import type { NumericDType } from '../storage/shared-arrays.ts';
import { BATCH_ROWS } from './read-text.ts';
import type { ColumnValues, RowBatch, SourceColumn, TableSource } from './table-source.ts';

/** Opens an Arrow IPC file or stream without compression. */
export async function openArrow(path: string): Promise<TableSource> {
  let table: ArrowTable;
  try {
    table = tableFromIPC(await readFile(path), { useBigInt: true, useDate: false, useBigIntTimestamp: true });
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, `${messageOf(error)} (Arrow IPC files and streams without compression are read)`], { cause: error });
  }
  if (table.schema.fields.length === 0) throw tableError('SRV_TABLE_FILE_INVALID', [path, 'it holds no columns']);
  const columns = table.schema.fields.map(({ name, type }) => columnOf(name, type));
  return { path, columns, rows: table.numRows, keyName: undefined, batches: () => readBatches(table, columns) };
}

function columnOf(name: string, type: DataType): SourceColumn {
  if (type.typeId === Type.FixedSizeList) return { name, dtype: dtypeOf(type.children[0]?.type), shape: [type.stride] };
  if (type.typeId === Type.List || type.typeId === Type.LargeList) return { name, dtype: dtypeOf(type.children[0]?.type), shape: undefined };
  return { name, dtype: dtypeOf(type.typeId === Type.Dictionary ? type.dictionary : type), shape: [] };
}

function dtypeOf(type: DataType | undefined): SourceColumn['dtype'] {
  switch (type?.typeId) {
    case Type.Int:
      return `${type.signed ? 'INT' : 'UINT'}${type.bitWidth}` as NumericDType;
    case Type.Float:
      return (['FP16', 'FP32', 'FP64'] as const)[type.precision];
    case Type.Bool:
      return 'BOOL';
    case Type.Timestamp:
    case Type.Duration:
      return 'INT64';
    case Type.Decimal:
      return 'FP64';
    case Type.Date:
    case Type.Time:
      // What the library gives depends on their unit: the values tell.
      return undefined;
    default:
      return 'BYTES';
  }
}

function* readBatches(table: ArrowTable, columns: readonly SourceColumn[]): Generator<RowBatch> {
  const read = columns.map((_, at) => table.getChildAt(at));
  for (let firstRow = 0; firstRow < table.numRows; firstRow += BATCH_ROWS) {
    const rows = Math.min(BATCH_ROWS, table.numRows - firstRow);
    const values = read.map((column): ColumnValues => ({ kind: 'values', values: Array.from({ length: rows }, (_, index): unknown => column.at(firstRow + index)) }));
    yield { rows, firstRow, columns: values };
  }
}
