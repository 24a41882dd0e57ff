import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { LayeredTable } from '../storage/layers.ts';
import { chunkData } from '../storage/matrix.ts';

/*
 * A kept index is two files: what the library writes, and beside it, with `.note` behind its name, what it was built from:
 * `{ format, key, bytes, crc32 }` as JSON. The library checks little of what it reads, so an index is taken only when all of that is as expected.
 */
const FORMAT_VERSION = 1;
const PIECE_BYTES = 2 ** 20;

interface IndexNote {
  readonly format: number;
  /** Of what the index was built from. */
  readonly key: string;
  readonly bytes: number;
  readonly crc32: number;
}

/** Where an index may be kept. */
export interface IndexFiles {
  /** Beside a built table. */
  readonly beside: string;
  /** By its key, as tables are. */
  readonly cacheDirectory: string | undefined;
  /** Whether one that had to be built is kept beside the table, and not in the cache. */
  readonly keepBeside: boolean;
}

/** An index in a version directory. */
export const INDEX_FILE = 'table.servable-index';

/** Where an index of this key may be found, and where it is kept when it is not. */
export function indexPaths({ beside, cacheDirectory, keepBeside }: IndexFiles, key: string): { readonly read: readonly string[]; readonly write: string | undefined } {
  const cached = cacheDirectory === undefined ? undefined : join(cacheDirectory, `${key}.servable-index`);
  return { read: cached === undefined ? [beside] : [beside, cached], write: keepBeside ? beside : cached };
}

/** SHA-256 of all that decides what an index is: the rows with their places, and how it is built. */
export function indexKey({ base, delta }: LayeredTable, parameters: object): string {
  const hash = createHash('sha256').update(JSON.stringify([FORMAT_VERSION, parameters, base.rows, delta?.table.rows ?? 0]));
  for (const table of delta === undefined ? [base] : [base, delta.table]) {
    const matrix = table.embedding?.matrix;
    if (matrix === undefined) continue;
    hash.update(JSON.stringify([matrix.dtype, matrix.rows, matrix.dim]));
    for (const chunk of matrix.chunks.keys()) updateInPieces(hash, chunkData(matrix, chunk));
    if (matrix.scales !== undefined) updateInPieces(hash, matrix.scales);
  }
  if (delta !== undefined) updateInPieces(hash, delta.hidden);
  return hash.digest('hex');
}

/** OpenSSL takes at most 2 GiB at once. */
function updateInPieces(hash: ReturnType<typeof createHash>, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
  for (let at = 0; at < byteLength; at += PIECE_BYTES * 64) hash.update(new Uint8Array(buffer, byteOffset + at, Math.min(PIECE_BYTES * 64, byteLength - at)));
}

/** Whether a kept index is of this key, and whole. */
export async function isKeptIndex(path: string, key: string): Promise<boolean> {
  try {
    const note = JSON.parse(await readFile(noteOf(path), 'utf8')) as IndexNote;
    if (note.format !== FORMAT_VERSION || note.key !== key || note.bytes !== (await stat(path)).size) return false;
    return note.crc32 === (await checksumOf(path));
  } catch {
    // Not there, not readable, no note: built anew in any case.
    return false;
  }
}

/** Keeps an index whole or not at all: the note, without which it is not taken, comes last. */
export async function keepIndex(path: string, key: string, save: (path: string) => void): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    save(temporary);
    await synced(temporary);
    const note: IndexNote = { format: FORMAT_VERSION, key, bytes: (await stat(temporary)).size, crc32: await checksumOf(temporary) };
    await rm(noteOf(path), { force: true });
    await rename(temporary, path);
    await writeFile(noteOf(temporary), `${JSON.stringify(note)}\n`);
    await rename(noteOf(temporary), noteOf(path));
  } finally {
    await rm(temporary, { force: true });
    await rm(noteOf(temporary), { force: true });
  }
}

function noteOf(path: string): string {
  return `${path}.note`;
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function checksumOf(path: string): Promise<number> {
  let sum = 0;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) sum = crc32(piece as Buffer, sum);
  return sum;
}
