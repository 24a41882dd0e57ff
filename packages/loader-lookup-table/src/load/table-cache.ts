import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTableFile, writeTableFile } from '../storage/table-file.ts';
import type { Table } from '../storage/table.ts';
import { besideFile, type DataFile, namesBeside } from '../table-files.ts';
import type { TableManifest } from '../table-manifest.ts';

/** Where built tables are kept by what they were built from. */
export interface TableCache {
  readonly directory: string;
}

/** Changes whenever the same files would give another table. */
const CONTENT_VERSION = 1;

/** A built table of the same files and `table.json`, or where to keep it. One that cannot be read is built again. */
export async function readCached({ directory }: TableCache, file: DataFile, manifest: TableManifest): Promise<{ readonly path: string; readonly table: Table | undefined }> {
  const hash = createHash('sha256').update(JSON.stringify([CONTENT_VERSION, file.format, manifest]));
  for (const path of [file.path, ...namesBeside(manifest).map((name) => besideFile(file.path, name))]) {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  }
  const path = join(directory, `${hash.digest('hex')}.servable-table`);
  return { path, table: await readTableFile(path).catch(() => undefined) };
}

export async function writeCached(path: string, table: Table): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeTableFile(path, table);
}
