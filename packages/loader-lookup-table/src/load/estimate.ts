import { join } from 'node:path';
import { findBase } from '../delta/delta-files.ts';
import { type DataFile, findDataFile, hasDataFile, namesBeside, sizeOf } from '../table-files.ts';
import type { TableManifest } from '../table-manifest.ts';
import { fileMemory } from './file-memory.ts';
import { readVersionManifest } from './version-manifest.ts';

/** What any table takes, its loading thread included. */
const BASE_BYTES = 32 * 2 ** 20;
/** An upper bound of what a load takes, the versions that it builds on included. */
export async function estimateBytes(directory: string): Promise<number> {
  let total = BASE_BYTES;
  const files = await filesOf(directory);
  const isIndexed = files.find(({ nearest }) => nearest !== undefined)?.nearest?.index === 'hnsw';
  for (const { file, bytes } of files) {
    const { table, index } = await fileMemory(file, bytes);
    total += Math.ceil(table + (isIndexed ? index : 0));
  }
  return total;
}

/** Bytes of the files that a load may read. */
export async function bytesToRead(directory: string): Promise<number> {
  return (await filesOf(directory)).reduce((total, { bytes }) => total + bytes, 0);
}

/** Longer chains are refused by the load, with the reason. */
const MAX_CHAIN = 64;

interface ReadFile {
  readonly file: DataFile;
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
    found.push({ file: file ?? { path: '', format: 'vocabulary' }, bytes: await sizeOf(file === undefined ? paths : [file.path, ...paths]), nearest: manifest.nearest });
    at = manifest.base === undefined ? undefined : await findBase(at, manifest);
  }
  return found;
}
