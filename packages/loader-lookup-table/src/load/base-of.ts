import { findBase } from '../delta/delta-files.ts';
import { readVersionManifest } from './version-manifest.ts';
import type { LoadedTable } from './loaded-table.ts';
import type { LoadedTables } from './loaded-tables.ts';

/** The nearest version that this one builds on and that is in memory, by its directory; empty when none is. */
export async function baseOf(directory: string, tables: LoadedTables): Promise<ReadonlyMap<string, LoadedTable>> {
  const seen = new Set<string>();
  for (let at = directory; !seen.has(at); ) {
    seen.add(at);
    const manifest = await readVersionManifest(at);
    if (manifest.base === undefined) break;
    at = await findBase(at, manifest);
    const loaded = tables.get(at);
    if (loaded !== undefined) return new Map([[at, loaded]]);
  }
  return new Map();
}
