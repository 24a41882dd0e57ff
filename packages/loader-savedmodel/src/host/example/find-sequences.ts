import type { KeyTable } from './key-table.ts';
import { DAMAGED, type WireReader } from './wire-reader.ts';

const [CONTEXT, LISTS, ENTRY, KEY, VALUE] = [0x0a, 0x12, 0x0a, 0x0a, 0x12];

/** Features of a batch that are asked for: example after example, all features of each. */
export class SequencePlaces {
  readonly #features: number;
  readonly #places: Int32Array;

  constructor(examples: number, features: number) {
    this.#features = features;
    this.#places = new Int32Array(2 * examples * features).fill(-1);
  }

  set(example: number, feature: number, start: number, end: number): void {
    const at = 2 * (example * this.#features + feature);
    this.#places[at] = start;
    this.#places[at + 1] = end;
  }

  /** -1: the example does not have it. */
  start(example: number, feature: number): number {
    return this.#places[2 * (example * this.#features + feature)] ?? -1;
  }

  end(example: number, feature: number): number {
    return this.#places[2 * (example * this.#features + feature) + 1] ?? -1;
  }
}

/** What an example's features are told by. */
export interface SequenceParts {
  readonly context: KeyTable;
  readonly lists: KeyTable;
  readonly found: { readonly context: SequencePlaces; readonly lists: SequencePlaces };
}

/** Finds the features of one example that tables have; the last of several of one name holds. @returns whether the bytes are one */
export function findSequences(reader: WireReader, example: number, { context, lists, found }: SequenceParts): boolean {
  while (!reader.isAtEnd()) {
    const isContext = reader.skipTag(CONTEXT);
    if (!isContext && !reader.skipTag(LISTS)) {
      if (!reader.skipUnknown()) return false;
      continue;
    }
    const outer = reader.enter();
    if (outer === DAMAGED) return false;
    const [keys, places] = isContext ? [context, found.context] : [lists, found.lists];
    while (!reader.isAtEnd()) if (!readEntry(reader, example, { keys, places })) return false;
    reader.end = outer;
  }
  return true;
}

/** A key, then a feature: in this order only, as TensorFlow reads them here. */
function readEntry(reader: WireReader, example: number, { keys, places }: { readonly keys: KeyTable; readonly places: SequencePlaces }): boolean {
  if (!reader.skipTag(ENTRY)) return false;
  const outer = reader.enter();
  if (outer === DAMAGED || !reader.skipTag(KEY)) return false;
  const key = reader.skipPart();
  const keyEnd = reader.at;
  if (key === DAMAGED || !reader.skipTag(VALUE)) return false;
  const start = reader.skipPart();
  if (start === DAMAGED || !reader.isAtEnd()) return false;
  const feature = keys.find(reader.bytes, key, keyEnd);
  if (feature !== -1) places.set(example, feature, start, reader.at);
  reader.end = outer;
  return true;
}
