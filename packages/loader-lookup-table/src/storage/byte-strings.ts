import { sharedBytes, sharedUint32 } from './shared-arrays.ts';

/** Byte strings, one a row, in one heap: string `i` is `heap[offsets[i] … offsets[i + 1]]`. No object a row. */
export interface ByteStrings {
  readonly offsets: Uint32Array;
  readonly heap: Uint8Array;
}

/** Bytes that offsets of 32 bits can point into. */
export const MAX_HEAP_BYTES = 0xffff_ffff;

const FIRST_CHUNK_BYTES = 64 * 1024;
const LARGEST_CHUNK_BYTES = 64 * 1024 * 1024;

/** Collects byte strings whose total length is not known before. */
export class ByteStringsBuilder {
  readonly #offsets: Uint32Array;
  readonly #chunks: Uint8Array[] = [];
  #chunk: Uint8Array = new Uint8Array(0);
  #used = 0;
  #total = 0;
  #count = 0;

  constructor(rows: number) {
    this.#offsets = sharedUint32(rows + 1);
  }

  get byteLength(): number {
    return this.#total;
  }

  /** @returns false when the heap is full */
  add(bytes: Uint8Array): boolean {
    if (this.#total + bytes.length > MAX_HEAP_BYTES) return false;
    if (this.#used + bytes.length > this.#chunk.length) this.#nextChunk(bytes.length);
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
    this.#total += bytes.length;
    this.#count += 1;
    this.#offsets[this.#count] = this.#total;
    return true;
  }

  finish(): ByteStrings {
    this.#chunks.push(this.#chunk.subarray(0, this.#used));
    const heap = sharedBytes(this.#total);
    let at = 0;
    for (const chunk of this.#chunks) {
      heap.set(chunk, at);
      at += chunk.length;
    }
    return { offsets: this.#offsets, heap };
  }

  #nextChunk(needed: number): void {
    this.#chunks.push(this.#chunk.subarray(0, this.#used));
    const size = Math.min(LARGEST_CHUNK_BYTES, Math.max(FIRST_CHUNK_BYTES, this.#chunk.length * 2));
    this.#chunk = new Uint8Array(Math.max(size, needed));
    this.#used = 0;
  }
}

/** A view of one string. */
export function stringAt({ offsets, heap }: ByteStrings, row: number): Uint8Array {
  return heap.subarray(offsets[row], offsets[row + 1]);
}

/** Copies of the strings of these rows, in one piece of memory; `fallback` where the row is negative. */
export function gatherStrings({ offsets, heap }: ByteStrings, rows: Int32Array, fallback: Uint8Array): Uint8Array[] {
  let total = 0;
  for (const row of rows) total += row < 0 ? fallback.length : (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
  const memory = new Uint8Array(total);
  const strings: Uint8Array[] = [];
  let at = 0;
  for (const row of rows) {
    const bytes = row < 0 ? fallback : heap.subarray(offsets[row], offsets[row + 1]);
    memory.set(bytes, at);
    strings.push(memory.subarray(at, at + bytes.length));
    at += bytes.length;
  }
  return strings;
}
