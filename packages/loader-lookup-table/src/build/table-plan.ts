import { tableError } from '../errors.ts';
import type { MatrixDType } from '../storage/matrix.ts';
import type { ColumnDType } from '../storage/shared-arrays.ts';
import type { ManifestColumn, ManifestEmbedding, TableManifest } from '../table-manifest.ts';
import { toBytes, toElement } from './convert.ts';
import type { ScannedSource } from './scan.ts';

/** Numbers in a vector: a row, and what is computed with it, must fit a WebAssembly memory many times over. */
const MAX_DIM = 2 ** 20;

/** A value column to be: `from` is its place in the source. */
export interface PlannedColumn {
  readonly from: number;
  readonly name: string;
  readonly dtype: ColumnDType;
  readonly shape: readonly number[];
  readonly fallback: number | bigint | Uint8Array;
}

/** Vectors to be: of one column of vectors, or of several columns of numbers. */
export interface PlannedEmbedding {
  readonly from: readonly number[];
  readonly name: string;
  readonly dim: number;
  readonly dtype: MatrixDType;
}

/** What of a source becomes what. */
export interface TablePlan {
  readonly rows: number;
  readonly key: { readonly from: number; readonly name: string; readonly dtype: 'INT64' | 'BYTES' };
  readonly columns: readonly PlannedColumn[];
  readonly embedding: PlannedEmbedding | undefined;
}

type ScannedColumn = ScannedSource['columns'][number];

/** Decides, from what the file says and what `table.json` says. Pure. */
export function planTable(path: string, keyName: string | undefined, source: ScannedSource, manifest: TableManifest): TablePlan {
  const isNamed = manifest.columns !== undefined || manifest.key !== undefined;
  const scanned = source.columns.length === 0 && source.rows === 0 && isNamed ? withoutRows(manifest) : source;
  const find = (name: string): number => {
    const at = scanned.columns.findIndex((column) => column.name === name);
    if (at < 0) throw tableError('SRV_TABLE_COLUMN_UNKNOWN', [path, name, scanned.columns.map((column) => column.name).join(', ') || 'none']);
    return at;
  };
  const keyAt = find(manifest.key ?? keyName ?? guessKey(scanned.columns));
  const others = scanned.columns.map((_, at) => at).filter((at) => at !== keyAt);
  const embedding = planEmbedding(path, scanned, { manifest: embeddingOf(manifest), others, find, areNamed: Object.keys(manifest.columns ?? {}).length > 0 });
  const taken = new Set(embedding?.from);
  const wanted = manifest.columns === undefined ? others.filter((at) => !taken.has(at)) : Object.keys(manifest.columns).map(find);
  const columns = wanted.map((at) => planColumn(path, at, scanned.columns[at], manifest.columns));
  return { rows: scanned.rows, key: planKey(path, keyAt, scanned.columns[keyAt], manifest), columns, embedding };
}

/** A file of no records does not name its columns: `table.json` does. */
function withoutRows(manifest: TableManifest): ScannedSource {
  const names = new Set([manifest.key ?? 'key', ...Object.keys(manifest.columns ?? {}), ...[embeddingOf(manifest).column ?? []].flat()]);
  return { rows: 0, columns: Array.from(names, (name) => ({ name, dtype: 'BYTES', shape: [] })) };
}

export function embeddingOf({ embedding }: TableManifest): ManifestEmbedding {
  return typeof embedding === 'string' ? { column: embedding } : (embedding ?? {});
}

function guessKey(columns: readonly ScannedColumn[]): string {
  const names = columns.map(({ name }) => name);
  return ['key', 'id'].find((name) => names.includes(name)) ?? names[0] ?? 'key';
}

function planKey(path: string, from: number, column: ScannedColumn | undefined, manifest: TableManifest): TablePlan['key'] {
  const { name = 'key', dtype = 'BYTES', shape = [] } = column ?? {};
  if (shape.length > 0) throw tableError('SRV_TABLE_FILE_INVALID', [path, `the key column '${name}' holds lists`]);
  const isWhole = dtype !== 'BYTES' && dtype !== 'FP32' && dtype !== 'FP64' && dtype !== 'FP16' && dtype !== 'BOOL';
  if (dtype !== 'BYTES' && !isWhole && manifest.keyType === undefined) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, `the key column '${name}' holds ${dtype}: keys are integers or strings. Set "keyType": "BYTES" in table.json to take them as text`]);
  }
  return { from, name, dtype: manifest.keyType ?? (isWhole ? 'INT64' : 'BYTES') };
}

interface EmbeddingChoice {
  readonly manifest: ManifestEmbedding;
  readonly others: readonly number[];
  readonly find: (name: string) => number;
  /** Whether `table.json` says which columns are values: then a run of numbers is what it says. */
  readonly areNamed: boolean;
}

function planEmbedding(path: string, { columns, rows }: ScannedSource, { manifest, others, find, areNamed }: EmbeddingChoice): PlannedEmbedding | undefined {
  const named = manifest.column === undefined ? undefined : [manifest.column].flat().map(find);
  const from = named ?? guessEmbedding(columns, others, areNamed);
  const [first] = from;
  const column = first === undefined ? undefined : columns[first];
  if (column === undefined) {
    if (Object.keys(manifest).length === 0) return undefined;
    throw tableError('SRV_TABLE_FILE_INVALID', [path, 'there is no column of vectors: name it as "embedding": { "column": … } in table.json']);
  }
  // No rows say nothing of their types.
  if (rows > 0) for (const at of from) checkNumbers(path, columns[at]);
  const isVector = column.shape.length > 0;
  if (isVector && from.length > 1) throw tableError('SRV_TABLE_FILE_INVALID', [path, `'${column.name}' holds vectors already: name it alone`]);
  const dim = isVector ? (column.shape[0] ?? 0) : rows === 0 && from.length === 1 ? (manifest.default?.length ?? 1) : from.length;
  if (dim > MAX_DIM) throw tableError('SRV_TABLE_TOO_LARGE', [path, 'numbers in a vector', String(MAX_DIM)]);
  const name = typeof manifest.column === 'string' ? manifest.column : isVector ? column.name : 'embedding';
  return { from, name, dim, dtype: manifest.dtype ?? (column.dtype === 'FP16' || column.dtype === 'INT8' ? column.dtype : 'FP32') };
}

function checkNumbers(path: string, column: ScannedColumn | undefined): void {
  if (column === undefined || (column.dtype !== 'BYTES' && column.dtype !== 'BOOL')) return;
  throw tableError('SRV_TABLE_FILE_INVALID', [path, `the embedding's column '${column.name}' holds ${column.dtype}, not numbers`]);
}

/** The first column of float vectors; else float columns `v0`, `v1`, … that are all there is beside the key. */
function guessEmbedding(columns: readonly ScannedColumn[], others: readonly number[], areNamed: boolean): readonly number[] {
  const isFloat = (at: number): boolean => columns[at]?.dtype === 'FP32' || columns[at]?.dtype === 'FP64' || columns[at]?.dtype === 'FP16';
  const vector = others.find((at) => isFloat(at) && (columns[at]?.shape.length ?? 0) === 1);
  if (vector !== undefined) return [vector];
  if (areNamed) return [];
  const prefix = /^(.*?)0$/.exec(columns[others[0] ?? -1]?.name ?? '')?.[1];
  const isRun = prefix !== undefined && others.length > 1 && others.every((at, place) => columns[at]?.name === `${prefix}${place}` && isNumeric(columns[at]));
  return isRun && others.some(isFloat) ? others : [];
}

function isNumeric(column: ScannedColumn | undefined): boolean {
  return column !== undefined && column.dtype !== 'BYTES' && column.dtype !== 'BOOL';
}

function planColumn(path: string, from: number, column: ScannedColumn | undefined, wanted: TableManifest['columns']): PlannedColumn {
  const { name, dtype: found, shape } = column ?? { name: '', dtype: 'BYTES' as const, shape: [] };
  const asked = wanted?.[name];
  const { dtype = found, default: fallback }: ManifestColumn = typeof asked === 'string' ? { dtype: asked } : (asked ?? {});
  if (dtype === 'BYTES') {
    if (shape.length > 0) throw tableError('SRV_TABLE_FILE_INVALID', [path, `column '${name}' holds lists of strings: leave it out of "columns"`]);
    return { from, name, dtype, shape: [], fallback: toBytes(fallback ?? '') ?? new Uint8Array(0) };
  }
  const element = toElement(dtype, fallback ?? (dtype === 'BOOL' ? false : 0));
  if (element === undefined) throw tableError('SRV_TABLE_MANIFEST_INVALID', [path, `/columns/${name}/default`, `${JSON.stringify(fallback)} is no ${dtype}`]);
  return { from, name, dtype, shape, fallback: element };
}
