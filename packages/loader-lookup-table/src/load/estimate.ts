import { besideFile, type DataFile, findDataFile, sizeOf } from '../table-files.ts';
import { readTableManifest, type TableFormat, type TableManifest } from '../table-manifest.ts';

/** What any table takes, its loading thread included. */
const BASE_BYTES = 32 * 2 ** 20;
/** Bytes of memory while loading for one byte of the file: of compressed and of parsed formats more. */
const BYTES_PER_FILE_BYTE: Readonly<Partial<Record<TableFormat, number>>> = { json: 12, jsonl: 6, csv: 6, tsv: 6, parquet: 12, npz: 12 };

/** An upper bound of what a load takes. */
export async function estimateBytes(directory: string): Promise<number> {
  const { file, bytes } = await filesOf(directory);
  return BASE_BYTES + Math.ceil(bytes * (BYTES_PER_FILE_BYTE[file.format] ?? 3));
}

/** Bytes of the files that a load reads. */
export async function bytesToRead(directory: string): Promise<number> {
  return (await filesOf(directory)).bytes;
}

async function filesOf(directory: string): Promise<{ readonly file: DataFile; readonly bytes: number }> {
  const manifest = await readTableManifest(directory);
  const file = await findDataFile(directory, manifest);
  const bytes = await sizeOf([file.path, ...namesBeside(manifest).map((name) => besideFile(file.path, name))]);
  return { file, bytes };
}

/** Files that are read beside the data file. */
function namesBeside({ keyFile, embedding }: TableManifest): readonly string[] {
  const scaleFile = typeof embedding === 'object' ? embedding.scaleFile : undefined;
  return [keyFile, scaleFile].filter((name) => name !== undefined);
}
