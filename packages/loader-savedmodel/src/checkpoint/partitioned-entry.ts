import { elementCount } from '@servable/core';
import { type BundleEntry, type BundlePart, type BundleRecord, InvalidEntry, toRegion } from './bundle-entry.ts';
import { sliceKey } from './slice-key.ts';
import { intersect, regionText, wholeRegion } from './tensor-region.ts';

/** TensorFlow has one part for each parameter server. Each is compared with each other, so that there must be some limit. */
const MAX_PARTS = 4096;

/** Finds the record of a key; keys as {@link textOf} writes them. */
export type RecordLookup = (key: string) => BundleRecord | undefined;

/** Bytes as text, one character each: a key of a Map. */
export function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

/** A key for a message: parts' keys hold bytes that are no text. */
export function printable(key: Uint8Array): string {
  return Buffer.from(key).toString('utf8').replaceAll(/\p{Cc}/gu, '·');
}

/** The entry of a record: its only part, or those of the records that hold the parts. */
export function toEntry(record: BundleRecord, find: RecordLookup): BundleEntry {
  const key = Buffer.from(record.name).toString('utf8');
  const { dtype, typeName, shape } = record;
  const parts = record.slices.length === 0 ? [toPart(record, wholeRegion(shape))] : partsOf(record, find);
  return { key, dtype, typeName, shape, byteLength: parts.reduce((sum, part) => sum + part.byteLength, 0), parts };
}

function toPart({ shard, offset, byteLength, checksum }: BundleRecord, region: BundlePart['region']): BundlePart {
  return { region, shard, offset, byteLength, checksum };
}

function partsOf(whole: BundleRecord, find: RecordLookup): BundlePart[] {
  if (whole.slices.length > MAX_PARTS) throw new InvalidEntry(`it is in ${whole.slices.length} parts, more than ${MAX_PARTS}`);
  const parts = whole.slices.map((slice) => {
    const region = toRegion(slice, whole.shape);
    const record = find(textOf(sliceKey(whole.name, slice)));
    if (record === undefined) throw new InvalidEntry(`its part ${regionText(region)} is not in the index`);
    if (record.dataType !== whole.dataType || String(record.shape) !== String(region.lengths) || record.slices.length > 0) {
      throw new InvalidEntry(`its part ${regionText(region)} is ${record.typeName} of shape [${record.shape}]`);
    }
    return toPart(record, region);
  });
  checkCover(whole.shape, parts);
  return parts;
}

/** No two parts share an element, and together they have as many as the tensor: so each element is in one. */
function checkCover(shape: readonly number[], parts: readonly BundlePart[]): void {
  for (const [at, { region }] of parts.entries()) {
    for (const other of parts.slice(0, at)) {
      if (intersect(region, other.region)) throw new InvalidEntry(`its parts ${regionText(other.region)} and ${regionText(region)} overlap`);
    }
  }
  const covered = parts.reduce((sum, { region }) => sum + elementCount(region.lengths), 0);
  if (covered !== elementCount(shape)) throw new InvalidEntry(`its parts have ${covered} of ${elementCount(shape)} elements`);
}
