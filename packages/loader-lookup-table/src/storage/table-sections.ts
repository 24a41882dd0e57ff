import type { ByteStrings } from './byte-strings.ts';
import type { Column } from './column.ts';
import { slotCount } from './hash.ts';
import { allocateMatrix, chunkData, type Matrix, type MatrixDType } from './matrix.ts';
import { allocateShared, type ColumnDType, sharedBytes, sharedInt32, sharedUint32 } from './shared-arrays.ts';
import type { Table, TableKeys } from './table.ts';

/** All of a table but its arrays, as JSON can hold it. */
export interface TableDescription {
  readonly rows: number;
  readonly keyedRows: number;
  readonly keyName: string;
  readonly keyDType: 'INT64' | 'BYTES';
  readonly columns: readonly { readonly name: string; readonly dtype: ColumnDType; readonly shape: readonly number[]; readonly fallback: string }[];
  readonly embedding: { readonly name: string; readonly dtype: MatrixDType; readonly dim: number; readonly rowsPerChunk: number } | undefined;
}

export function describeTable({ rows, keyedRows, keyName, keys, columns, embedding }: Table): TableDescription {
  const described = columns.map(({ name, dtype, shape, fallback }) => ({
    name,
    dtype,
    shape,
    fallback: fallback instanceof Uint8Array ? Buffer.from(fallback).toString('base64') : String(fallback),
  }));
  if (embedding === undefined) return { rows, keyedRows, keyName, keyDType: keys.dtype, columns: described, embedding: undefined };
  const { dtype, dim, rowsPerChunk } = embedding.matrix;
  return { rows, keyedRows, keyName, keyDType: keys.dtype, columns: described, embedding: { name: embedding.name, dtype, dim, rowsPerChunk } };
}

/** A table's arrays as bytes, by name, in the order they are written. Shares their memory. */
export function sectionsOf({ keys, columns, embedding }: Table): ReadonlyMap<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>();
  const add = (name: string, array: ArrayBufferView): void => void sections.set(name, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const addStrings = (name: string, { offsets, heap }: ByteStrings): void => {
    add(`${name}.offsets`, offsets);
    add(`${name}.heap`, heap);
  };
  add('keys.slots', keys.slots);
  if (keys.dtype === 'INT64') add('keys.words', keys.words);
  else addStrings('keys', keys.strings);
  for (const [at, column] of columns.entries()) {
    if (column.kind === 'bytes') addStrings(`column.${at}`, column.strings);
    else add(`column.${at}.data`, column.data);
  }
  if (embedding !== undefined) addMatrix(embedding.matrix, add);
  return sections;
}

function addMatrix(matrix: Matrix, add: (name: string, array: ArrayBufferView) => void): void {
  for (const chunk of matrix.chunks.keys()) add(`embedding.chunk.${chunk}`, chunkData(matrix, chunk));
  if (matrix.scales !== undefined) add('embedding.scales', matrix.scales);
  add('embedding.norms', matrix.inverseNorms);
}

/** A table with room for its arrays. @param bytes - sizes of the sections, for those that rows do not tell */
export function tableOf({ rows, keyedRows, keyName, keyDType, columns, embedding }: TableDescription, bytes: ReadonlyMap<string, number>): Table {
  const strings = (name: string, count: number): ByteStrings => ({ offsets: sharedUint32(count + 1), heap: sharedBytes(bytes.get(`${name}.heap`) ?? 0) });
  const slots = slotCount(keyedRows);
  const keys: TableKeys =
    keyDType === 'INT64'
      ? { dtype: 'INT64', words: sharedInt32(keyedRows * 2), slots: sharedInt32(slots) }
      : { dtype: 'BYTES', strings: strings('keys', keyedRows), slots: sharedInt32(slots * 2) };
  return {
    rows,
    keyedRows,
    keyName,
    keys,
    columns: columns.map((column, at): Column => {
      const { name, dtype, shape, fallback } = column;
      if (dtype === 'BYTES') return { kind: 'bytes', name, dtype, strings: strings(`column.${at}`, rows), shape: [], fallback: Uint8Array.from(Buffer.from(fallback, 'base64')) };
      const isBig = dtype === 'INT64' || dtype === 'UINT64';
      return { kind: 'numeric', name, dtype, data: allocateShared(dtype, rows * (shape[0] ?? 1)), shape, fallback: isBig ? BigInt(fallback) : Number(fallback) };
    }),
    embedding: embedding === undefined ? undefined : { name: embedding.name, matrix: allocateMatrix({ ...embedding, rows }) },
  };
}
