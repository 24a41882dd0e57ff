import { messageOf } from '@servable/core';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { tableError } from '../errors.ts';
import { faultOfTable } from './check-table.ts';
import { describeTable, sectionsOf, type TableDescription, tableOf } from './table-sections.ts';
import type { Table } from './table.ts';

/*
 * A built table, version 2. Little-endian throughout.
 *
 *   0   8 bytes   "SRVTABLE"
 *   8   uint32    format version, 2
 *   12  uint32    bytes of the header
 *   16  uint32    CRC-32 of the header
 *   20            the header: JSON, `{ table, sections: [{ name, from, bytes, crc32 }] }`
 *
 * Sections are the table's arrays as they are in memory, each from a multiple of 64 on. Any change of what is in them, the hash of
 * keys included, is a new format version.
 */
const MAGIC = 'SRVTABLE';
const FORMAT_VERSION = 2;
const START_BYTES = 20;
const ALIGNMENT = 64;
/** Bytes of one read or write, and of one step of the checksum. */
const PIECE_BYTES = 64 * 2 ** 20;
const MAX_HEADER_BYTES = 64 * 2 ** 20;

interface Section {
  readonly name: string;
  readonly from: number;
  readonly bytes: number;
  readonly crc32: number;
}

interface Header {
  readonly table: TableDescription;
  readonly sections: readonly Section[];
}

/** Writes a table to a file, whole or not at all. @returns its size in bytes */
export async function writeTableFile(path: string, table: Table): Promise<number> {
  const arrays = sectionsOf(table);
  // Places depend on the header's length, and that on their digits: room is left for the largest.
  const sizes = [...arrays].map(([name, { byteLength: bytes }]) => ({ name, bytes }));
  const headerRoom = align(START_BYTES + Buffer.byteLength(JSON.stringify({ table: describeTable(table), sections: sizes })) + sizes.length * 64);
  const sections: Section[] = [];
  let at = headerRoom;
  for (const [name, array] of arrays) {
    sections.push({ name, from: at, bytes: array.byteLength, crc32: checksum(array) });
    at = align(at + array.byteLength);
  }
  const header = Buffer.from(JSON.stringify({ table: describeTable(table), sections } satisfies Header));
  const start = Buffer.alloc(START_BYTES);
  start.write(MAGIC, 'latin1');
  for (const [place, value] of [FORMAT_VERSION, header.length, crc32(header)].entries()) start.writeUInt32LE(value, 8 + place * 4);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await writeAt(file, Buffer.concat([start, header]), 0);
      for (const { name, from } of sections) await writeAt(file, arrays.get(name) ?? new Uint8Array(0), from);
      await file.truncate(at);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return at;
}

/** Reads a file of {@link writeTableFile} in large pieces. @throws ServingError `SRV_TABLE_FILE_INVALID` */
export function readTableFile(path: string): Promise<Table> {
  return withFile(path, readTable);
}

/** What a file of {@link writeTableFile} holds, without its arrays. @throws ServingError `SRV_TABLE_FILE_INVALID` */
export function describeTableFile(path: string): Promise<TableDescription> {
  return withFile(path, async (file) => (await readHeader(file, (await file.stat()).size)).table);
}

async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await open(path);
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
  }
}

async function readTable(file: FileHandle): Promise<Table> {
  const { size } = await file.stat();
  const header = await readHeader(file, size);
  const table = tableOf(header.table, new Map(header.sections.map((section) => [section.name, section.bytes])));
  const arrays = sectionsOf(table);
  for (const section of header.sections) {
    if (section.from + section.bytes > size) throw new Error(`it is cut short: '${section.name}' ends at ${section.from + section.bytes}, the file at ${size}`);
    await readSection(file, section, arrays.get(section.name));
  }
  const fault = faultOfTable(table);
  if (fault !== undefined) throw new Error(fault);
  return table;
}

async function readHeader(file: FileHandle, size: number): Promise<Header> {
  const start = Buffer.alloc(START_BYTES);
  if (size < START_BYTES) throw new Error('it is too short for a table');
  await readAt(file, start, 0);
  if (start.toString('latin1', 0, 8) !== MAGIC) throw new Error('it does not begin as a built table does');
  const [version = 0, length = 0, sum = 0] = [8, 12, 16].map((at) => start.readUInt32LE(at));
  if (version !== FORMAT_VERSION) throw new Error(`it has format version ${version}, this package reads ${FORMAT_VERSION}: build it again`);
  if (length > MAX_HEADER_BYTES || START_BYTES + length > size) throw new Error('it is cut short, or its header is damaged');
  const bytes = Buffer.alloc(length);
  await readAt(file, bytes, START_BYTES);
  if (crc32(bytes) !== sum) throw new Error('its header is damaged: the checksum differs');
  return JSON.parse(bytes.toString('utf8')) as Header;
}

async function readSection(file: FileHandle, section: Section, into: Uint8Array | undefined): Promise<void> {
  if (into?.byteLength !== section.bytes) throw new Error(`'${section.name}' has ${section.bytes} bytes, the table needs ${into?.byteLength ?? 0}`);
  let sum = 0;
  for (let at = 0; at < section.bytes; at += PIECE_BYTES) {
    const piece = into.subarray(at, Math.min(at + PIECE_BYTES, section.bytes));
    await readAt(file, piece, section.from + at);
    sum = crc32(piece, sum);
  }
  if (sum !== section.crc32) throw new Error(`'${section.name}' is damaged: the checksum differs`);
}

async function readAt(file: FileHandle, into: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, from + done);
    if (bytesRead === 0) throw new Error(`it is cut short: it ends after ${from + done} bytes`);
    done += bytesRead;
  }
}

async function writeAt(file: FileHandle, bytes: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(PIECE_BYTES, bytes.length - done), from + done);
    done += bytesWritten;
  }
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) sum = crc32(bytes.subarray(at, at + PIECE_BYTES), sum);
  return sum;
}

function align(at: number): number {
  return Math.ceil(at / ALIGNMENT) * ALIGNMENT;
}
