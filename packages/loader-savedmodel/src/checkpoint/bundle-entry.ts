import { bytesPerElement, type DType, elementCount } from '@servable/core';
import type { BundleEntryProto, TensorSliceProto } from '@servable/protos/saved-model';
import type { TensorShapeProto } from '@servable/protos/tensorflow';
import { dataTypeName, dtypeOf } from '../data-type.ts';
import { isInside, type TensorRegion } from './tensor-region.ts';

/** A tensor of a checkpoint, as its index tells it. */
export interface BundleEntry {
  /** The variable's name, or its path in the object graph with `/.ATTRIBUTES/VARIABLE_VALUE`. */
  readonly key: string;
  /** `undefined` when its values cannot be held here; `typeName` tells what they are. */
  readonly dtype: DType | undefined;
  /** TensorFlow's name of the type, such as `DT_FLOAT`. */
  readonly typeName: string;
  readonly shape: readonly number[];
  /** In the data files, all parts together. */
  readonly byteLength: number;
  /** Where the values are: one part, or those of a partitioned tensor. */
  readonly parts: readonly BundlePart[];
}

/** Values that lie side by side in one data file. */
export interface BundlePart {
  readonly region: TensorRegion;
  readonly shard: number;
  readonly offset: number;
  readonly byteLength: number;
  /** Masked CRC-32C of the bytes; of strings as TensorFlow counts them. */
  readonly checksum: number;
}

/** What one record of the index says by itself. */
export interface BundleRecord {
  readonly name: Uint8Array;
  readonly dataType: number;
  readonly dtype: DType | undefined;
  readonly typeName: string;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly byteLength: number;
  readonly checksum: number;
  readonly slices: readonly TensorSliceProto[];
}

/** What is wrong with one entry; the reader of the index adds the names. */
export class InvalidEntry extends Error {}

const MAX_RANK = 254;

/**
 * Checks what a record says against itself: sizes, offsets, and that a numeric tensor takes the bytes that its shape asks for.
 *
 * @throws InvalidEntry
 */
export function toRecord(name: Uint8Array, entry: BundleEntryProto, shards: number): BundleRecord {
  const dtype = dtypeOf(entry.dtype);
  const shape = toShape(entry.shape);
  const [offset, byteLength] = [toCount(entry.offset, 'offset'), toCount(entry.size, 'size')];
  if (entry.shardId < 0 || entry.shardId >= shards) throw new InvalidEntry(`it is in data file ${entry.shardId} of ${shards}`);
  if (entry.slices.length === 0) checkByteLength(dtype, shape, byteLength);
  return {
    name,
    dataType: entry.dtype,
    dtype,
    typeName: dataTypeName(entry.dtype),
    shape,
    shard: entry.shardId,
    offset,
    byteLength,
    checksum: entry.crc32c,
    slices: entry.slices,
  };
}

/** @throws InvalidEntry */
function checkByteLength(dtype: DType | undefined, shape: readonly number[], byteLength: number): void {
  if (dtype === undefined) return;
  const elements = elementCount(shape);
  // A string takes a byte at least, for its length.
  const fits = dtype === 'BYTES' ? elements <= byteLength : elements * bytesPerElement(dtype) === byteLength;
  if (!fits) throw new InvalidEntry(`shape [${shape}] of ${dtype} does not take ${byteLength} bytes`);
}

function toShape(shape: TensorShapeProto | undefined): number[] {
  const sizes = (shape?.dim ?? []).map(({ size }) => toCount(size, 'dimension'));
  if (shape?.unknownRank === true || sizes.length > MAX_RANK) throw new InvalidEntry('its shape is not known');
  return sizes;
}

function toCount(value: bigint, what: string): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidEntry(`its ${what} is ${value}`);
  return Number(value);
}

/**
 * The region that a slice means.
 *
 * @throws InvalidEntry when it reaches out of the tensor
 */
export function toRegion(slice: TensorSliceProto, shape: readonly number[]): TensorRegion {
  const region = {
    starts: slice.extent.map(({ start, hasLengthHack }) => (hasLengthHack.case === undefined ? 0 : Number(start))),
    lengths: slice.extent.map(({ hasLengthHack }, at) => (hasLengthHack.case === undefined ? (shape[at] ?? 0) : Number(hasLengthHack.value))),
  };
  if (!isInside(region, shape)) throw new InvalidEntry(`a part from [${region.starts}] of size [${region.lengths}] is not inside shape [${shape}]`);
  return region;
}
