import type { LayeredTable } from '../storage/layers.ts';
import type { TableManifest } from '../table-manifest.ts';

/** A version's table, and what its `table.json` and those of its bases say of it. */
export interface LoadedTable {
  readonly layers: LayeredTable;
  readonly manifest: TableManifest;
}
