import { WireReader, WireType } from '../grpc-v1/wire-reader.ts';
import type { RawFeature } from './example-reader.ts';

const VALUE_BYTES = (1 << 3) | WireType.bytes;
const VALUE_FIXED32 = (1 << 3) | WireType.fixed32;
const VALUE_VARINT = (1 << 3) | WireType.varint;
const FLOAT_BYTES = 4;

const readerOf = (feature: RawFeature): WireReader => new WireReader(feature.values, `${feature.kind}_list`);

/** How many values a feature has, without making any: the number is the sender's to choose. @throws ServingError `SRV_GRPC_V1_MALFORMED` */
export function countValues(feature: RawFeature): number {
  const reader = readerOf(feature);
  let count = 0;
  while (reader.more) {
    const tag = reader.tag();
    if (tag !== VALUE_BYTES || feature.kind === 'bytes') {
      if (tag === singleTagOf(feature)) count += 1;
      reader.skip(tag);
      continue;
    }
    const outer = reader.open();
    if (feature.kind === 'float') {
      if ((reader.end - reader.position) % FLOAT_BYTES !== 0) throw reader.malformed('packed floats that end early', reader.position);
      count += (reader.end - reader.position) / FLOAT_BYTES;
    } else while (reader.more) {
      reader.varint64();
      count += 1;
    }
    reader.close(outer);
  }
  return count;
}

function singleTagOf({ kind }: RawFeature): number {
  if (kind === 'float') return VALUE_FIXED32;
  return kind === 'int64' ? VALUE_VARINT : VALUE_BYTES;
}

/** The values of a `bytes_list`: views. */
export function readByteStrings(feature: RawFeature, take: (value: Uint8Array) => void): void {
  const reader = readerOf(feature);
  while (reader.more) {
    const tag = reader.tag();
    if (tag === VALUE_BYTES) take(reader.view());
    else reader.skip(tag);
  }
}

/** The values of a `float_list`, packed or not. */
export function readFloats(feature: RawFeature, take: (value: number) => void): void {
  const reader = readerOf(feature);
  const { buffer, byteOffset, byteLength } = feature.values;
  const view = new DataView(buffer, byteOffset, byteLength);
  while (reader.more) {
    const tag = reader.tag();
    if (tag !== VALUE_BYTES && tag !== VALUE_FIXED32) {
      reader.skip(tag);
      continue;
    }
    const outer = tag === VALUE_BYTES ? reader.open() : reader.openFixed(FLOAT_BYTES);
    for (let at = reader.position; at + FLOAT_BYTES <= reader.end; at += FLOAT_BYTES) take(view.getFloat32(at, true));
    reader.close(outer);
  }
}

/** The values of an `int64_list`, packed or not. */
export function readIntegers(feature: RawFeature, take: (value: bigint) => void): void {
  const reader = readerOf(feature);
  while (reader.more) {
    const tag = reader.tag();
    if (tag === VALUE_VARINT) take(reader.int64());
    else if (tag === VALUE_BYTES) {
      const outer = reader.open();
      while (reader.more) take(reader.int64());
      reader.close(outer);
    } else reader.skip(tag);
  }
}
