import type { ModelSpec } from '../model-spec.ts';
import { type WireReader, WireType } from './wire-reader.ts';

const NAME_TAG = (1 << 3) | WireType.bytes;
const VERSION_TAG = (2 << 3) | WireType.bytes;
const SIGNATURE_NAME_TAG = (3 << 3) | WireType.bytes;
const LABEL_TAG = (4 << 3) | WireType.bytes;
const VALUE_TAG = (1 << 3) | WireType.varint;

/** Reads a ModelSpec field into what an earlier piece of it said: a message in several pieces is merged. */
export function readModelSpec(reader: WireReader, before: ModelSpec | undefined): ModelSpec {
  let name = before?.name ?? '';
  let signatureName = before?.signatureName ?? '';
  let version = before?.version;
  let versionLabel = before?.versionLabel;
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === NAME_TAG) name = reader.utf8();
    else if (tag === SIGNATURE_NAME_TAG) signatureName = reader.utf8();
    else if (tag === VERSION_TAG) {
      // Version and label are one choice: the last wins.
      version = readInt64Value(reader, version ?? 0n);
      versionLabel = undefined;
    } else if (tag === LABEL_TAG) {
      versionLabel = reader.utf8();
      version = undefined;
    } else reader.skip(tag);
  }
  reader.close(outer);
  return {
    name,
    signatureName,
    ...(version === undefined ? {} : { version }),
    ...(versionLabel === undefined ? {} : { versionLabel }),
  };
}

/** A `google.protobuf.Int64Value`: present but empty is 0. */
function readInt64Value(reader: WireReader, before: bigint): bigint {
  let value = before;
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === VALUE_TAG) value = reader.int64();
    else reader.skip(tag);
  }
  reader.close(outer);
  return value;
}
