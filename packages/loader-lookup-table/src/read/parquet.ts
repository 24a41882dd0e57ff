import { messageOf } from '@servable/core';
import type { AsyncBuffer, Compressors, ParquetParsers, ParquetScan, SchemaTree } from 'hyparquet';
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { tableError } from '../errors.ts';
import type { NumericDType } from '../storage/shared-arrays.ts';
import { FileBytes } from './byte-source.ts';
import { BATCH_ROWS } from './read-text.ts';
import type { RowBatch, SourceColumn, TableSource } from './table-source.ts';

/** Times stay the integers that they are in the file. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value) => value,
  timestampFromMicroseconds: (value) => value,
  timestampFromNanoseconds: (value) => value,
  dateFromDays: (value) => value,
};

/** The library's LZ4 fails at a page of no bytes, which is one zero when it is compressed. */
const DECOMPRESSORS: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [codec, (input: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : decompress(input, length))]),
);

const INTEGERS: Readonly<Record<string, NumericDType>> = {
  INT_8: 'INT8',
  UINT_8: 'UINT8',
  INT_16: 'INT16',
  UINT_16: 'UINT16',
  UINT_32: 'UINT32',
  UINT_64: 'UINT64',
};

/** Opens a Parquet file. Row groups are read one at a time. */
export async function openParquet(path: string): Promise<TableSource> {
  const bytes = await FileBytes.open(path);
  const file: AsyncBuffer = {
    byteLength: bytes.size,
    slice: async (from, to = bytes.size) => (await bytes.read(from, to - from)).buffer as ArrayBuffer,
  };
  return naming(path, async () => {
    const metadata = await parquetMetadataAsync(file, { parsers: PARSERS });
    const scan = await parquetScan({ file, metadata, compressors: DECOMPRESSORS, utf8: false, parsers: PARSERS });
    const columns = parquetSchema(metadata).children.map(columnOf);
    return { path, columns, rows: Number(metadata.num_rows), keyName: undefined, batches: () => readBatches(path, scan, columns) };
  });
}

/** What the library finds wrong, with the file's name. */
async function naming<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
  }
}

function columnOf({ element, children }: SchemaTree): SourceColumn {
  const leaf = leafOf(children);
  const isList = leaf !== undefined;
  const { type, converted_type: converted = '', logical_type: logical } = leaf?.element ?? element;
  return { name: element.name, dtype: dtypeOf(type, converted, logical?.type), shape: isList ? undefined : [] };
}

/** The element of a list, below its one or two groups. */
function leafOf(children: readonly SchemaTree[]): SchemaTree | undefined {
  const [child] = children;
  return child === undefined ? undefined : (leafOf(child.children) ?? child);
}

function dtypeOf(type: string | undefined, converted: string, logical: string | undefined): SourceColumn['dtype'] {
  if (logical === 'FLOAT16') return 'FP16';
  if (type === 'BOOLEAN') return 'BOOL';
  if (type === 'FLOAT') return 'FP32';
  // The library gives decimals as doubles.
  if (type === 'DOUBLE' || converted === 'DECIMAL') return 'FP64';
  if (type === 'INT32') return INTEGERS[converted] ?? 'INT32';
  if (type === 'INT64') return INTEGERS[converted] ?? 'INT64';
  return 'BYTES';
}

async function* readBatches(path: string, scan: ParquetScan, columns: readonly SourceColumn[]): AsyncGenerator<RowBatch> {
  for (const { rowStart, rowEnd } of scan.ranges) {
    const values = await naming(path, async () => {
      const read: ArrayLike<unknown>[] = [];
      for (const { name } of columns) read.push(await scan.readColumn({ column: name, rowStart, rowEnd }));
      return read;
    });
    for (let firstRow = rowStart; firstRow < rowEnd; firstRow += BATCH_ROWS) {
      const to = Math.min(firstRow + BATCH_ROWS, rowEnd);
      const slices = values.map((column) => ({ kind: 'values' as const, values: Array.prototype.slice.call(column, firstRow - rowStart, to - rowStart) as unknown[] }));
      yield { rows: to - firstRow, firstRow, columns: slices };
    }
  }
}
