import { ByteReader, DamagedBytes } from '../bytes/byte-reader.ts';
import { type BlockHandle, readBlock, readEntries, readHandle, type TableEntry } from './table-block.ts';

const FOOTER_BYTES = 48;
/** 0xdb4775248b80fb57, little-endian. */
const MAGIC_LOW = 0x8b80fb57;
const MAGIC_HIGH = 0xdb477524;

/**
 * The entries of a whole table file (LevelDB's format, as TensorFlow writes `variables.index`), in the order of their keys.
 * Every block is checked against its checksum; keys must rise.
 *
 * @throws DamagedBytes when it is no table, or a damaged one
 *
 * Source: LevelDB, `doc/table_format.md`.
 */
export function* readTable(file: Uint8Array): Generator<TableEntry> {
  let last: Uint8Array | undefined;
  for (const { value: handle } of readEntries(readBlock(file, readIndexHandle(file)))) {
    for (const entry of readEntries(readBlock(file, readHandle(new ByteReader(handle))))) {
      if (last !== undefined && Buffer.compare(last, entry.key) >= 0) throw new DamagedBytes('its keys do not rise', 0);
      last = entry.key;
      yield entry;
    }
  }
}

/** From the footer: the handles of the meta index and of the index, zeros, the magic number. */
function readIndexHandle(file: Uint8Array): BlockHandle {
  if (file.length < FOOTER_BYTES) throw new DamagedBytes('file is too short to be an sstable', file.length);
  const magic = new ByteReader(file, file.length - 8);
  if (magic.uint32() !== MAGIC_LOW || magic.uint32() !== MAGIC_HIGH) throw new DamagedBytes('not an sstable (bad magic number)', file.length - 8);
  const footer = new ByteReader(file, file.length - FOOTER_BYTES, file.length - 8);
  readHandle(footer);
  return readHandle(footer);
}
