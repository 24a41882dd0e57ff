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

/** Hash of bytes `from` to `to`. FNV-1a, then mixed: its low bits alone are weak, and they choose the slot. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return mix32(hash);
}

/** Slots for this many keys: a power of two, at most two thirds of them taken. */
export function slotCount(keys: number): number {
  let slots = 4;
  while (slots * 2 < keys * 3) slots *= 2;
  return slots;
}
