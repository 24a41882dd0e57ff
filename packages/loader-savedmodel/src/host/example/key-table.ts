/** What a key of the table is, by its hash; keys are few, and are looked up for every feature of every example. */
interface Entry {
  readonly key: Uint8Array;
  readonly at: number;
}

/** Finds keys in bytes, without making a string of what is looked up. */
export class KeyTable {
  readonly #buckets: readonly (readonly Entry[] | undefined)[];
  readonly #mask: number;

  constructor(keys: readonly Uint8Array[]) {
    const size = 2 ** Math.ceil(Math.log2(2 * keys.length + 1));
    const buckets: (Entry[] | undefined)[] = Array.from({ length: size });
    this.#mask = size - 1;
    for (const [at, key] of keys.entries()) (buckets[this.#bucketOf(key, 0, key.length)] ??= []).push({ key, at });
    this.#buckets = buckets;
  }

  /** The place of a key among those of the table; -1: it is none of them. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const bucket = this.#buckets[this.#bucketOf(bytes, start, end)];
    if (bucket === undefined) return -1;
    for (const { key, at } of bucket) if (isEqual(key, bytes, start, end)) return at;
    return -1;
  }

  #bucketOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }
}

function isEqual(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let at = 0; at < key.length; at++) if (key[at] !== bytes[start + at]) return false;
  return true;
}
