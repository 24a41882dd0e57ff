import { allocateData, createTensor, type DType, type Tensor } from '@servable/core';
import { decodeBase64 } from './base64.ts';
import type { Compat } from './compat.ts';
import { isBase64Object } from './json-lookup.ts';
import { stringBytes } from './json-string.ts';
import { type JsonTape, KIND } from './json-tape.ts';
import { FloatSink, HalfSink, IntegerSink, WideIntegerSink } from './number-sinks.ts';
import type { TensorSink } from './tensor-sink.ts';

/**
 * The sink of a dtype with room for `capacity` elements. `strict` knows the dtypes that TensorFlow Serving knows, and wraps
 * what is too large for the narrow integers.
 */
export function createSink(dtype: DType, capacity: number, compat: Compat): TensorSink {
  if (compat === 'strict' && NOT_IN_STRICT.has(dtype)) return new EmptySink(dtype);
  switch (dtype) {
    case 'FP32':
    case 'FP64':
      return new FloatSink(dtype, capacity);
    case 'INT8':
    case 'UINT8':
    case 'INT16':
    case 'UINT16':
    case 'INT32':
    case 'UINT32':
      return new IntegerSink(dtype, capacity, compat);
    case 'FP16':
    case 'BF16':
      return new HalfSink(dtype, capacity);
    case 'INT64':
    case 'UINT64':
      return new WideIntegerSink(dtype, capacity);
    case 'BOOL':
      return new BooleanSink(capacity);
    case 'BYTES':
      return new BytesSink();
    default:
      return new EmptySink(dtype);
  }
}

const NOT_IN_STRICT: ReadonlySet<DType> = new Set(['UINT16', 'FP16', 'BF16']);

/** Whether JSON can carry a dtype. */
export function isReadable(dtype: DType, compat: Compat): boolean {
  return !(createSink(dtype, 0, compat) instanceof EmptySink);
}

class BooleanSink implements TensorSink {
  readonly #data: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#data = new Uint8Array(capacity);
  }

  take(tape: JsonTape, index: number, count: number): number {
    for (let at = index; at < index + count; at += 1) {
      const kind = tape.kind(at);
      if (kind !== KIND.true && kind !== KIND.false) return -1;
      this.#data[this.#length] = kind === KIND.true ? 1 : 0;
      this.#length += 1;
    }
    return index + count;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor('BOOL', shape, this.#data);
  }
}

class BytesSink implements TensorSink {
  readonly #data: Uint8Array[] = [];

  take(tape: JsonTape, index: number, count: number): number {
    let at = index;
    for (let taken = 0; taken < count; taken += 1) {
      const bytes = readBytes(tape, at);
      if (bytes === undefined) return -1;
      this.#data.push(bytes);
      at = tape.next(at);
    }
    return at;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor('BYTES', shape, this.#data);
  }
}

function readBytes(tape: JsonTape, index: number): Uint8Array | undefined {
  if (tape.isString(index)) return stringBytes(tape, index);
  return isBase64Object(tape, index) ? decodeBase64(stringBytes(tape, index + 2)) : undefined;
}

/** For dtypes that JSON cannot carry: only a tensor without elements can be made. */
class EmptySink implements TensorSink {
  readonly #dtype: DType;

  constructor(dtype: DType) {
    this.#dtype = dtype;
  }

  take(_tape: JsonTape, index: number, count: number): number {
    return count === 0 ? index : -1;
  }

  finish(shape: readonly number[]): Tensor {
    return createTensor(this.#dtype, shape, allocateData(this.#dtype, 0));
  }
}
