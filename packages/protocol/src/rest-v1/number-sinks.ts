import { createTensor, type Tensor } from '@servable/core';
import type { Compat } from './compat.ts';
import { toHalfBits } from '../half-float.ts';
import { type JsonTape, KIND } from './json-tape.ts';
import type { TensorSink } from './tensor-sink.ts';

/** Integer dtypes whose every value is a safe JSON number. */
export type NarrowDType = 'INT8' | 'UINT8' | 'INT16' | 'UINT16' | 'INT32' | 'UINT32';

/** Integers that a dtype holds, for those that JSON numbers can carry. */
export interface IntegerRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** The ranges of the integer dtypes up to 32 bits. */
export const INTEGER_RANGES: Readonly<Record<NarrowDType, IntegerRange>> = {
  INT8: { minimum: -128, maximum: 127 },
  UINT8: { minimum: 0, maximum: 255 },
  INT16: { minimum: -32768, maximum: 32767 },
  UINT16: { minimum: 0, maximum: 65535 },
  INT32: { minimum: -2147483648, maximum: 2147483647 },
  UINT32: { minimum: 0, maximum: 4294967295 },
};

/** The literals that are of the right type for a dtype: TensorFlow Serving reads all but uint32 as int32. */
export function literalRange(dtype: NarrowDType): IntegerRange {
  return dtype === 'UINT32' ? INTEGER_RANGES.UINT32 : INTEGER_RANGES.INT32;
}

/** Below this many values a loop is faster than setting up a copy. */
const COPY_FROM = 16;

const isPlainNumber = (kind: number | undefined): boolean => kind === KIND.double || kind === KIND.integer;

/** The value of a number of any kind; `undefined` for what is no number. */
function numberAt(tape: JsonTape, index: number): number | undefined {
  const kind = tape.kind(index);
  if (isPlainNumber(kind)) return tape.numbers[index];
  if (kind === KIND.int64) return Number(tape.integers[index] ?? 0n);
  return kind === KIND.uint64 ? Number(BigInt.asUintN(64, tape.integers[index] ?? 0n)) : undefined;
}

/** Takes any number, rounded to the dtype. */
export class FloatSink implements TensorSink {
  readonly #dtype: 'FP32' | 'FP64';
  readonly #data: Float32Array | Float64Array;
  #length = 0;

  constructor(dtype: 'FP32' | 'FP64', capacity: number) {
    this.#dtype = dtype;
    this.#data = dtype === 'FP32' ? new Float32Array(capacity) : new Float64Array(capacity);
  }

  take(tape: JsonTape, index: number, count: number): number {
    const { kinds } = tape;
    const end = index + count;
    let at = index;
    if (count >= COPY_FROM) {
      while (at < end && isPlainNumber(kinds[at])) at += 1;
      // The engine's own copy rounds doubles to floats, several times faster than a loop here.
      this.#data.set(tape.numbers.subarray(index, at), this.#length);
      this.#length += at - index;
    }
    for (; at < end; at += 1) {
      const value = numberAt(tape, at);
      if (value === undefined) return -1;
      this.#data[this.#length] = value;
      this.#length += 1;
    }
    return end;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor(this.#dtype, shape, this.#data);
  }
}

const NARROW_ARRAYS: Readonly<
  Record<NarrowDType, (length: number) => Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array>
> = {
  INT8: (length) => new Int8Array(length),
  UINT8: (length) => new Uint8Array(length),
  INT16: (length) => new Int16Array(length),
  UINT16: (length) => new Uint16Array(length),
  INT32: (length) => new Int32Array(length),
  UINT32: (length) => new Uint32Array(length),
};

/** Takes integer literals within the dtype's range; `strict` takes those of int32 and keeps their low bits. */
export class IntegerSink implements TensorSink {
  readonly #dtype: NarrowDType;
  readonly #range: IntegerRange;
  readonly #data: ReturnType<(typeof NARROW_ARRAYS)[NarrowDType]>;
  #length = 0;

  constructor(dtype: NarrowDType, capacity: number, compat: Compat) {
    this.#dtype = dtype;
    this.#range = compat === 'strict' ? literalRange(dtype) : INTEGER_RANGES[dtype];
    this.#data = NARROW_ARRAYS[dtype](capacity);
  }

  take(tape: JsonTape, index: number, count: number): number {
    const { kinds, numbers } = tape;
    const { minimum, maximum } = this.#range;
    const data = this.#data;
    const shift = this.#length - index;
    const end = index + count;
    for (let at = index; at < end; at += 1) {
      const value = numbers[at] ?? 0;
      if (kinds[at] !== KIND.integer || value < minimum || value > maximum) return -1;
      // Wraps what is too large for the array, as strict mode wants.
      data[at + shift] = value;
    }
    this.#length += count;
    return end;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor(this.#dtype, shape, this.#data);
  }
}

/** Takes any number, rounded to the nearest 16-bit float. */
export class HalfSink implements TensorSink {
  readonly #dtype: 'FP16' | 'BF16';
  readonly #data: Uint16Array;
  #length = 0;

  constructor(dtype: 'FP16' | 'BF16', capacity: number) {
    this.#dtype = dtype;
    this.#data = new Uint16Array(capacity);
  }

  take(tape: JsonTape, index: number, count: number): number {
    for (let at = index; at < index + count; at += 1) {
      const value = numberAt(tape, at);
      if (value === undefined) return -1;
      this.#data[this.#length] = toHalfBits(value, this.#dtype);
      this.#length += 1;
    }
    return index + count;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor(this.#dtype, shape, this.#data);
  }
}

/** Takes integer literals of 64 bits. */
export class WideIntegerSink implements TensorSink {
  readonly #dtype: 'INT64' | 'UINT64';
  readonly #data: BigInt64Array | BigUint64Array;
  readonly #wideKind: number;
  #length = 0;

  constructor(dtype: 'INT64' | 'UINT64', capacity: number) {
    this.#dtype = dtype;
    this.#data = dtype === 'INT64' ? new BigInt64Array(capacity) : new BigUint64Array(capacity);
    this.#wideKind = dtype === 'INT64' ? KIND.int64 : KIND.uint64;
  }

  take(tape: JsonTape, index: number, count: number): number {
    for (let at = index; at < index + count; at += 1) {
      const value = this.#read(tape, at);
      if (value === undefined) return -1;
      this.#data[this.#length] = value;
      this.#length += 1;
    }
    return index + count;
  }

  #read(tape: JsonTape, index: number): bigint | undefined {
    const kind = tape.kind(index);
    const isUnsigned = this.#dtype === 'UINT64';
    if (kind === KIND.integer) {
      const value = tape.numbers[index] ?? 0;
      return isUnsigned && value < 0 ? undefined : BigInt(value);
    }
    const bits = tape.integers[index] ?? 0n;
    if (kind === this.#wideKind) return bits;
    return isUnsigned && kind === KIND.int64 && bits > 0n ? bits : undefined;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor(this.#dtype, shape, this.#data);
  }
}
