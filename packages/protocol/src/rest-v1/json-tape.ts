/** What a tape entry is. Numbers, so that they fit a byte; `NUMBER` and `DOUBLE` hold their value in `numbers`. */
export const KIND: {
  readonly null: 0;
  readonly false: 1;
  readonly true: 2;
  /** An integer literal within ±(2^53 - 1). */
  readonly integer: 3;
  /** A literal with a fraction or an exponent, NaN, Infinity, or an integer beyond 64 bits. */
  readonly double: 4;
  /** Another integer literal that fits int64; its bits are in `integers`. */
  readonly int64: 5;
  /** An integer literal above int64 that fits uint64; its bits are in `integers`. */
  readonly uint64: 6;
  /** A string without escapes. `words`: where its bytes begin, and how many there are. */
  readonly string: 7;
  /** A string with escapes; `words` as above. */
  readonly escaped: 8;
  /** `words`: how many elements, and the entry after the last of them. */
  readonly array: 9;
  /** `words`: how many members, and the entry after the last of them. Keys and values take turns. */
  readonly object: 10;
} = {
  null: 0,
  false: 1,
  true: 2,
  integer: 3,
  double: 4,
  int64: 5,
  uint64: 6,
  string: 7,
  escaped: 8,
  array: 9,
  object: 10,
};

const MIN_ENTRIES = 16;
/** What a text may begin with, 144 MB; a larger one grows by what was seen until then. */
const MAX_INITIAL_ENTRIES = 1 << 24;
/** For short texts: what suits `128, `. */
const BYTES_PER_ENTRY = 4;
/** How much of a longer text is looked at to guess how many values it has. */
const SAMPLE_BYTES = 1024;
/** What comes before or after each value: comma, colon, opening brackets. */
const SEPARATORS: ReadonlySet<number> = new Set([0x2c, 0x3a, 0x5b, 0x7b]);

/**
 * A parsed JSON document as typed arrays: one entry a value in the order of the text, 9 bytes each, strings left where they
 * are. A million floats are 9 MB and no objects for the garbage collector, and reading them is a straight loop.
 */
export class JsonTape {
  readonly bytes: Uint8Array;
  /** The same bytes, to read several at a time. */
  readonly view: DataView;
  length = 0;
  kinds: Uint8Array;
  /** One number an entry; `words` and `integers` are views of the same memory. */
  numbers: Float64Array;
  words: Uint32Array;
  #integers: BigInt64Array | undefined;

  constructor(bytes: Uint8Array) {
    // A plain array even of a Buffer: one kind of object for the loops, and cheaper views of it.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const memory = allocate(Math.min(guessEntries(this.bytes), MAX_INITIAL_ENTRIES));
    this.kinds = memory.kinds;
    this.numbers = memory.numbers;
    this.words = new Uint32Array(memory.numbers.buffer);
  }

  /** The bits of 64-bit integers. Few documents have any. */
  get integers(): BigInt64Array {
    this.#integers ??= new BigInt64Array(this.numbers.buffer, 0, this.numbers.length);
    return this.#integers;
  }

  /** Adds an entry and returns its index. `offset` is how far the text has been read. */
  append(kind: number, offset: number): number {
    const index = this.length;
    if (index === this.kinds.length) this.#grow(offset);
    this.kinds[index] = kind;
    this.length = index + 1;
    return index;
  }

  /** Takes room for as many entries as the whole text will need if it goes on as it began. */
  #grow(offset: number): void {
    const needed = Math.ceil((this.length * this.bytes.length * 1.1) / Math.max(1, offset));
    const most = this.bytes.length + 1;
    const capacity = Math.ceil(Math.max(this.length + MIN_ENTRIES, Math.min(most, Math.max(needed, this.length * 1.5))));
    const { kinds, numbers } = allocate(capacity);
    kinds.set(this.kinds);
    numbers.set(this.numbers);
    this.kinds = kinds;
    this.numbers = numbers;
    this.words = new Uint32Array(numbers.buffer);
    this.#integers = undefined;
  }

  kind(index: number): number {
    return this.kinds[index] ?? KIND.null;
  }

  /** Elements of an array, members of an object, raw bytes of a string. */
  count(index: number): number {
    const word = this.isString(index) ? 2 * index + 1 : 2 * index;
    return this.words[word] ?? 0;
  }

  /** The entry after this value and all it holds. */
  next(index: number): number {
    return this.kind(index) >= KIND.array ? (this.words[2 * index + 1] ?? 0) : index + 1;
  }

  isArray(index: number): boolean {
    return this.kind(index) === KIND.array;
  }

  isObject(index: number): boolean {
    return this.kind(index) === KIND.object;
  }

  isString(index: number): boolean {
    const kind = this.kind(index);
    return kind === KIND.string || kind === KIND.escaped;
  }

  /** The raw bytes between a string's quotes, escapes and all: a view. */
  rawBytes(index: number): Uint8Array {
    const start = this.words[2 * index] ?? 0;
    return this.bytes.subarray(start, start + (this.words[2 * index + 1] ?? 0));
  }
}

/** Numbers and kinds in one piece: large ones are mapped by the system, and that once. */
function allocate(capacity: number): { readonly kinds: Uint8Array; readonly numbers: Float64Array } {
  const memory = new ArrayBuffer(9 * capacity + ((8 - (capacity & 7)) & 7));
  return { kinds: new Uint8Array(memory, 8 * capacity, capacity), numbers: new Float64Array(memory, 0, capacity) };
}

/** A little more than the middle of the text lets expect: memory that is not used costs garbage collections too. */
function guessEntries(bytes: Uint8Array): number {
  const { length } = bytes;
  if (length <= SAMPLE_BYTES) return Math.ceil(length / BYTES_PER_ENTRY) + MIN_ENTRIES;
  const from = (length - SAMPLE_BYTES) >> 1;
  let count = 0;
  for (let at = from; at < from + SAMPLE_BYTES; at += 1) if (SEPARATORS.has(bytes[at] ?? 0)) count += 1;
  return Math.ceil((1.1 * length * count) / SAMPLE_BYTES) + MIN_ENTRIES;
}
