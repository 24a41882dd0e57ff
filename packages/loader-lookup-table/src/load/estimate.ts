import { join } from 'node:path';
import { findBase } from '../delta/delta-files.ts';
import { findDataFile, hasDataFile, namesBeside, sizeOf } from '../table-files.ts';
import type { TableFormat, TableManifest } from '../table-manifest.ts';
import { readVersionManifest } from './version-manifest.ts';

/** What any table takes, its loading thread included. */
const BASE_BYTES = 32 * 2 ** 20;
/** Bytes of memory while loading for one byte of the file: of compressed and of parsed formats more. */
const BYTES_PER_FILE_BYTE: Readonly<Partial<Record<TableFormat, number>>> = { json: 12, jsonl: 6, csv: 6, tsv: 6, parquet: 12, npz: 12 };

/** For one byte of the file, what an index takes beside the table: vectors of its own, and some 320 bytes of links a row. */
const INDEX_BYTES_PER_FILE_BYTE = 6;

/** An upper bound of what a load takes, the versions that it builds on included. */
export async function estimateBytes(directory: string): Promise<number> {
  let total = BASE_BYTES;
  const files = await filesOf(directory);
  const indexed = files.find(({ nearest }) => nearest !== undefined)?.nearest?.index === 'hnsw' ? INDEX_BYTES_PER_FILE_BYTE : 0;
  for (const { format, bytes } of files) total += Math.ceil(bytes * ((BYTES_PER_FILE_BYTE[format] ?? 3) + indexed));
  return total;
}

/** Bytes of the files that a load may read. */
export async function bytesToRead(directory: string): Promise<number> {
  return (await filesOf(directory)).reduce((total, { bytes }) => total + bytes, 0);
}

/** Longer chains are refused by the load, with the reason. */
const MAX_CHAIN = 64;

interface ReadFile {
  readonly format: TableFormat;
  readonly bytes: number;
  readonly nearest: TableManifest['nearest'];
}

/** The files of a version, and those of the versions that it builds on. */
async function filesOf(directory: string): Promise<readonly ReadFile[]> {
  const found: ReadFile[] = [];
  for (let at: string | undefined = directory; at !== undefined && found.length < MAX_CHAIN; ) {
    const manifest: TableManifest = await readVersionManifest(at);
    const folder = at;
    const hasRows = manifest.base === undefined || (await hasDataFile(at, manifest));
    const file = hasRows ? await findDataFile(at, manifest) : undefined;
    const paths = namesBeside(manifest).map((name) => join(folder, name));
    found.push({ format: file?.format ?? 'vocabulary', bytes: await sizeOf(file === undefined ? paths : [file.path, ...paths]), nearest: manifest.nearest });
    at = manifest.base === undefined ? undefined : await findBase(at, manifest);
  }
  return found;
}
