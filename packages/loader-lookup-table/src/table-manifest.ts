import { messageOf } from '@servable/core';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tableError } from './errors.ts';
import type { MatrixDType } from './storage/matrix.ts';
import type { ColumnDType } from './storage/shared-arrays.ts';
import { TABLE_MANIFEST_SCHEMA } from './table-manifest-schema.ts';

/** How the files of a table are read. */
export type TableFormat = 'csv' | 'tsv' | 'json' | 'jsonl' | 'npy' | 'npz' | 'parquet' | 'arrow' | 'safetensors' | 'word-vectors' | 'vocabulary' | 'table';

/** What `embed` and `pool` give for a key that is not there. */
export type MissingPolicy = 'zeros' | 'default' | 'bucket' | 'error';
/** How `pool` joins vectors, by the names of TensorFlow's `embedding_lookup_sparse`. */
export type Combiner = 'sum' | 'mean' | 'sqrtn';
/** How `nearest` compares: dot product, cosine, or squared Euclidean distance. */
export type Metric = 'dot' | 'cosine' | 'l2';
/** What finds the nearest rows: a look at every one, or a graph that finds most of them by looking at few. */
export type SearchIndex = 'exact' | 'hnsw';

/** A value column as `table.json` writes it. */
export interface ManifestColumn {
  readonly dtype?: ColumnDType;
  /** What a key that is not there gets; 64-bit integers may be text. Default: 0, false or an empty string. */
  readonly default?: number | string | boolean;
}

/** A table's vectors as `table.json` writes them. */
export interface ManifestEmbedding {
  /** The column that holds vectors, or the columns that hold their numbers, in order. */
  readonly column?: string | readonly string[];
  /** How vectors are kept. Default: as the file has them, float64 as `FP32`. */
  readonly dtype?: MatrixDType;
  /** For an `INT8` matrix: a `.npy` file with one scale a row. */
  readonly scaleFile?: string;
  /** Default `zeros`. */
  readonly missing?: MissingPolicy;
  /** The vector that `missing: "default"` gives. */
  readonly default?: readonly number[];
  /** Rows at the table's end that `missing: "bucket"` chooses from. */
  readonly buckets?: number;
}

/** A version directory's `table.json`. */
export interface TableManifest {
  readonly file?: string;
  readonly format?: TableFormat;
  readonly delimiter?: string;
  readonly key?: string;
  readonly keyType?: 'INT64' | 'BYTES';
  /** Keys of the rows in order: a text file with one a line, or a `.npy` file. */
  readonly keyFile?: string;
  readonly columns?: Readonly<Record<string, ColumnDType | ManifestColumn>>;
  readonly embedding?: string | ManifestEmbedding;
  readonly vocabulary?: { readonly buckets?: number; readonly unknown?: string };
  readonly pool?: { readonly combiner?: Combiner };
  readonly nearest?: { readonly k?: number; readonly metric?: Metric; readonly index?: SearchIndex };
  readonly shard?: { readonly index: number; readonly count: number };
  readonly allowNonFinite?: boolean;
  /** The version, beside this one, that the rows of this one are laid over. */
  readonly base?: number;
  /** Keys that this version takes away from its base: a text file with one a line, or a table file. */
  readonly deletes?: string;
}

export const MANIFEST_FILE = 'table.json';

/**
 * Reads `table.json`; an empty one when there is none.
 *
 * @throws ServingError `SRV_TABLE_MANIFEST_INVALID`
 */
export async function readTableManifest(directory: string): Promise<TableManifest> {
  const path = join(directory, MANIFEST_FILE);
  let text: string;
  try {
    // Some editors put a byte order mark before what they write.
    text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    // ENOTDIR: the version is a single file, which has no manifest.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    throw tableError('SRV_TABLE_MANIFEST_INVALID', [path, '', messageOf(error)], { cause: error });
  }
  return parseTableManifest(text, path);
}

/** Compiles the schema for the first `table.json`: that takes some 15 ms of the event loop, and a load reads the file more than once. */
class ManifestValidator {
  #compiled: ValidateFunction<TableManifest> | undefined;

  get validate(): ValidateFunction<TableManifest> {
    return (this.#compiled ??= new Ajv({ verbose: true, allowUnionTypes: true }).compile<TableManifest>(TABLE_MANIFEST_SCHEMA));
  }
}

const validator = new ManifestValidator();

/** @throws ServingError `SRV_TABLE_MANIFEST_INVALID` */
export function parseTableManifest(text: string, path: string): TableManifest {
  const value = parseJson(text, path);
  const { validate } = validator;
  if (!validate(value)) throw manifestError(path, validate.errors);
  const { shard, embedding } = value;
  if (shard !== undefined && shard.index >= shard.count) {
    throw tableError('SRV_TABLE_MANIFEST_INVALID', [path, '/shard', `index ${shard.index} is not below count ${shard.count}: indices begin at 0`]);
  }
  if (typeof embedding === 'object') checkEmbedding(path, embedding);
  return value;
}

function checkEmbedding(path: string, { missing, default: vector, buckets }: ManifestEmbedding): void {
  const fail = (reason: string): Error => tableError('SRV_TABLE_MANIFEST_INVALID', [path, '/embedding', reason]);
  if (missing === 'default' && vector === undefined) throw fail('"missing": "default" needs "default", the vector to give');
  if (missing === 'bucket' && buckets === undefined) throw fail('"missing": "bucket" needs "buckets", how many rows at the end are buckets');
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw tableError('SRV_TABLE_MANIFEST_INVALID', [path, '', messageOf(error)], { cause: error });
  }
}

function manifestError(path: string, errors: readonly ErrorObject[] | null | undefined): Error {
  const fault = errors?.find(({ keyword }) => keyword !== 'anyOf') ?? errors?.[0];
  return tableError('SRV_TABLE_MANIFEST_INVALID', [path, fault?.instancePath ?? '', fault === undefined ? 'it does not fit' : reasonOf(fault)]);
}

function reasonOf(fault: ErrorObject): string {
  const params: Record<string, unknown> = fault.params;
  if (fault.keyword === 'additionalProperties') {
    const known = Object.keys((fault.parentSchema?.['properties'] as object | undefined) ?? {});
    return `'${String(params['additionalProperty'])}' is not known; known are ${known.join(', ')}`;
  }
  const value = JSON.stringify(fault.data) ?? 'undefined';
  const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
  return `got ${value.length > 80 ? `${value.slice(0, 80)}…` : value}, which ${fault.message ?? 'does not fit'}${allowed}`;
}
