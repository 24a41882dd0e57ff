import { messageOf } from '@servable/core';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { tableError } from '../errors.ts';
import { type ByteSource, memoryBytes, partOf } from './byte-source.ts';

const inflate = promisify(inflateRaw);
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly from: number;
}

/** The files of an archive, from its directory. Source: PKWARE's APPNOTE 6.3, with ZIP64. */
export async function readZipDirectory(source: ByteSource): Promise<readonly ZipEntry[]> {
  const tailBytes = Math.min(source.size, END_BYTES + MAX_COMMENT_BYTES);
  const tailFrom = source.size - tailBytes;
  const tail = viewOf(await source.read(tailFrom, tailBytes));
  let at = tail.byteLength - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at -= 1;
  if (at < 0) throw tableError('SRV_TABLE_FILE_INVALID', [source.path, 'it is no archive, or cut short: its directory is missing']);
  let [size, from] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  if (from === 0xffff_ffff && at >= 20 && tail.getUint32(at - 20, true) === 0x07064b50) {
    const end = viewOf(await source.read(Number(tail.getBigUint64(at - 12, true)), 56));
    [size, from] = [Number(end.getBigUint64(40, true)), Number(end.getBigUint64(48, true))];
  }
  return entriesOf(source, viewOf(await source.read(from, size)));
}

function entriesOf({ path }: ByteSource, directory: DataView): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= directory.byteLength; ) {
    if (directory.getUint32(at, true) !== 0x02014b50) throw tableError('SRV_TABLE_FILE_INVALID', [path, 'its directory is damaged']);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => directory.getUint16(at + offset, true)) as [number, number, number];
    const name = Buffer.from(directory.buffer, directory.byteOffset + at + 46, nameBytes).toString('utf8');
    const sizes = { compressedSize: directory.getUint32(at + 20, true), size: directory.getUint32(at + 24, true), from: directory.getUint32(at + 42, true) };
    entries.push({ name, method: directory.getUint16(at + 10, true), ...zip64Sizes(directory, at + 46 + nameBytes, extraBytes, sizes) });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

type Sizes = Pick<ZipEntry, 'compressedSize' | 'size' | 'from'>;

/** Sizes of 32 ones are in the extra field 1, in this order, those alone. */
function zip64Sizes(view: DataView, start: number, length: number, sizes: Sizes): Sizes {
  const found = { ...sizes };
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    for (const member of ['size', 'compressedSize', 'from'] as const) {
      if (found[member] !== 0xffff_ffff || next + 8 > start + length) continue;
      found[member] = Number(view.getBigUint64(next, true));
      next += 8;
    }
  }
  return found;
}

/** An entry's bytes: where they are when it is stored, in memory when it is compressed. */
export async function openZipEntry(source: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  const path = `${source.path}:${entry.name}`;
  const fail = (reason: string): Error => tableError('SRV_TABLE_FILE_INVALID', [path, reason]);
  const header = viewOf(await source.read(entry.from, 30));
  if (header.getUint32(0, true) !== 0x04034b50) throw fail('it is not where the directory says');
  const from = entry.from + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const part = partOf(source, path, { from, size: entry.compressedSize });
  if (entry.method === 0) return part;
  if (entry.method !== 8) throw fail(`it is compressed by method ${entry.method}; 'stored' and 'deflate' are known`);
  try {
    const bytes = await inflate(await part.read(0, entry.compressedSize), { maxOutputLength: entry.size });
    if (bytes.length !== entry.size) throw new Error(`it has ${bytes.length} bytes, the directory says ${entry.size}`);
    return memoryBytes(path, bytes);
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
