import { describe, expect, it } from 'vitest';
import { allocateData, bytesPerElement, createTensor, type DType, elementCount, storageOf, tensorByteLength } from '../src/index.ts';

// Sizes of the formats themselves: TensorFlow's DataTypeSize and ONNX's TensorProto.DataType.
const SIZES: Record<DType, readonly [bytes: number, array: string]> = {
  BOOL: [1, 'Uint8Array'],
  UINT8: [1, 'Uint8Array'],
  QUINT8: [1, 'Uint8Array'],
  FP8_E5M2: [1, 'Uint8Array'],
  FP8_E4M3FN: [1, 'Uint8Array'],
  FP8_E4M3FNUZ: [1, 'Uint8Array'],
  FP8_E4M3B11FNUZ: [1, 'Uint8Array'],
  FP8_E5M2FNUZ: [1, 'Uint8Array'],
  INT8: [1, 'Int8Array'],
  QINT8: [1, 'Int8Array'],
  INT16: [2, 'Int16Array'],
  QINT16: [2, 'Int16Array'],
  UINT16: [2, 'Uint16Array'],
  QUINT16: [2, 'Uint16Array'],
  FP16: [2, 'Uint16Array'],
  BF16: [2, 'Uint16Array'],
  INT32: [4, 'Int32Array'],
  QINT32: [4, 'Int32Array'],
  UINT32: [4, 'Uint32Array'],
  INT64: [8, 'BigInt64Array'],
  UINT64: [8, 'BigUint64Array'],
  FP32: [4, 'Float32Array'],
  FP64: [8, 'Float64Array'],
  COMPLEX64: [8, 'Float32Array'],
  COMPLEX128: [16, 'Float64Array'],
  BYTES: [0, 'Array'],
};

describe.each(Object.entries(SIZES) as [DType, readonly [number, string]][])('%s', (dtype, [bytes, array]) => {
  it(`takes ${bytes} bytes an element, in a ${array}`, () => {
    expect(bytesPerElement(dtype)).toBe(bytes);
    const data = allocateData(dtype, 6);
    expect(data.constructor.name).toBe(array);
    const tensor = createTensor(dtype, [2, 3], data);
    expect(tensor).toEqual({ dtype, shape: [2, 3], data });
    expect(tensor.data).toBe(data);
    expect(tensorByteLength(tensor)).toBe(6 * bytes);
    expect(storageOf(dtype) === undefined).toBe(dtype === 'BYTES');
  });

  it('refuses an array of another type', () => {
    const wrong = dtype === 'FP64' ? new Float32Array(1) : new Float64Array(dtype === 'COMPLEX128' ? 1 : 0);
    expect(() => createTensor(dtype, [1], wrong)).toThrow(expect.objectContaining({ code: 'SRV_TENSOR_INVALID' }));
  });

  it('refuses a length that does not fit the shape', () => {
    const data = allocateData(dtype, 5);
    expect(() => createTensor(dtype, [2, 3], data)).toThrow(/shape \[2,3\]/);
  });
});

it('counts the elements of a scalar, an empty tensor and a matrix', () => {
  expect([[], [0, 5], [2, 3], [7]].map(elementCount)).toEqual([1, 0, 6, 7]);
});

it('makes a scalar and an empty tensor', () => {
  expect(createTensor('FP32', [], Float32Array.of(1)).shape).toEqual([]);
  expect(createTensor('BYTES', [0], []).data).toEqual([]);
});

it('adds up the bytes of strings', () => {
  const data = ['', 'ab', 'né'].map((text) => new TextEncoder().encode(text));
  expect(tensorByteLength(createTensor('BYTES', [3], data))).toBe(5);
});

it('allocates an own empty string for each element', () => {
  const data = allocateData('BYTES', 2) as readonly Uint8Array[];
  expect(data[0]).toEqual(new Uint8Array(0));
  expect(data[0]).not.toBe(data[1]);
});

it('shares data, and counts only its own part of a larger buffer', () => {
  const data = new Float32Array(new ArrayBuffer(64), 8, 4);
  expect(createTensor('FP32', [4], data).data).toBe(data);
  expect(tensorByteLength(createTensor('FP32', [4], data))).toBe(16);
});
