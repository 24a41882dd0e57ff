import { findBuiltFile } from '../table-files.ts';
import { readTableManifest, type TableManifest } from '../table-manifest.ts';

/** A version's `table.json`; one that is built needs no base any more. @throws ServingError `SRV_TABLE_MANIFEST_INVALID` */
export async function readVersionManifest(directory: string): Promise<TableManifest> {
  const { base, ...manifest } = await readTableManifest(directory);
  return base === undefined || (await findBuiltFile(directory)) !== undefined ? manifest : { ...manifest, base };
}
