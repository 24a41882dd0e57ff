import type { KeyTable } from './key-table.ts';
import { DAMAGED, type WireReader } from './wire-reader.ts';

const [FEATURES, ENTRY, KEY, FEATURE] = [0x0a, 0x0a, 0x0a, 0x12];

/** Features that were found in one example, in its order: which, and where what they hold begins and ends. */
export class FoundFeatures {
  /** Three numbers for each. */
  places: Int32Array = new Int32Array(96);
  count = 0;

  add(feature: number, start: number, end: number): void {
    const at = 3 * this.count++;
    if (at + 3 > this.places.length) this.#grow();
    this.places[at] = feature;
    this.places[at + 1] = start;
    this.places[at + 2] = end;
  }

  #grow(): void {
    const places = new Int32Array(2 * this.places.length);
    places.set(this.places);
    this.places = places;
  }
}

/** Finds the features that a table has. @returns whether the bytes are an example */
export function findFeatures(reader: WireReader, keys: KeyTable, found: FoundFeatures): boolean {
  found.count = 0;
  while (!reader.isAtEnd()) {
    // Examples that were joined end to end are one, and fields that nobody knows mean nothing.
    const isRead = reader.skipTag(FEATURES) ? readFeatures(reader, keys, found) : reader.skipUnknown();
    if (!isRead) return false;
  }
  return true;
}

function readFeatures(reader: WireReader, keys: KeyTable, found: FoundFeatures): boolean {
  const outer = reader.enter();
  if (outer === DAMAGED) return false;
  while (!reader.isAtEnd()) if (!reader.skipTag(ENTRY) || !readEntry(reader, keys, found)) return false;
  reader.end = outer;
  return true;
}

/** A key and a feature in either order; the second of two of a kind holds. */
function readEntry(reader: WireReader, keys: KeyTable, found: FoundFeatures): boolean {
  const outer = reader.enter();
  if (outer === DAMAGED) return false;
  let [keyStart, keyEnd, start, end] = [0, 0, 0, 0];
  for (let part = 0; part < 2; part++) {
    const tag = reader.varint();
    const at = tag === KEY || tag === FEATURE ? reader.skipPart() : DAMAGED;
    if (at === DAMAGED) return false;
    if (tag === KEY) [keyStart, keyEnd] = [at, reader.at];
    else [start, end] = [at, reader.at];
  }
  if (!reader.isAtEnd()) return false;
  reader.end = outer;
  const feature = keys.find(reader.bytes, keyStart, keyEnd);
  if (feature !== -1) found.add(feature, start, end);
  return true;
}
