import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Source: ELF-64 object file format; `e_machine` numbers of the generic ABI. */
const HEADER_BYTES = 64;
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const LOADED = 1;

/**
 * Checks what opening a library takes on trust: the system maps a file that is cut short all the same, and the process ends with a bus
 * error when its end is touched.
 *
 * @throws Error when it is no library for this machine, or not all of it is there
 */
export function checkLibraryFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const header = read(file, 0, HEADER_BYTES);
    if (size === 0) throw new Error(`'${path}' is empty`);
    if (header.length < HEADER_BYTES || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) throw new Error(`'${path}' is no 64-bit ELF library`);
    const machine = header.readUInt16LE(18);
    if (machine !== (MACHINES[process.arch] ?? machine)) throw new Error(`'${path}' is made for another processor (ELF machine ${machine}) than this one (${process.arch})`);
    const needed = endOfSegments(file, header);
    if (needed > size) throw new Error(`'${path}' is cut short: it has ${size} bytes and needs ${needed}`);
  } finally {
    closeSync(file);
  }
}

/** Where the last byte lies that is mapped when the library is opened. */
function endOfSegments(file: number, header: Buffer): number {
  const [offset, entryBytes, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)];
  const table = read(file, offset, entryBytes * count);
  let end = offset + entryBytes * count;
  for (let at = 0; at + 40 <= table.length; at += entryBytes) {
    if (table.readUInt32LE(at) === LOADED) end = Math.max(end, Number(table.readBigUInt64LE(at + 8) + table.readBigUInt64LE(at + 32)));
    if (entryBytes === 0) break;
  }
  return end;
}

function read(file: number, position: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, bytes === 0 ? 0 : readSync(file, buffer, 0, bytes, position));
}
