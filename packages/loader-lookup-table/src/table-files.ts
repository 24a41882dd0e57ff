import { messageOf } from '@servable/core';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { tableError } from './errors.ts';
import { MANIFEST_FILE, type TableFormat, type TableManifest } from './table-manifest.ts';

/** The file that holds a table's rows. */
export interface DataFile {
  readonly path: string;
  readonly format: TableFormat;
}

const FORMATS: ReadonlyMap<string, TableFormat> = new Map([
  ['.csv', 'csv'],
  ['.tsv', 'tsv'],
  ['.json', 'json'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.npy', 'npy'],
  ['.npz', 'npz'],
  ['.parquet', 'parquet'],
  ['.arrow', 'arrow'],
  ['.feather', 'arrow'],
  ['.safetensors', 'safetensors'],
  ['.vec', 'word-vectors'],
  ['.vocab', 'vocabulary'],
  ['.servable-table', 'table'],
]);

/** Formats that other kinds of model use as well: such a file alone does not make a folder a table. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['.json']);
/** Files of other kinds of model, beside which a `.npy` is no table. */
const OTHER_MODELS = /^(?:saved_model\.pb(?:txt)?|model\.json)$|\.onnx$/;

/** Whether a version directory is a table: it has a `table.json`, or a file that nothing else than a table is. Never throws. */
export async function isTableDirectory(directory: string): Promise<boolean> {
  const names: readonly string[] = await readdir(directory).catch(() => []);
  if (names.includes(MANIFEST_FILE)) return true;
  if (names.some((name) => OTHER_MODELS.test(name))) return false;
  return names.some((name) => FORMATS.has(extname(name)) && !AMBIGUOUS.has(extname(name)));
}

/**
 * The data file of a version directory (or the version itself, when it is a file), and how to read it.
 *
 * @throws ServingError `SRV_TABLE_NO_DATA`, `SRV_TABLE_SEVERAL_FILES`
 */
export async function findDataFile(directory: string, manifest: TableManifest): Promise<DataFile> {
  const built = await findBuiltFile(directory);
  if (built !== undefined) return built;
  if (manifest.file !== undefined) return named(directory, manifest.file, manifest);
  const candidates = await candidatesIn(directory, manifest);
  const [first, ...others] = candidates;
  if (first === undefined) throw tableError('SRV_TABLE_NO_DATA', [directory]);
  if (others.length > 0) throw tableError('SRV_TABLE_SEVERAL_FILES', [directory, candidates.sort().join(', ')]);
  return named(directory, first, manifest);
}

async function candidatesIn(directory: string, manifest: TableManifest): Promise<string[]> {
  const aside = namesBeside(manifest);
  return (await tableNames(directory)).filter((name) => !aside.includes(name));
}

async function named(directory: string, name: string, manifest: TableManifest): Promise<DataFile> {
  const path = basename(directory) === name && (await isFile(directory)) ? directory : join(directory, name);
  const format = manifest.format ?? FORMATS.get(extname(name));
  if (format === undefined) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, `its ending '${extname(name)}' does not tell what it is: set "format" in ${MANIFEST_FILE}`]);
  }
  return { path, format };
}

async function tableNames(directory: string): Promise<string[]> {
  try {
    if (await isFile(directory)) return [basename(directory)];
    const names = await readdir(directory);
    return names.filter((name) => FORMATS.has(extname(name)) && name !== MANIFEST_FILE && name !== 'servable.json');
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [directory, messageOf(error)], { cause: error });
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path)).isFile();
}

/** The name of the file that `servable build-table` writes. */
export const BUILT_FILE = 'table.servable-table';

/** The built table of a version directory: it stands for the files it was built from, those of bases included. */
export async function findBuiltFile(directory: string): Promise<DataFile | undefined> {
  const path = join(directory, BUILT_FILE);
  const isThere = await isFile(path).catch(() => false);
  return isThere ? { path, format: 'table' } : undefined;
}

/** The format that a file's ending tells. */
export function formatOf(name: string): TableFormat | undefined {
  return FORMATS.get(extname(name));
}

/** Whether a version directory has rows; a delta that only deletes has none. */
export async function hasDataFile(directory: string, manifest: TableManifest): Promise<boolean> {
  return manifest.file !== undefined || (await candidatesIn(directory, manifest)).length > 0;
}

/** Files that are read beside the data file. */
export function namesBeside({ keyFile, embedding, deletes }: TableManifest): readonly string[] {
  const scaleFile = typeof embedding === 'object' ? embedding.scaleFile : undefined;
  return [keyFile, scaleFile, deletes].filter((name) => name !== undefined);
}

/** A file that `table.json` names, beside the data file. */
export function besideFile(dataFile: string, name: string): string {
  return join(dirname(dataFile), name);
}

/** Bytes of the files that a load reads. @throws ServingError `SRV_TABLE_FILE_INVALID` */
export async function sizeOf(paths: readonly string[]): Promise<number> {
  let total = 0;
  for (const path of paths) {
    try {
      total += (await stat(path)).size;
    } catch (error) {
      throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
    }
  }
  return total;
}
