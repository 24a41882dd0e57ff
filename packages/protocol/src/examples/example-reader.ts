import { WireReader, WireType } from '../grpc-v1/wire-reader.ts';

/** What kind of values a feature has; `none`: it has none, and counts as missing. */
export type FeatureKind = 'bytes' | 'float' | 'int64' | 'none';

/** One feature, its values still as they came: messages `BytesList`, `FloatList` or `Int64List`, one after the other. */
export interface RawFeature {
  readonly kind: FeatureKind;
  readonly values: Uint8Array;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
const NONE: RawFeature = { kind: 'none', values: NO_BYTES };

const bytesTag = (number: number): number => (number << 3) | WireType.bytes;
const FEATURES_TAG = bytesTag(1);
const ENTRY_TAG = bytesTag(1);
const KEY_TAG = bytesTag(1);
const VALUE_TAG = bytesTag(2);
const KINDS: ReadonlyMap<number, FeatureKind> = new Map([
  [bytesTag(1), 'bytes'],
  [bytesTag(2), 'float'],
  [bytesTag(3), 'int64'],
]);

/**
 * Reads those features of a serialized `tensorflow.Example` that are wanted. Of a key that stands several times the last
 * counts; a list in several pieces is one list.
 *
 * @throws ServingError `SRV_GRPC_V1_MALFORMED`
 */
export function readFeatures(example: Uint8Array, wanted: ReadonlySet<string>): ReadonlyMap<string, RawFeature> {
  const features = new Map<string, RawFeature>();
  const reader = new WireReader(example, 'tensorflow.Example');
  while (reader.more) {
    const tag = reader.tag();
    if (tag !== FEATURES_TAG) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.open();
    while (reader.more) {
      const inner = reader.tag();
      if (inner === ENTRY_TAG) readEntry(reader, wanted, features);
      else reader.skip(inner);
    }
    reader.close(outer);
  }
  return features;
}

function readEntry(reader: WireReader, wanted: ReadonlySet<string>, features: Map<string, RawFeature>): void {
  let key = '';
  let feature = NONE;
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === KEY_TAG) key = reader.utf8();
    else if (tag === VALUE_TAG) feature = readFeature(reader, feature);
    else reader.skip(tag);
  }
  reader.close(outer);
  if (wanted.has(key)) features.set(key, feature);
}

/** The kinds are one choice: the last wins, and further pieces of it are joined. */
function readFeature(reader: WireReader, before: RawFeature): RawFeature {
  let feature = before;
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    const kind = KINDS.get(tag);
    if (kind === undefined) reader.skip(tag);
    else {
      const values = reader.view();
      feature = { kind, values: feature.kind === kind && feature.values.length > 0 ? Buffer.concat([feature.values, values]) : values };
    }
  }
  reader.close(outer);
  return feature;
}
