import { ByteReader, DamagedBytes } from '../bytes/byte-reader.ts';
import { crc32c, maskCrc32c } from '@servable/tfrecord';
import { decodeSnappy } from './snappy.ts';

/** Where a block is in its file, without its trailer. */
export interface BlockHandle {
  readonly offset: number;
  readonly length: number;
}

/** One entry of a block; `key` is a copy, `value` a view. */
export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const TRAILER_BYTES = 5;
/**
 * How many times a block's own size its keys may take when each is spelled out. Writers spell out every 16th key, so an honest
 * block stays below 16; without a limit a small file could ask for any amount of memory.
 */
const MAX_KEY_EXPANSION = 64;

/** Reads the two varints of a handle. */
export function readHandle(reader: ByteReader): BlockHandle {
  return { offset: reader.varint(), length: reader.varint() };
}

/** A block's content: checked against its checksum, and decompressed. */
export function readBlock(file: Uint8Array, { offset, length }: BlockHandle): Uint8Array {
  if (offset + length + TRAILER_BYTES > file.length) {
    throw new DamagedBytes(`a block at ${offset} to ${offset + length + TRAILER_BYTES} is beyond the end at ${file.length}`, offset);
  }
  const trailer = new ByteReader(file, offset + length, offset + length + TRAILER_BYTES);
  const kind = trailer.uint8();
  const calculated = maskCrc32c(crc32c(file.subarray(offset, offset + length + 1)));
  if (trailer.uint32() !== calculated) throw new DamagedBytes('block checksum mismatch', offset);
  const content = file.subarray(offset, offset + length);
  if (kind === 0) return content;
  if (kind === 1) return decodeSnappy(content);
  throw new DamagedBytes(`a block of the unknown compression ${kind}`, offset);
}

/** The entries of a block in order. Each key shares its beginning with the one before it. */
export function* readEntries(block: Uint8Array): Generator<TableEntry> {
  const reader = new ByteReader(block, 0, restartsOffset(block));
  let key: Uint8Array = new Uint8Array(0);
  let keyBytes = 0;
  while (reader.remaining > 0) {
    const { position } = reader;
    const shared = reader.varint();
    const unshared = reader.varint();
    const valueLength = reader.varint();
    if (shared > key.length) throw new DamagedBytes(`a key shares ${shared} bytes with one of ${key.length}`, position);
    keyBytes += shared + unshared;
    if (keyBytes > MAX_KEY_EXPANSION * block.length) throw new DamagedBytes('its keys are longer than they can be', position);
    key = joinKey(key.subarray(0, shared), reader.take(unshared));
    yield { key, value: reader.take(valueLength) };
  }
}

/** A block ends with the offsets of entries that spell their key out, and their number; a whole reading needs none of them. */
function restartsOffset(block: Uint8Array): number {
  const countOffset = block.length - 4;
  if (countOffset < 0) throw new DamagedBytes('a block of less than 4 bytes', 0);
  const count = new ByteReader(block, countOffset).uint32();
  const offset = countOffset - 4 * count;
  if (offset < 0) throw new DamagedBytes(`a block of ${block.length} bytes with ${count} restarts`, countOffset);
  return offset;
}

function joinKey(shared: Uint8Array, rest: Uint8Array): Uint8Array {
  const key = new Uint8Array(shared.length + rest.length);
  key.set(shared);
  key.set(rest, shared.length);
  return key;
}
