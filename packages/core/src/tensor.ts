import { servableError } from './errors.ts';

interface TensorOf<D extends string, Data> {
  readonly dtype: D;
  /** Row-major sizes; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly data: Data;
}

/**
 * A dense, row-major tensor. The dtype fixes the array: `BOOL` holds 0 and 1, `FP16` and `BF16` hold bit patterns,
 * complex types hold real and imaginary parts in turn (twice as many numbers as elements), `BYTES` holds one byte string
 * an element. The `FP8_*` types hold bit patterns.
 */
export type Tensor =
  | TensorOf<'BOOL' | 'UINT8' | 'QUINT8' | Float8, Uint8Array>
  | TensorOf<'INT8' | 'QINT8', Int8Array>
  | TensorOf<'INT16' | 'QINT16', Int16Array>
  | TensorOf<'UINT16' | 'QUINT16' | 'FP16' | 'BF16', Uint16Array>
  | TensorOf<'INT32' | 'QINT32', Int32Array>
  | TensorOf<'UINT32', Uint32Array>
  | TensorOf<'INT64', BigInt64Array>
  | TensorOf<'UINT64', BigUint64Array>
  | TensorOf<'FP32' | 'COMPLEX64', Float32Array>
  | TensorOf<'FP64' | 'COMPLEX128', Float64Array>
  | TensorOf<'BYTES', readonly Uint8Array[]>;

type Float8 = 'FP8_E5M2' | 'FP8_E4M3FN' | 'FP8_E4M3FNUZ' | 'FP8_E4M3B11FNUZ' | 'FP8_E5M2FNUZ';

/** The element types of tensors, by their names in Open Inference Protocol and more. */
/** Element types by the names of the Open Inference Protocol, and those that only ONNX or TensorFlow have. */
export type DType = Tensor['dtype'];
/** The data of any tensor: a typed array, or for `BYTES` an array of byte strings. */
/** Data of any dtype: a typed array, or byte strings. */
export type TensorData = Tensor['data'];
/** Data of every dtype but `BYTES`. */
export type NumericData = Exclude<TensorData, readonly Uint8Array[]> | Uint8Array;
/** Tensors by name. A `Map`, because names come from requests: `__proto__` is just a name. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

type NumericArrayConstructor = {
  new (length: number): NumericData;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): NumericData;
  readonly BYTES_PER_ELEMENT: number;
};

/** How a dtype is stored: its array, and how many array entries one element takes (2 for complex types). */
export interface DTypeStorage {
  readonly array: NumericArrayConstructor;
  readonly entriesPerElement: 1 | 2;
}

const storage = (array: NumericArrayConstructor, entriesPerElement: 1 | 2 = 1): DTypeStorage => ({ array, entriesPerElement });

const STORAGE: Readonly<Record<Exclude<DType, 'BYTES'>, DTypeStorage>> = {
  BOOL: storage(Uint8Array),
  UINT8: storage(Uint8Array),
  QUINT8: storage(Uint8Array),
  FP8_E5M2: storage(Uint8Array),
  FP8_E4M3FN: storage(Uint8Array),
  FP8_E4M3FNUZ: storage(Uint8Array),
  FP8_E4M3B11FNUZ: storage(Uint8Array),
  FP8_E5M2FNUZ: storage(Uint8Array),
  INT8: storage(Int8Array),
  QINT8: storage(Int8Array),
  INT16: storage(Int16Array),
  QINT16: storage(Int16Array),
  UINT16: storage(Uint16Array),
  QUINT16: storage(Uint16Array),
  FP16: storage(Uint16Array),
  BF16: storage(Uint16Array),
  INT32: storage(Int32Array),
  QINT32: storage(Int32Array),
  UINT32: storage(Uint32Array),
  INT64: storage(BigInt64Array),
  UINT64: storage(BigUint64Array),
  FP32: storage(Float32Array),
  FP64: storage(Float64Array),
  COMPLEX64: storage(Float32Array, 2),
  COMPLEX128: storage(Float64Array, 2),
};

/** How a numeric dtype is stored; `undefined` for `BYTES`. */
export function storageOf(dtype: Exclude<DType, 'BYTES'>): DTypeStorage;
export function storageOf(dtype: DType): DTypeStorage | undefined;
export function storageOf(dtype: DType): DTypeStorage | undefined {
  return dtype === 'BYTES' ? undefined : STORAGE[dtype];
}

/** Bytes one element takes in memory; 0 for `BYTES`, whose elements vary. */
export function bytesPerElement(dtype: DType): number {
  const how = storageOf(dtype);
  return how === undefined ? 0 : how.array.BYTES_PER_ELEMENT * how.entriesPerElement;
}

/** The product of the sizes; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Bytes of a tensor's data; for `BYTES` the sum of its strings. */
export function tensorByteLength(tensor: Tensor): number {
  if (tensor.dtype !== 'BYTES') return tensor.data.byteLength;
  let total = 0;
  for (const element of tensor.data) total += element.byteLength;
  return total;
}

/**
 * Makes a tensor of parts whose dtype is only known at run time. Shares `data`.
 *
 * @throws ServingError `SRV_TENSOR_INVALID` when the array is not the dtype's, or its length does not fit the shape
 */
export function createTensor(dtype: DType, shape: readonly number[], data: TensorData): Tensor {
  const how = storageOf(dtype);
  const fits = how === undefined ? Array.isArray(data) : data instanceof how.array;
  if (!fits) throw servableError('SRV_TENSOR_INVALID', [`${dtype} cannot be held in a ${data.constructor.name}`]);
  const expected = elementCount(shape) * (how?.entriesPerElement ?? 1);
  if (data.length !== expected) {
    throw servableError('SRV_TENSOR_INVALID', [`shape [${shape}] of ${dtype} needs ${expected} values, got ${data.length}`]);
  }
  return { dtype, shape, data } as Tensor;
}

/** A new array of zeros (`BYTES`: empty strings) for a tensor of this dtype and number of elements. */
export function allocateData(dtype: DType, elements: number): TensorData {
  const how = storageOf(dtype);
  if (how === undefined) return Array.from({ length: elements }, () => new Uint8Array(0));
  return new how.array(elements * how.entriesPerElement);
}
