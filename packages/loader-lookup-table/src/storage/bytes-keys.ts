import type { ByteStrings } from './byte-strings.ts';
import { hashBytes, slotCount } from './hash.ts';
import type { DuplicateKey } from './int64-keys.ts';
import { sharedInt32 } from './shared-arrays.ts';

/**
 * BYTES keys: the strings, and an open-addressing index of two entries a slot: the key's hash, and row + 1, or 0. The hash
 * spares most comparisons with a string somewhere else in memory.
 */
export interface BytesKeys {
  readonly dtype: 'BYTES';
  readonly strings: ByteStrings;
  readonly slots: Int32Array;
}

export function indexBytes(strings: ByteStrings): BytesKeys | DuplicateKey {
  const { offsets, heap } = strings;
  const rows = offsets.length - 1;
  const slots = sharedInt32(slotCount(rows) * 2);
  const keys: BytesKeys = { dtype: 'BYTES', strings, slots };
  const mask = slots.length / 2 - 1;
  for (let row = 0; row < rows; row += 1) {
    const from = offsets[row] ?? 0;
    const to = offsets[row + 1] ?? 0;
    const hash = hashBytes(heap, from, to);
    const earlier = findByBytes(keys, heap.subarray(from, to), hash);
    if (earlier !== 0) return { row, earlier: earlier - 1 };
    let slot = hash & mask;
    while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
    slots[slot * 2] = hash;
    slots[slot * 2 + 1] = row + 1;
  }
  return keys;
}

/** Keys of one round of {@link BytesFinder}: its notes stay in the first-level cache. */
const KEYS_PER_ROUND = 256;
/** A slot of another key: the search goes on behind it. */
const ELSEWHERE = -1;

/**
 * Finds the rows of keys. What it notes on the way is kept from call to call, so that a call allocates nothing.
 *
 * A round goes over its keys in passes: hashes, first slots, slots behind them, places of strings, their first bytes, comparisons. The
 * reads of a pass do not depend on one another, so they wait for memory side by side; key by key, each would wait for the one before
 * (bench `lookup-table-bytes`).
 */
export class BytesFinder {
  readonly #keys: BytesKeys;
  readonly #hashes = new Int32Array(KEYS_PER_ROUND);
  /** Row + 1 of the slot that seems to be the key's, 0 where there is none. */
  readonly #taken = new Int32Array(KEYS_PER_ROUND);
  readonly #starts = new Uint32Array(KEYS_PER_ROUND);
  readonly #ends = new Uint32Array(KEYS_PER_ROUND);
  readonly #firstBytes = new Uint8Array(KEYS_PER_ROUND);

  constructor(keys: BytesKeys) {
    this.#keys = keys;
  }

  /** Writes the row of each key `from` to `to` to `rows`, from its start; -1 where there is none. */
  find(wanted: readonly Uint8Array[], rows: Int32Array, from: number, to: number): void {
    for (let start = from; start < to; start += KEYS_PER_ROUND) {
      const count = Math.min(KEYS_PER_ROUND, to - start);
      this.#hash(wanted, start, count);
      this.#probe(count);
      this.#locate(count);
      this.#compare(wanted, start, count);
      for (let at = 0; at < count; at += 1) rows[start - from + at] = (this.#taken[at] ?? 0) - 1;
    }
  }

  #hash(wanted: readonly Uint8Array[], start: number, count: number): void {
    const hashes = this.#hashes;
    for (let at = 0; at < count; at += 1) {
      const key = wanted[start + at];
      if (key !== undefined) hashes[at] = hashBytes(key, 0, key.length);
    }
  }

  #probe(count: number): void {
    const { slots } = this.#keys;
    const [hashes, taken] = [this.#hashes, this.#taken];
    const mask = slots.length / 2 - 1;
    for (let at = 0; at < count; at += 1) {
      const hash = hashes[at] ?? 0;
      const slot = hash & mask;
      const row = slots[slot * 2 + 1] ?? 0;
      taken[at] = row === 0 || slots[slot * 2] === hash ? row : ELSEWHERE;
    }
    for (let at = 0; at < count; at += 1) {
      const hash = hashes[at] ?? 0;
      if (taken[at] === ELSEWHERE) taken[at] = slots[slotOf(slots, hash, (hash + 1) & mask) * 2 + 1] ?? 0;
    }
  }

  #locate(count: number): void {
    const { offsets, heap } = this.#keys.strings;
    const [taken, starts, ends, firstBytes] = [this.#taken, this.#starts, this.#ends, this.#firstBytes];
    for (let at = 0; at < count; at += 1) {
      const row = taken[at] ?? 0;
      starts[at] = offsets[row === 0 ? 0 : row - 1] ?? 0;
      ends[at] = offsets[row] ?? 0;
    }
    for (let at = 0; at < count; at += 1) firstBytes[at] = heap[starts[at] ?? 0] ?? 0;
  }

  #compare(wanted: readonly Uint8Array[], start: number, count: number): void {
    const { heap } = this.#keys.strings;
    const [taken, starts, ends, firstBytes] = [this.#taken, this.#starts, this.#ends, this.#firstBytes];
    for (let at = 0; at < count; at += 1) {
      const key = wanted[start + at];
      if (taken[at] === 0 || key === undefined) continue;
      if (key[0] === firstBytes[at] && isEqual(heap, starts[at] ?? 0, ends[at] ?? 0, key)) continue;
      // Another key of that hash, or an empty one, which has no first byte.
      taken[at] = findByBytes(this.#keys, key, this.#hashes[at] ?? 0);
    }
  }
}

/** The first slot from `slot` on that has this hash, or is empty. */
function slotOf(slots: Int32Array, hash: number, slot: number): number {
  const mask = slots.length / 2 - 1;
  let at = slot;
  while (slots[at * 2 + 1] !== 0 && slots[at * 2] !== hash) at = (at + 1) & mask;
  return at;
}

/** Row + 1 of a key whose hash is another's too; 0 where it is not there. */
function findByBytes({ slots, strings: { offsets, heap } }: BytesKeys, key: Uint8Array, hash: number): number {
  const mask = slots.length / 2 - 1;
  for (let slot = slotOf(slots, hash, hash & mask); ; slot = slotOf(slots, hash, (slot + 1) & mask)) {
    const taken = slots[slot * 2 + 1] ?? 0;
    if (taken === 0 || isEqual(heap, offsets[taken - 1] ?? 0, offsets[taken] ?? 0, key)) return taken;
  }
}

/** Four bytes at a time: a branch for each costs more than reading them all. */
function isEqual(heap: Uint8Array, from: number, to: number, key: Uint8Array): boolean {
  const { length } = key;
  if (to - from !== length) return false;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const start = from + at;
    const low = ((heap[start] ?? 0) ^ (key[at] ?? 0)) | ((heap[start + 1] ?? 0) ^ (key[at + 1] ?? 0));
    const high = ((heap[start + 2] ?? 0) ^ (key[at + 2] ?? 0)) | ((heap[start + 3] ?? 0) ^ (key[at + 3] ?? 0));
    if ((low | high) !== 0) return false;
  }
  for (; at < length; at += 1) if (heap[from + at] !== key[at]) return false;
  return true;
}
