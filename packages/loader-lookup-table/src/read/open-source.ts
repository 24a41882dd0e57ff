import { tableError } from '../errors.ts';
import { besideFile, type DataFile } from '../table-files.ts';
import type { TableManifest } from '../table-manifest.ts';
import type { TableSource } from './table-source.ts';
import { withKeys, withRowNumbers } from './with-keys.ts';

/** Formats of arrays: they may have no keys of their own. */
const ARRAY_FORMATS: ReadonlySet<string> = new Set(['npy', 'npz', 'safetensors']);

/** Opens a data file for reading, with its keys. @throws ServingError `SRV_TABLE_FILE_INVALID` */
export async function openSource(file: DataFile, manifest: TableManifest): Promise<TableSource> {
  const source = await openFormat(file, manifest.delimiter);
  const { keyFile, key, embedding } = manifest;
  const buckets = typeof embedding === 'object' ? (embedding.buckets ?? 0) : 0;
  if (keyFile !== undefined) return withKeys(source, await openKeys(besideFile(file.path, keyFile)), buckets);
  const hasKey = key !== undefined || source.keyName !== undefined || !ARRAY_FORMATS.has(file.format);
  return hasKey ? source : withRowNumbers(source);
}

async function openKeys(path: string): Promise<TableSource> {
  return openFormat({ path, format: path.endsWith('.npy') ? 'npy' : 'vocabulary' }, undefined);
}

/** Readers are imported when they are needed: most tables need one of them. */
async function openFormat({ path, format }: DataFile, delimiter: string | undefined): Promise<TableSource> {
  switch (format) {
    case 'csv':
    case 'tsv':
      return (await import('./csv.ts')).openCsv(path, delimiter ?? (format === 'tsv' ? '\t' : ','));
    case 'json':
      return (await import('./json.ts')).openJson(path);
    case 'jsonl':
      return (await import('./json-lines.ts')).openJsonLines(path);
    case 'npy':
      return (await import('./npy.ts')).openNpy(path);
    case 'npz':
      return (await import('./npz.ts')).openNpz(path);
    case 'safetensors':
      return (await import('./safetensors.ts')).openSafetensors(path);
    case 'parquet':
      return (await import('./parquet.ts')).openParquet(path);
    case 'arrow':
      return (await import('./arrow.ts')).openArrow(path);
    case 'word-vectors':
      return (await import('./word-vectors.ts')).openWordVectors(path);
    case 'vocabulary':
      return (await import('./vocabulary-file.ts')).openVocabulary(path);
    case 'table':
      throw tableError('SRV_TABLE_FILE_INVALID', [path, 'a table that is built already has no rows to read']);
    default:
      return format satisfies never;
  }
}
