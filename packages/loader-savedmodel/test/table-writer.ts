/**
 * Writes tables and tensor bundles as LevelDB and TensorFlow do, by a way of its own: checksums bit by bit, varints by BigInt,
 * blocks of chosen sizes. Tests read what it writes.
 */
import { writeFileSync } from 'node:fs';
import { create, toBinary } from '@servable/protos';
import { BundleEntryProtoSchema, BundleHeaderProtoSchema } from '@servable/protos/saved-model';

export interface WrittenEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface TableShape {
  /** Entries in one block. */
  readonly entriesPerBlock: number;
  /** After so many entries a key is spelled out. */
  readonly restartInterval: number;
  readonly isCompressed: boolean;
}

export const PLAIN: TableShape = { entriesPerBlock: 1000, restartInterval: 16, isCompressed: false };

export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

export function slowMasked(bytes: Uint8Array): number {
  const crc = BigInt(slowCrc32c(bytes));
  return Number((((crc >> 15n) | ((crc << 17n) & 0xffffffffn)) + 0xa282ead8n) & 0xffffffffn);
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A block's content; keys must rise. */
export function blockOf(entries: readonly WrittenEntry[], restartInterval: number): Buffer {
  const parts: Buffer[] = [];
  const restarts: number[] = [];
  let length = 0;
  for (const [at, { key, value }] of entries.entries()) {
    const before = at % restartInterval === 0 ? undefined : entries[at - 1]?.key;
    if (before === undefined) restarts.push(length);
    const shared = before === undefined ? 0 : sharedBytes(before, key);
    const part = Buffer.concat([varint(shared), varint(key.length - shared), varint(value.length), key.subarray(shared), value]);
    parts.push(part);
    length += part.length;
  }
  if (restarts.length === 0) restarts.push(0);
  return Buffer.concat([...parts, ...restarts.map(uint32), uint32(restarts.length)]);
}

function sharedBytes(left: Uint8Array, right: Uint8Array): number {
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared += 1;
  return shared;
}

/** Snappy with literals of at most 60 bytes and a copy wherever the last 4 bytes were seen at the same place 1 to 2047 bytes before. */
export function snappyOf(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; ) {
    const distance = distanceOf(bytes, at);
    if (distance === 0) {
      const end = Math.min(bytes.length, at + 60);
      const literal = bytes.subarray(at, end);
      parts.push(Buffer.from([(literal.length - 1) << 2]), Buffer.from(literal));
      at = end;
      continue;
    }
    let length = 4;
    while (length < 64 && at + length < bytes.length && bytes[at + length] === bytes[at + length - distance]) length += 1;
    parts.push(Buffer.from([((length - 1) << 2) | 2, distance & 0xff, distance >> 8]));
    at += length;
  }
  return Buffer.concat(parts);
}

function distanceOf(bytes: Uint8Array, at: number): number {
  for (let distance = 1; distance <= Math.min(at, 2047) && at + 4 <= bytes.length; distance++) {
    if ([0, 1, 2, 3].every((step) => bytes[at + step] === bytes[at + step - distance])) return distance;
  }
  return 0;
}

export function tableOf(entries: readonly WrittenEntry[], shape: TableShape = PLAIN): Buffer {
  const file: Buffer[] = [];
  const index: WrittenEntry[] = [];
  let length = 0;
  const add = (content: Buffer): Buffer => {
    const stored = shape.isCompressed ? snappyOf(content) : content;
    const typed = Buffer.concat([stored, Buffer.from([shape.isCompressed ? 1 : 0])]);
    const handle = Buffer.concat([varint(length), varint(stored.length)]);
    file.push(typed, uint32(slowMasked(typed)));
    length += typed.length + 4;
    return handle;
  };
  for (let at = 0; at < entries.length; at += shape.entriesPerBlock) {
    const block = entries.slice(at, at + shape.entriesPerBlock);
    index.push({ key: block.at(-1)?.key ?? new Uint8Array(0), value: add(blockOf(block, shape.restartInterval)) });
  }
  const metaHandle = add(blockOf([], 1));
  const indexHandle = add(blockOf(index, 1));
  const footer = Buffer.alloc(48);
  Buffer.concat([metaHandle, indexHandle]).copy(footer);
  Buffer.from('57fb808b247547db', 'hex').copy(footer, 40);
  return Buffer.concat([...file, footer]);
}

export interface WrittenTensor {
  readonly key: string | Uint8Array;
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  readonly shard?: number;
  /** Extents of the parts; then the data is theirs, under keys of their own. */
  readonly slices?: readonly (readonly { readonly start: number; readonly length?: number }[])[];
  /** Defaults: the right ones. */
  readonly checksum?: number;
  readonly offset?: number;
}

export interface WrittenBundle {
  readonly shards?: number;
  readonly table?: TableShape;
  readonly endianness?: 0 | 1;
  readonly minConsumer?: number;
}

/** Writes `<prefix>.index` and the data files. */
export function writeBundle(prefix: string, tensors: readonly WrittenTensor[], options: WrittenBundle = {}): void {
  const { shards = 1, table = PLAIN, endianness = 0, minConsumer = 0 } = options;
  const header = create(BundleHeaderProtoSchema, { numShards: shards, endianness, version: { producer: 1, minConsumer } });
  const data: (Uint8Array | undefined)[] = Array.from({ length: shards }, () => new Uint8Array(0));
  const entries = tensors.map((tensor): WrittenEntry => {
    const shard = tensor.shard ?? 0;
    const offset = tensor.offset ?? data[shard]?.length ?? 0;
    const isWhole = tensor.slices === undefined;
    if (isWhole) data[shard] = Buffer.concat([data[shard] ?? new Uint8Array(0), tensor.data]);
    return { key: Buffer.from(tensor.key), value: entryOf(tensor, shard, offset) };
  });
  const sorted = [{ key: new Uint8Array(0), value: toBinary(BundleHeaderProtoSchema, header) }, ...entries.toSorted((a, b) => Buffer.compare(a.key, b.key))];
  writeFileSync(`${prefix}.index`, tableOf(sorted, table));
  for (const [shard, bytes] of data.entries()) writeFileSync(`${prefix}.data-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}`, bytes ?? new Uint8Array(0));
}

function entryOf({ dataType, shape, data, slices = [], checksum }: WrittenTensor, shard: number, offset: number): Uint8Array {
  const extents = slices.map((slice) => ({
    extent: slice.map(({ start, length }) => ({
      start: BigInt(start),
      ...(length === undefined ? {} : { hasLengthHack: { case: 'length' as const, value: BigInt(length) } }),
    })),
  }));
  const place = slices.length > 0 ? {} : { shardId: shard, offset: BigInt(offset), size: BigInt(data.length), crc32c: checksum ?? slowMasked(data) };
  return toBinary(
    BundleEntryProtoSchema,
    create(BundleEntryProtoSchema, { dtype: dataType as 1, shape: { dim: shape.map((size) => ({ size: BigInt(size) })) }, slices: extents, ...place }),
  );
}
