import { elementCount, type Tensor } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import type { Compat } from './compat.ts';
import { restError } from './errors.ts';
import { MAX_NUMBER_BYTES, writeFloat32, writeFloat64, writeInteger } from './float-text.ts';
import { fromHalfBits } from '../half-float.ts';
import type { JsonWriter } from './json-writer.ts';

/** Elements that follow one another, and what stands before the first and before each other of them. */
export interface Run {
  readonly start: number;
  readonly count: number;
  readonly lead: Uint8Array;
  readonly between: Uint8Array;
  /** How many arrays and objects are open around them. */
  readonly depth: number;
}

/** Writes a run of a tensor's elements. */
export type RunWriter = (run: Run) => void;

/** Writes element `index` at `at`, where there is room for it, and returns the offset after it. */
type NumberWriter = (target: Uint8Array, at: number, index: number) => number;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const TRUE = encode('true');
const FALSE = encode('false');

/** @throws ServingError `SRV_REST_V1_DTYPE_NOT_WRITABLE`, unless the tensor has no elements */
export function createRunWriter(name: string, tensor: Tensor, json: JsonWriter, compat: Compat): RunWriter {
  if (tensor.dtype === 'BYTES') return bytesRunWriter(name, tensor.data, json, compat);
  const write = numberWriter(tensor, compat);
  if (write !== undefined) return numberRunWriter(write, json);
  if (elementCount(tensor.shape) === 0) return () => undefined;
  throw restError('SRV_REST_V1_DTYPE_NOT_WRITABLE', [tensorFlowTypeOf(tensor.dtype).text]);
}

function numberRunWriter(write: NumberWriter, json: JsonWriter): RunWriter {
  return ({ start, count, lead, between }) => {
    json.reserve(lead.length + count * (MAX_NUMBER_BYTES + between.length));
    const { bytes } = json;
    let at = json.length;
    for (let index = start; index < start + count; index += 1) {
      const before = index === start ? lead : between;
      for (let byte = 0; byte < before.length; byte += 1) bytes[at + byte] = before[byte] ?? 0;
      at = write(bytes, at + before.length, index);
    }
    json.length = at;
  };
}

/** `undefined` for dtypes that JSON cannot carry, or that TensorFlow Serving does not write. */
function numberWriter(tensor: Tensor, compat: Compat): NumberWriter | undefined {
  switch (tensor.dtype) {
    case 'FP32':
      return floatWriter(tensor.data);
    case 'FP64':
      return doubleWriter(tensor.data);
    case 'INT8':
    case 'UINT8':
    case 'INT16':
    case 'INT32':
    case 'UINT32':
      return integerWriter(tensor.data);
    case 'UINT16':
      return compat === 'strict' ? undefined : integerWriter(tensor.data);
    case 'FP16':
    case 'BF16':
      return compat === 'strict' ? undefined : halfWriter(tensor.data, tensor.dtype);
    case 'INT64':
    case 'UINT64':
      return wideIntegerWriter(tensor.data);
    case 'BOOL':
      return booleanWriter(tensor.data);
    default:
      return undefined;
  }
}

const floatWriter =
  (data: Float32Array): NumberWriter =>
  (target, at, index) =>
    writeFloat32(target, at, data[index] ?? 0);

const doubleWriter =
  (data: Float64Array): NumberWriter =>
  (target, at, index) =>
    writeFloat64(target, at, data[index] ?? 0);

const integerWriter =
  (data: Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array): NumberWriter =>
  (target, at, index) =>
    writeInteger(target, at, data[index] ?? 0);

const halfWriter =
  (data: Uint16Array, dtype: 'FP16' | 'BF16'): NumberWriter =>
  (target, at, index) =>
    writeFloat32(target, at, fromHalfBits(data[index] ?? 0, dtype));

const wideIntegerWriter =
  (data: BigInt64Array | BigUint64Array): NumberWriter =>
  (target, at, index) => {
    const value = data[index] ?? 0n;
    const number = Number(value);
    return Number.isSafeInteger(number) ? writeInteger(target, at, number) : writeText(target, at, encode(String(value)));
  };

const booleanWriter =
  (data: Uint8Array): NumberWriter =>
  (target, at, index) =>
    writeText(target, at, data[index] === 0 ? FALSE : TRUE);

function writeText(target: Uint8Array, at: number, text: Uint8Array): number {
  target.set(text, at);
  return at + text.length;
}

function bytesRunWriter(name: string, data: readonly Uint8Array[], json: JsonWriter, compat: Compat): RunWriter {
  const isBase64 = name.endsWith('_bytes');
  return ({ start, count, lead, between, depth }) => {
    for (let index = start; index < start + count; index += 1) {
      const element = data[index] ?? new Uint8Array(0);
      json.put(index === start ? lead : between);
      if (isBase64 || (compat !== 'strict' && !isUtf8(element))) json.base64Object(element, depth);
      else json.string(element);
    }
  };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Whether bytes are text. */
export function isUtf8(bytes: Uint8Array): boolean {
  // Most strings are ASCII, and most are short: setting up the decoder takes longer.
  if (bytes.every((byte) => byte < 0x80)) return true;
  try {
    UTF8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
