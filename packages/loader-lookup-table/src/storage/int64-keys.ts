import { hashWords, slotCount } from './hash.ts';
import { sharedInt32 } from './shared-arrays.ts';

/** INT64 keys: low and high word of each row, and an open-addressing index whose slots hold row + 1, or 0. */
export interface Int64Keys {
  readonly dtype: 'INT64';
  readonly words: Int32Array;
  readonly slots: Int32Array;
}

/** Two rows with one key. */
export interface DuplicateKey {
  readonly row: number;
  readonly earlier: number;
}

/** The halves of int64s without a BigInt each. Shares the array's memory. */
export function wordsOf(keys: BigInt64Array): Int32Array {
  return new Int32Array(keys.buffer, keys.byteOffset, keys.length * 2);
}

/** Indexes `words`, two a row. */
export function indexInt64(words: Int32Array): Int64Keys | DuplicateKey {
  const rows = words.length / 2;
  const slots = sharedInt32(slotCount(rows));
  const mask = slots.length - 1;
  for (let row = 0; row < rows; row += 1) {
    const low = words[row * 2] ?? 0;
    const high = words[row * 2 + 1] ?? 0;
    let slot = hashWords(low, high) & mask;
    for (let taken = slots[slot] ?? 0; taken !== 0; taken = slots[slot] ?? 0) {
      const earlier = taken - 1;
      if (words[earlier * 2] === low && words[earlier * 2 + 1] === high) return { row, earlier };
      slot = (slot + 1) & mask;
    }
    slots[slot] = row + 1;
  }
  return { dtype: 'INT64', words, slots };
}

/**
 * Writes the row of each key `from` to `to` to `rows`, from its start; -1 where there is none.
 *
 * First every key's first slot is read, then keys are compared: the reads of a first pass wait for memory side by side, which a
 * probe at a time does not (bench `lookup-table`).
 */
export function findInt64({ words, slots }: Int64Keys, keys: Int32Array, rows: Int32Array, from: number, to: number): void {
  const mask = slots.length - 1;
  for (let at = from; at < to; at += 1) rows[at - from] = slots[hashWords(keys[at * 2] ?? 0, keys[at * 2 + 1] ?? 0) & mask] ?? 0;
  for (let at = from; at < to; at += 1) {
    const low = keys[at * 2] ?? 0;
    const high = keys[at * 2 + 1] ?? 0;
    let taken = rows[at - from] ?? 0;
    if (taken === 0 || (words[taken * 2 - 2] === low && words[taken * 2 - 1] === high)) {
      rows[at - from] = taken - 1;
      continue;
    }
    let slot = hashWords(low, high) & mask;
    do {
      slot = (slot + 1) & mask;
      taken = slots[slot] ?? 0;
    } while (taken !== 0 && (words[taken * 2 - 2] !== low || words[taken * 2 - 1] !== high));
    rows[at - from] = taken - 1;
  }
}
