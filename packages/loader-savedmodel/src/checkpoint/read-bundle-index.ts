import { messageOf, type ServingError } from '@servable/core';
import { fromBinary } from '@servable/protos';
import { BundleEntryProtoSchema, type BundleHeaderProto, BundleHeaderProto_Endianness, BundleHeaderProtoSchema } from '@servable/protos/saved-model';
import { DamagedBytes } from '../bytes/byte-reader.ts';
import { savedModelError } from '../errors.ts';
import { readTable } from '../table/read-table.ts';
import type { TableEntry } from '../table/table-block.ts';
import { type BundleEntry, type BundleRecord, InvalidEntry, toRecord } from './bundle-entry.ts';
import { printable, textOf, toEntry } from './partitioned-entry.ts';
import { SLICE_KEY_START } from './slice-key.ts';

/** The version of the format that this reader knows. */
const BUNDLE_VERSION = 1;

/** What `variables.index` says. */
export interface BundleIndex {
  /** How many data files there are. */
  readonly shards: number;
  /** In the order of their keys. */
  readonly entries: readonly BundleEntry[];
}

/**
 * Reads the bytes of an index: every block's checksum, every entry against itself, the parts of partitioned tensors against the
 * whole.
 *
 * @param path - of the file, for messages
 * @throws ServingError `SRV_CHECKPOINT_INDEX_DAMAGED`, `SRV_CHECKPOINT_UNSUPPORTED`, `SRV_CHECKPOINT_ENTRY_INVALID`
 */
export function readBundleIndex(path: string, file: Uint8Array): BundleIndex {
  const [first, ...rest] = readEntriesOf(path, file);
  if (first === undefined || first.key.length > 0) throw damaged(path, 'It has no header');
  const shards = shardsOf(path, decoded(path, '', () => fromBinary(BundleHeaderProtoSchema, first.value)));
  const records = rest.map(({ key, value }) => decoded(path, printable(key), () => toRecord(key, fromBinary(BundleEntryProtoSchema, value), shards)));
  const byKey = new Map(records.map((record) => [textOf(record.name), record]));
  const entries = records.filter(({ name }) => name[0] !== SLICE_KEY_START).map((record) => decoded(path, printable(record.name), () => toEntry(record, (key) => byKey.get(key))));
  checkExtents(path, records);
  return { shards, entries };
}

function readEntriesOf(path: string, file: Uint8Array): TableEntry[] {
  try {
    return [...readTable(file)];
  } catch (error) {
    if (error instanceof DamagedBytes) throw damaged(path, `Perhaps the file is corrupt: ${error.message} (at ${error.offset})`, error);
    throw error;
  }
}

function decoded<T>(path: string, key: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof InvalidEntry) throw savedModelError('SRV_CHECKPOINT_ENTRY_INVALID', [path, key, error.message], { cause: error });
    throw damaged(path, `Its entry '${key}' is no message: ${messageOf(error)}`, error);
  }
}

function shardsOf(path: string, { endianness, version, numShards }: BundleHeaderProto): number {
  const unsupported = (reason: string): ServingError => savedModelError('SRV_CHECKPOINT_UNSUPPORTED', [path, 'header', reason]);
  if (endianness !== BundleHeaderProto_Endianness.LITTLE) {
    throw unsupported('its numbers are big-endian. Load the model and save it again on a little-endian machine');
  }
  const { minConsumer = 0, badConsumers = [] } = version ?? {};
  const isTooNew = minConsumer > BUNDLE_VERSION || badConsumers.includes(BUNDLE_VERSION);
  if (isTooNew) throw unsupported(`it is for readers of version ${minConsumer}, this is ${BUNDLE_VERSION}. Upgrade Servable, or export with an older TensorFlow`);
  if (numShards < 0) throw damaged(path, `Its header says ${numShards} data files`);
  return numShards;
}

/** Entries never share bytes. Without this check, an index of some kilobytes could have the same gigabyte read any number of times. */
function checkExtents(path: string, records: readonly BundleRecord[]): void {
  const stored = records.filter(({ slices, byteLength }) => slices.length === 0 && byteLength > 0);
  const sorted = stored.toSorted((a, b) => a.shard - b.shard || a.offset - b.offset);
  for (const [at, record] of sorted.entries()) {
    const before = sorted[at - 1];
    if (before === undefined || before.shard !== record.shard || before.offset + before.byteLength <= record.offset) continue;
    throw savedModelError('SRV_CHECKPOINT_ENTRY_INVALID', [path, printable(record.name), `it shares bytes with '${printable(before.name)}'`]);
  }
}

function damaged(path: string, reason: string, cause?: unknown): ServingError {
  return savedModelError('SRV_CHECKPOINT_INDEX_DAMAGED', [path, reason], { cause });
}
