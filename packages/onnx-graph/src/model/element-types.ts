import type { DType } from '@servable/core';

interface ElementType {
  readonly name: string;
  readonly bits: number;
  /** `undefined`: no dtype stands for it. */
  readonly dtype: DType | undefined;
}

const type = (name: string, bits: number, dtype?: DType): ElementType => ({ name, bits, dtype });

/** By number. Source: `TensorProto.DataType` in ONNX's `onnx.proto`. */
const ELEMENT_TYPES: readonly (ElementType | undefined)[] = [
  undefined,
  type('float', 32, 'FP32'),
  type('uint8', 8, 'UINT8'),
  type('int8', 8, 'INT8'),
  type('uint16', 16, 'UINT16'),
  type('int16', 16, 'INT16'),
  type('int32', 32, 'INT32'),
  type('int64', 64, 'INT64'),
  type('string', 0, 'BYTES'),
  type('bool', 8, 'BOOL'),
  type('float16', 16, 'FP16'),
  type('double', 64, 'FP64'),
  type('uint32', 32, 'UINT32'),
  type('uint64', 64, 'UINT64'),
  type('complex64', 64, 'COMPLEX64'),
  type('complex128', 128, 'COMPLEX128'),
  type('bfloat16', 16, 'BF16'),
  type('float8e4m3fn', 8, 'FP8_E4M3FN'),
  type('float8e4m3fnuz', 8, 'FP8_E4M3FNUZ'),
  type('float8e5m2', 8, 'FP8_E5M2'),
  type('float8e5m2fnuz', 8, 'FP8_E5M2FNUZ'),
  type('uint4', 4),
  type('int4', 4),
  type('float4e2m1', 4),
  type('float8e8m0', 8),
  type('uint2', 2),
  type('int2', 2),
];

/** What an ONNX element type number means; `undefined` for one that this version does not know. */
export function elementType(number: number): ElementType | undefined {
  return ELEMENT_TYPES[number];
}

/** Types of TensorFlow's quantized numbers are stored as plain ones of their size. */
const STORED_AS: ReadonlyMap<DType, DType> = new Map<DType, DType>([
  ['QINT8', 'INT8'],
  ['QUINT8', 'UINT8'],
  ['QINT16', 'INT16'],
  ['QUINT16', 'UINT16'],
  ['QINT32', 'INT32'],
]);

/** The ONNX element type number of a dtype. */
export function elementTypeNumber(dtype: DType): number {
  const stored = STORED_AS.get(dtype) ?? dtype;
  return ELEMENT_TYPES.findIndex((each) => each?.dtype === stored);
}
