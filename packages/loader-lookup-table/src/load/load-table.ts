import { buildTable, type RowScales } from '../build/build-table.ts';
import { applyDelta } from '../delta/apply-delta.ts';
import { deltaManifest, findBase, readDeletes } from '../delta/delta-files.ts';
import { tableError } from '../errors.ts';
import { readNumbers } from '../read/array-columns.ts';
import { openNpy } from '../read/npy.ts';
import { openSource } from '../read/open-source.ts';
import { concatTables } from '../storage/concat-tables.ts';
import { readTableFile } from '../storage/table-file.ts';
import type { Table } from '../storage/table.ts';
import { besideFile, type DataFile, findDataFile, hasDataFile } from '../table-files.ts';
import type { TableManifest } from '../table-manifest.ts';
import { readVersionManifest } from './version-manifest.ts';
import type { LoadedTable } from './loaded-table.ts';
import { readCached, type TableCache, writeCached } from './table-cache.ts';

export interface LoadOptions {
  /** Versions that are in memory already, by their directories. */
  readonly loaded: ReadonlyMap<string, LoadedTable>;
  readonly cache: TableCache | undefined;
}

/** Versions that may build on one another; more are a circle, or should have been compacted long ago. */
const MAX_CHAIN = 64;

/** Reads a version directory into a table in shared memory. */
export async function loadTable(directory: string, options: LoadOptions, depth = 0): Promise<LoadedTable> {
  const known = options.loaded.get(directory);
  if (known !== undefined) return known;
  const manifest = await readVersionManifest(directory);
  if (manifest.base === undefined) return { manifest, layers: { base: await loadWhole(directory, manifest, options.cache), delta: undefined } };
  if (depth >= MAX_CHAIN) throw tableError('SRV_TABLE_BASE_MISSING', [directory, String(manifest.base), `${MAX_CHAIN} versions build on one another already`]);
  return loadDelta(directory, manifest, { options, depth });
}

async function loadWhole(directory: string, manifest: TableManifest, cache: TableCache | undefined): Promise<Table> {
  const file = await findDataFile(directory, manifest);
  if (file.format === 'table') return readTableFile(file.path);
  const cached = cache === undefined ? undefined : await readCached(cache, file, manifest);
  if (cached?.table !== undefined) return cached.table;
  const table = await buildTable(await openSource(file, manifest), manifest, await readScales(file, manifest));
  if (cached !== undefined) await writeCached(cached.path, table);
  return table;
}

async function loadDelta(directory: string, manifest: TableManifest, { options, depth }: { readonly options: LoadOptions; readonly depth: number }): Promise<LoadedTable> {
  const base = await findBase(directory, manifest);
  const under = await loadTable(base, options, depth + 1);
  const merged = deltaManifest(directory, manifest, under);
  const upserts = (await hasDataFile(directory, manifest)) ? await loadUpserts(directory, merged, under.layers.base) : undefined;
  const deletes = await readDeletes(directory, manifest, under.layers.base);
  const { base: table, delta } = under.layers;
  // Nor does a base without rows: it is what the rows over it are.
  if (table.rows === 0 && delta === undefined) return { manifest: merged.behaviour, layers: { base: upserts ?? table, delta } };
  return { manifest: merged.behaviour, layers: applyDelta(under.layers, { upserts: upserts ?? emptyLike(table), deletes }) };
}

async function loadUpserts(directory: string, merged: ReturnType<typeof deltaManifest>, base: Table): Promise<Table | undefined> {
  const file = await findDataFile(directory, merged.files);
  const table = await buildTable(await openSource(file, merged.files), merged.files, await readScales(file, merged.files));
  // No rows say nothing of what they would hold.
  if (table.rows === 0) return undefined;
  if (base.rows > 0) merged.check(file.path, table);
  return table;
}

/** A table of the same columns and no rows, for a version that only deletes. */
function emptyLike(table: Table): Table {
  return concatTables({ table, rows: new Int32Array(0) });
}

async function readScales({ path }: DataFile, { embedding }: TableManifest): Promise<RowScales | undefined> {
  const name = typeof embedding === 'object' ? embedding.scaleFile : undefined;
  if (name === undefined) return undefined;
  const scaleFile = besideFile(path, name);
  const values = await readNumbers(await openNpy(scaleFile));
  return { path: scaleFile, values: Float32Array.from(values as Float32Array) };
}
