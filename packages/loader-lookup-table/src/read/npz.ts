import { arraysSource, type FileArray } from './array-columns.ts';
import { FileBytes } from './byte-source.ts';
import { readNpyHeader } from './npy.ts';
import type { TableSource } from './table-source.ts';
import { openZipEntry, readZipDirectory } from './zip.ts';

/** Names by which arrays of keys are known. */
export const KEY_NAMES: readonly string[] = ['key', 'keys', 'id', 'ids'];

/** Opens an `.npz` file: every array is a column. */
export async function openNpz(path: string): Promise<TableSource> {
  const source = await FileBytes.open(path);
  const arrays: FileArray[] = [];
  for (const entry of await readZipDirectory(source)) {
    if (entry.name.endsWith('.npy')) arrays.push(await readNpyHeader(await openZipEntry(source, entry), entry.name.slice(0, -4)));
  }
  return arraysSource(path, arrays, KEY_NAMES.find((name) => arrays.some((array) => array.name === name)));
}
