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
    const key = heap.subarray(from, to);
    let slot = hash & mask;
    for (let taken = slots[slot * 2 + 1] ?? 0; taken !== 0; taken = slots[slot * 2 + 1] ?? 0) {
      if (slots[slot * 2] === hash && isKeyOf(strings, taken - 1, key)) return { row, earlier: taken - 1 };
      slot = (slot + 1) & mask;
    }
    slots[slot * 2] = hash;
    slots[slot * 2 + 1] = row + 1;
  }
  return keys;
}

/**
 * As `findInt64`, in three passes: hashes, first slots, comparisons. The reads of a pass do not depend on one another, so they wait for
 * memory side by side.
 */
export function findBytes({ slots, strings }: BytesKeys, wanted: readonly Uint8Array[], rows: Int32Array, from: number, to: number): void {
  const mask = slots.length / 2 - 1;
  const hashes = new Int32Array(to - from);
  for (let at = from; at < to; at += 1) {
    const key = wanted[at];
    if (key !== undefined) hashes[at - from] = hashBytes(key, 0, key.length);
  }
  for (let at = 0; at < hashes.length; at += 1) {
    const hash = hashes[at] ?? 0;
    const slot = hash & mask;
    const taken = slots[slot * 2 + 1] ?? 0;
    // An empty slot, the key's own as it seems, or another's: then the search goes on behind it.
    rows[at] = taken === 0 ? ABSENT : slots[slot * 2] === hash ? taken : ELSEWHERE;
  }
  for (let at = 0; at < hashes.length; at += 1) {
    const key = wanted[from + at];
    const taken = rows[at] ?? ABSENT;
    if (taken === ABSENT || key === undefined) rows[at] = -1;
    else if (taken !== ELSEWHERE && isKeyOf(strings, taken - 1, key)) rows[at] = taken - 1;
    else rows[at] = findBehind({ slots, strings }, key, hashes[at] ?? 0);
  }
}

const ABSENT = 0;
const ELSEWHERE = -1;

/** The row of a key whose first slot is another's; -1 when it is not there. */
function findBehind({ slots, strings }: Pick<BytesKeys, 'slots' | 'strings'>, key: Uint8Array, hash: number): number {
  const mask = slots.length / 2 - 1;
  let slot = hash & mask;
  let taken: number;
  do {
    slot = (slot + 1) & mask;
    taken = slots[slot * 2 + 1] ?? 0;
  } while (taken !== 0 && (slots[slot * 2] !== hash || !isKeyOf(strings, taken - 1, key)));
  return taken - 1;
}

function isKeyOf({ offsets, heap }: ByteStrings, row: number, key: Uint8Array): boolean {
  const from = offsets[row] ?? 0;
  if ((offsets[row + 1] ?? 0) - from !== key.length) return false;
  for (let at = 0; at < key.length; at += 1) if (heap[from + at] !== key[at]) return false;
  return true;
}
