import { buildTable } from '../build/build-table.ts';
import { openSource } from '../read/open-source.ts';
import type { Table } from '../storage/table.ts';
import { findDataFile } from '../table-files.ts';
import { readTableManifest, type TableManifest } from '../table-manifest.ts';

/** A version's table, and what `table.json` says of it. */
export interface LoadedTable {
  readonly table: Table;
  readonly manifest: TableManifest;
}

/** Reads a version directory into a table in shared memory. */
export async function loadTable(directory: string): Promise<LoadedTable> {
  const manifest = await readTableManifest(directory);
  const file = await findDataFile(directory, manifest);
  return { manifest, table: await buildTable(await openSource(file, manifest), manifest) };
}
