const MASK = 0xffff_ffff_ffff_ffffn;

/** The lower 64 bits. */
export function wrap(value: bigint): bigint {
  return value & MASK;
}

export function rotateLeft(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits));
}

/** Up to eight bytes as a number, the first the lowest. */
export function wordAt(bytes: Uint8Array, at: number, length = 8): bigint {
  let word = 0n;
  for (let place = length - 1; place >= 0; place--) word = (word << 8n) | BigInt(bytes[at + place] ?? 0);
  return word;
}
