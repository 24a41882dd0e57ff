import { buildTable, type RowScales } from '../build/build-table.ts';
import { readNumbers } from '../read/array-columns.ts';
import { openNpy } from '../read/npy.ts';
import { openSource } from '../read/open-source.ts';
import type { Table } from '../storage/table.ts';
import { besideFile, type DataFile, findDataFile } from '../table-files.ts';
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
  const source = await openSource(file, manifest);
  return { manifest, table: await buildTable(source, manifest, await readScales(file, manifest)) };
}

async function readScales({ path }: DataFile, { embedding }: TableManifest): Promise<RowScales | undefined> {
  const name = typeof embedding === 'object' ? embedding.scaleFile : undefined;
  if (name === undefined) return undefined;
  const scaleFile = besideFile(path, name);
  const values = await readNumbers(await openNpy(scaleFile));
  return { path: scaleFile, values: Float32Array.from(values as Float32Array) };
}
