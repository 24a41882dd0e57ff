import koffi from 'koffi';

const HIGH = 2 ** 32;

/** 64-bit words that native code reads and writes at an address that stays. Addresses and sizes are below 2^53. */
export class NativeWords {
  readonly address: number;
  readonly bytes: number;
  /** Little-endian, as every platform of Node. Not a `BigUint64Array`: each of its elements would be an object. */
  readonly #halves: Uint32Array;

  constructor(count: number) {
    this.bytes = count * 8;
    // Always of its own memory: V8 keeps small typed arrays in its heap, where they move.
    this.#halves = new Uint32Array(new ArrayBuffer(Math.max(this.bytes, 8)));
    this.address = Number(koffi.address(this.#halves));
  }

  get(index: number): number {
    return (this.#halves[index * 2] ?? 0) + (this.#halves[index * 2 + 1] ?? 0) * HIGH;
  }

  set(index: number, value: number): void {
    this.#halves[index * 2] = value % HIGH;
    this.#halves[index * 2 + 1] = Math.floor(value / HIGH);
  }

  setAll(values: readonly number[], from = 0): void {
    values.forEach((value, index) => this.set(from + index, value));
  }

  toArray(): number[] {
    return Array.from({ length: this.bytes / 8 }, (_, index) => this.get(index));
  }
}
