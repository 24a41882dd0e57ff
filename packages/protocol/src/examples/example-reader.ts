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
 * Reads those features of a serialized `tensorflow.Example` that are wanted, in the order of their names (UTF-8); `undefined` where
 * it has none. Of a key that stands several times the last counts; a list in several pieces is one list.
 *
 * @throws ServingError `SRV_GRPC_V1_MALFORMED`
 */
export function readFeatures(example: Uint8Array, names: readonly Uint8Array[]): readonly (RawFeature | undefined)[] {
  const features = names.map((): RawFeature | undefined => undefined);
  const reader = new WireReader(example, 'tensorflow.Example');
  let guess = 0;
  while (reader.more) {
    const tag = reader.tag();
    if (tag !== FEATURES_TAG) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.open();
    while (reader.more) {
      const inner = reader.tag();
      // Most examples have their features in the order of those before.
      if (inner === ENTRY_TAG) guess = readEntry(reader, { names, features, guess }) + 1;
      else reader.skip(inner);
    }
    reader.close(outer);
  }
  return features;
}

interface Wanted {
  readonly names: readonly Uint8Array[];
  readonly features: (RawFeature | undefined)[];
  /** Which name to compare first. */
  readonly guess: number;
}

/** Returns which name it was, or -1. */
function readEntry(reader: WireReader, { names, features, guess }: Wanted): number {
  let index = -1;
  let hasKey = false;
  let feature = NONE;
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === KEY_TAG) {
      hasKey = true;
      index = readName(reader, names, guess);
    } else if (tag === VALUE_TAG) feature = readFeature(reader, feature);
    else reader.skip(tag);
  }
  reader.close(outer);
  if (!hasKey) index = names.findIndex((name) => name.length === 0);
  if (index >= 0) features[index] = feature;
  return index;
}

/** Compares bytes where they are: a text for each key would take longer than all the rest. */
function readName(reader: WireReader, names: readonly Uint8Array[], guess: number): number {
  const outer = reader.open();
  const found = isNext(reader, names[guess]) ? guess : names.findIndex((name) => isNext(reader, name));
  reader.close(outer);
  return found;
}

function isNext({ bytes, position, end }: WireReader, name: Uint8Array | undefined): boolean {
  if (name === undefined || name.length !== end - position) return false;
  for (let at = 0; at < name.length; at += 1) if (bytes[position + at] !== name[at]) return false;
  return true;
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
