import { Bool, type DataType, Field, FixedSizeList, Float16, Float32, Float64, Int16, Int32, Int64, Int8, Table, tableToIPC, Uint16, Uint32, Uint64, Uint8, Utf8, type Vector, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ColumnDType } from '../src/storage/shared-arrays.ts';
import { type ArrayOf, npyOf, npzOf, safetensorsOf } from './array-writers.ts';
import { arrayOfColumn, arrayOfKeys, arrayOfVectors } from './table-arrays.ts';
import { manifestOf } from './expect-table.ts';
import type { Cell, RandomTable } from './random-table.ts';
import type { TableFiles } from './temporary-table.ts';

/** A random table as the files of one format. */
export type TableWriter = (table: RandomTable) => TableFiles;

const KEY = 'the key';

function numberText(cell: Exclude<Cell, null>): string {
  return Object.is(cell, -0) ? '-0.0' : String(cell);
}

const rowsOf = ({ keys }: RandomTable): readonly number[] => [...keys.keys()];

/** Vectors lie in columns of their own: no cell of text holds a list. */
export function separatedBy(delimiter: string, file: string, lineEnd: string): TableWriter {
  const cell = (value: Cell): string => (typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : value === null ? '' : numberText(value));
  return (table) => {
    const numbers = Array.from({ length: table.vectors?.dim ?? 0 }, (_, at) => `v${at}`);
    const names = [...table.columns.map(({ name }) => name), KEY, ...numbers];
    const lines = rowsOf(table).map((row) => [...table.columns.map(({ values }) => values[row] ?? null), table.keys[row] ?? null, ...(table.vectors?.values[row] ?? [])].map(cell));
    const manifest = manifestOf(table, file);
    const embedding = table.vectors === undefined ? {} : { embedding: { ...(manifest['embedding'] as object), column: numbers } };
    return { files: { [file]: [names, ...lines].map((line) => line.join(delimiter)).join(lineEnd) }, manifest: { ...manifest, ...embedding } };
  };
}

function jsonText(value: Cell | readonly number[]): string {
  if (Array.isArray(value)) return `[${(value as readonly number[]).map(numberText).join()}]`;
  return typeof value === 'number' || typeof value === 'bigint' ? numberText(value) : JSON.stringify(value);
}

function membersOf({ columns, vectors, keys }: RandomTable, row: number, keyName: string | undefined): string {
  const members: [string, Cell | readonly number[]][] = columns.map(({ name, values }) => [name, values[row] ?? null]);
  if (keyName !== undefined) members.push([keyName, keys[row] ?? null]);
  if (vectors !== undefined) members.push(['vector', vectors.values[row] ?? []]);
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${jsonText(value)}`).join(', ')}}`;
}

export const jsonLines: TableWriter = (table) => ({ files: { 't.jsonl': rowsOf(table).map((row) => `${membersOf(table, row, KEY)}\n`).join('') }, manifest: manifestOf(table, 't.jsonl') });
export const jsonList: TableWriter = (table) => ({ files: { 't.json': `[${rowsOf(table).map((row) => membersOf(table, row, KEY)).join(', ')}]` }, manifest: manifestOf(table, 't.json') });

/** Keys are the names of an object's members. */
export const jsonObject: TableWriter = (table) => {
  const { key: _key, ...manifest } = manifestOf(table, 't.json');
  return { files: { 't.json': `{${rowsOf(table).map((row) => `${JSON.stringify(String(table.keys[row]))}: ${membersOf(table, row, undefined)}`).join(', ')}}` }, manifest };
};

export const npz: TableWriter = (table) => ({ files: { 't.npz': npzOf({ ...columnArrays(table), [KEY]: arrayOfKeys(table) }) }, manifest: manifestOf(table, 't.npz') });

/** There is no type for strings: such keys stand beside it. */
export const safetensors: TableWriter = (table) => {
  if (table.keyType === 'INT64') return { files: { 't.safetensors': safetensorsOf({ ...columnArrays(table), [KEY]: arrayOfKeys(table) }) }, manifest: manifestOf(table, 't.safetensors') };
  const { key: _key, ...manifest } = manifestOf(table, 't.safetensors');
  return { files: { 't.safetensors': safetensorsOf(columnArrays(table)), 'keys.txt': linesOf(table) }, manifest: { ...manifest, keyFile: 'keys.txt' } };
};

/** Vectors alone, with the keys beside them. */
export const npy: TableWriter = (table) => {
  const { key: _key, columns: _columns, ...manifest } = manifestOf(table, 't.npy');
  const keys = table.keyType === 'INT64' ? { 'keys.npy': npyOf(arrayOfKeys(table)) } : { 'keys.txt': linesOf(table) };
  return { files: { 't.npy': npyOf(arrayOfVectors(table)), ...keys }, manifest: { ...manifest, keyFile: Object.keys(keys)[0] } };
};

function linesOf({ keys }: RandomTable): string {
  return keys.map((key) => `${String(key)}\n`).join('');
}

function columnArrays(table: RandomTable): Record<string, ArrayOf> {
  const columns = Object.fromEntries(table.columns.map((column) => [column.name, arrayOfColumn(column)]));
  return table.vectors === undefined ? columns : { ...columns, vector: arrayOfVectors(table) };
}

export const wordVectors: TableWriter = (table) => {
  const lines = rowsOf(table).map((row) => [String(table.keys[row]), ...(table.vectors?.values[row] ?? []).map(numberText)].join(' '));
  const { key: _key, columns: _columns, ...manifest } = manifestOf(table, 't.vec');
  return { files: { 't.vec': [`${table.keys.length} ${table.vectors?.dim ?? 0}`, ...lines].join('\n') }, manifest };
};

const ARROW_TYPES: Readonly<Record<ColumnDType, () => DataType>> = {
  BOOL: () => new Bool(),
  INT8: () => new Int8(),
  UINT8: () => new Uint8(),
  INT16: () => new Int16(),
  UINT16: () => new Uint16(),
  INT32: () => new Int32(),
  UINT32: () => new Uint32(),
  INT64: () => new Int64(),
  UINT64: () => new Uint64(),
  FP16: () => new Float16(),
  FP32: () => new Float32(),
  FP64: () => new Float64(),
  BYTES: () => new Utf8(),
};

/** By Apache's own library; what reads is another one. */
export function arrow(kind: 'file' | 'stream'): TableWriter {
  return (table) => {
    const columns = table.columns.map(({ name, dtype, values }) => [name, vectorFromArray([...values], ARROW_TYPES[dtype]())] as const);
    const keys = vectorFromArray([...table.keys], table.keyType === 'INT64' ? new Int64() : new Utf8());
    const { vectors } = table;
    const list = vectors === undefined ? undefined : new FixedSizeList(vectors.dim, new Field('item', ARROW_TYPES[vectors.dtype]()));
    const all: Record<string, Vector> = { ...Object.fromEntries(columns), [KEY]: keys, ...(list === undefined ? {} : { vector: vectorFromArray(vectors?.values ?? [], list) }) };
    return { files: { 't.arrow': tableToIPC(new Table(all), kind) }, manifest: manifestOf(table, 't.arrow') };
  };
}

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number];

const PARQUET_TYPES: Readonly<Record<ColumnDType, Omit<SchemaElement, 'name'>>> = {
  BOOL: { type: 'BOOLEAN' },
  INT8: { type: 'INT32', converted_type: 'INT_8' },
  UINT8: { type: 'INT32', converted_type: 'UINT_8' },
  INT16: { type: 'INT32', converted_type: 'INT_16' },
  UINT16: { type: 'INT32', converted_type: 'UINT_16' },
  INT32: { type: 'INT32' },
  UINT32: { type: 'INT32', converted_type: 'UINT_32' },
  INT64: { type: 'INT64' },
  UINT64: { type: 'INT64', converted_type: 'UINT_64' },
  FP16: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 2, logical_type: { type: 'FLOAT16' } },
  FP32: { type: 'FLOAT' },
  FP64: { type: 'DOUBLE' },
  BYTES: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};

/** Small row groups and pages, so that a few rows have several. */
export function parquet(codec: 'UNCOMPRESSED' | 'SNAPPY'): TableWriter {
  return (table) => {
    const { vectors } = table;
    const columns = [...table.columns, { name: KEY, dtype: table.keyType, values: table.keys }];
    const leaves = columns.map(({ name, dtype }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...PARQUET_TYPES[dtype] }));
    const list: SchemaElement[] =
      vectors === undefined
        ? []
        : [
            { name: 'vector', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
            { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
            { name: 'element', repetition_type: 'OPTIONAL', ...PARQUET_TYPES[vectors.dtype] },
          ];
    const columnData = [...columns.map(({ name, values }) => ({ name, data: [...values] })), ...(vectors === undefined ? [] : [{ name: 'vector', data: [...vectors.values] }])];
    const schema: SchemaElement[] = [{ name: 'root', num_children: columnData.length }, ...leaves, ...list];
    return { files: { 't.parquet': new Uint8Array(parquetWriteBuffer({ columnData, schema, codec, rowGroupSize: [3, 7], pageSize: 64 })) }, manifest: manifestOf(table, 't.parquet') };
  };
}
