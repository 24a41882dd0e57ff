/** Numbers that look random and are the same at every run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }
}

type Change = (bytes: Buffer, random: Random, tokens: readonly Buffer[]) => Buffer;

const splice = (bytes: Buffer, start: number, end: number, piece: Uint8Array): Buffer => Buffer.concat([bytes.subarray(0, start), piece, bytes.subarray(end)]);

const CHANGES: readonly Change[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[random.below(changed.length)] = random.below(256);
    return changed;
  },
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    const at = random.below(changed.length || 1);
    if (changed.length > 0) changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
    return changed;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const start = random.below(bytes.length + 1);
    return splice(bytes, start, Math.min(bytes.length, start + 1 + random.below(8)), Buffer.alloc(0));
  },
  (bytes, random, tokens) => {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, at, random.pick(tokens));
  },
  (bytes, random, tokens) => {
    const at = random.below(bytes.length + 1);
    return splice(bytes, at, Math.min(bytes.length, at + 1 + random.below(6)), random.pick(tokens));
  },
  (bytes, random) => {
    const start = random.below(bytes.length + 1);
    const piece = bytes.subarray(start, start + random.below(30));
    return splice(bytes, start, start, Buffer.concat(Array.from({ length: 1 + random.below(20) }, () => piece)));
  },
];

/** Changes bytes in one to four places; `tokens` are pieces that mean something in their language. */
export function mutate(bytes: Buffer, random: Random, tokens: readonly Buffer[]): Buffer {
  let changed = bytes;
  for (let count = 1 + random.below(4); count > 0; count -= 1) changed = random.pick(CHANGES)(changed, random, tokens);
  return changed;
}
