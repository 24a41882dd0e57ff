import type { DataFile } from '../table-files.ts';
import type { TableManifest } from '../table-manifest.ts';
import { openCsv } from './csv.ts';
import type { TableSource } from './table-source.ts';
import { tableError } from '../errors.ts';

/** Opens a data file for reading, in whatever format it is. @throws ServingError `SRV_TABLE_FILE_INVALID` */
export async function openSource({ path, format }: DataFile, manifest: TableManifest): Promise<TableSource> {
  switch (format) {
    case 'csv':
      return openCsv(path, manifest.delimiter ?? ',');
    case 'tsv':
      return openCsv(path, manifest.delimiter ?? '\t');
    default:
      throw tableError('SRV_TABLE_FILE_INVALID', [path, `format ${format}`]);
  }
}
