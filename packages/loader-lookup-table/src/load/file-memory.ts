import { FileBytes } from '../read/byte-source.ts';
import { openNpy } from '../read/npy.ts';
import { openSafetensors } from '../read/safetensors.ts';
import type { TableSource } from '../read/table-source.ts';
import { readZipDirectory } from '../read/zip.ts';
import { slotCount } from '../storage/hash.ts';
import { type MatrixDType, rowBytes, strideOf } from '../storage/matrix.ts';
import { ARRAYS } from '../storage/shared-arrays.ts';
import { describeTableFile } from '../storage/table-file.ts';
import type { DataFile } from '../table-files.ts';
import type { TableFormat } from '../table-manifest.ts';

/** Upper bounds of what a load of one file takes. */
export interface FileMemory {
  readonly table: number;
  /** What an index over its vectors takes beside it. */
  readonly index: number;
}

/** Bytes of memory for one byte of the file, where the file does not say how many rows it has. */
const BYTES_PER_FILE_BYTE: Readonly<Partial<Record<TableFormat, number>>> = { json: 12, jsonl: 6, csv: 6, tsv: 6, parquet: 12 };
const INDEX_BYTES_PER_FILE_BYTE = 6;
/** Links of a row in an index, and its part of what the library has in reserve: 297 measured. */
const INDEX_LINK_BYTES = 400;
/** A row's length, and its scale. */
const NORM_BYTES = 8;
/** An `.npz` is held in memory while it is read. */
const BYTES_PER_INFLATED_BYTE = 4;

/** @param bytes - sizes of the file and of those beside it */
export async function fileMemory(file: DataFile, bytes: number): Promise<FileMemory> {
  try {
    return (await memoryByHead(file, bytes)) ?? bySize(file.format, bytes);
  } catch {
    // A damaged file is refused by the load, with the reason.
    return bySize(file.format, bytes);
  }
}

function bySize(format: TableFormat, bytes: number): FileMemory {
  return { table: bytes * (BYTES_PER_FILE_BYTE[format] ?? 3), index: bytes * INDEX_BYTES_PER_FILE_BYTE };
}

async function memoryByHead({ path, format }: DataFile, bytes: number): Promise<FileMemory | undefined> {
  if (format === 'npy') return ofArrays(await openNpy(path), bytes);
  if (format === 'safetensors') return ofArrays(await openSafetensors(path), bytes);
  if (format === 'npz') {
    const inflated = (await readZipDirectory(await FileBytes.open(path))).reduce((total, { size }) => total + size, 0);
    return { table: inflated * BYTES_PER_INFLATED_BYTE, index: inflated * INDEX_BYTES_PER_FILE_BYTE };
  }
  if (format !== 'table') return undefined;
  const { rows, embedding } = await describeTableFile(path);
  return { table: bytes, index: embedding === undefined ? 0 : rows * indexRowBytes(embedding.dtype, embedding.dim) };
}

function indexRowBytes(dtype: MatrixDType, dim: number): number {
  return dim * (dtype === 'FP32' ? 4 : 2) + INDEX_LINK_BYTES;
}

/** Keys, every array as a column, and every array of vectors as a matrix too. */
function ofArrays({ rows = 0, columns }: TableSource, bytes: number): FileMemory {
  // The keys' own bytes, if they stand in another file, are among `bytes`; BYTES keys have the larger slots.
  let row = 8;
  let index = 0;
  for (const { dtype, shape } of columns) {
    const width = shape?.[0] ?? 1;
    row += width * (dtype === undefined || dtype === 'BYTES' ? 4 : ARRAYS[dtype].BYTES_PER_ELEMENT);
    if (shape === undefined || shape.length === 0) continue;
    const kept = dtype === 'FP16' || dtype === 'INT8' ? dtype : 'FP32';
    row += rowBytes({ dtype: kept, stride: strideOf(kept, width) }) + NORM_BYTES;
    index = Math.max(index, indexRowBytes(kept, width));
  }
  return { table: rows * row + slotCount(rows) * 8 + bytes / 8, index: rows * index };
}
