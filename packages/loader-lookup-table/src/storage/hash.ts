/** The finalizer of MurmurHash3's 32-bit form: every input bit reaches every output bit. Source: MurmurHash3 by A. Appleby, public domain. */
export function mix32(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Hash of an int64 in two halves. */
export function hashWords(low: number, high: number): number {
  return mix32(low ^ Math.imul(high, 0x9e3779b1));
}

/** Hash of bytes `from` to `to`. Source: MurmurHash3's 32-bit form for x86 by A. Appleby, public domain, with seed 0. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const block = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    hash ^= mixBlock(block);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let shift = 0; at < to; at += 1, shift += 8) tail |= (bytes[at] ?? 0) << shift;
  return mix32(hash ^ mixBlock(tail) ^ (to - from));
}

function mixBlock(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** Slots for this many keys: a power of two, at most two thirds of them taken. */
export function slotCount(keys: number): number {
  let slots = 4;
  while (slots * 2 < keys * 3) slots *= 2;
  return slots;
}
