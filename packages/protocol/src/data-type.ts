import type { DType } from '@servable/core';

/** TensorFlow's number and names for each dtype: `DT_FLOAT` in proto JSON, `float` in messages. Source: `types.proto`. */
export interface TensorFlowType {
  readonly number: number;
  readonly protoName: string;
  readonly text: string;
}

const type = (number: number, protoName: string, text: string): TensorFlowType => ({ number, protoName, text });

const TYPES: Readonly<Record<DType, TensorFlowType>> = {
  FP32: type(1, 'DT_FLOAT', 'float'),
  FP64: type(2, 'DT_DOUBLE', 'double'),
  INT32: type(3, 'DT_INT32', 'int32'),
  UINT8: type(4, 'DT_UINT8', 'uint8'),
  INT16: type(5, 'DT_INT16', 'int16'),
  INT8: type(6, 'DT_INT8', 'int8'),
  BYTES: type(7, 'DT_STRING', 'string'),
  COMPLEX64: type(8, 'DT_COMPLEX64', 'complex64'),
  INT64: type(9, 'DT_INT64', 'int64'),
  BOOL: type(10, 'DT_BOOL', 'bool'),
  QINT8: type(11, 'DT_QINT8', 'qint8'),
  QUINT8: type(12, 'DT_QUINT8', 'quint8'),
  QINT32: type(13, 'DT_QINT32', 'qint32'),
  BF16: type(14, 'DT_BFLOAT16', 'bfloat16'),
  QINT16: type(15, 'DT_QINT16', 'qint16'),
  QUINT16: type(16, 'DT_QUINT16', 'quint16'),
  UINT16: type(17, 'DT_UINT16', 'uint16'),
  COMPLEX128: type(18, 'DT_COMPLEX128', 'complex128'),
  FP16: type(19, 'DT_HALF', 'half'),
  UINT32: type(22, 'DT_UINT32', 'uint32'),
  UINT64: type(23, 'DT_UINT64', 'uint64'),
  FP8_E5M2: type(24, 'DT_FLOAT8_E5M2', 'float8_e5m2'),
  FP8_E4M3FN: type(25, 'DT_FLOAT8_E4M3FN', 'float8_e4m3fn'),
  FP8_E4M3FNUZ: type(26, 'DT_FLOAT8_E4M3FNUZ', 'float8_e4m3fnuz'),
  FP8_E4M3B11FNUZ: type(27, 'DT_FLOAT8_E4M3B11FNUZ', 'float8_e4m3b11fnuz'),
  FP8_E5M2FNUZ: type(28, 'DT_FLOAT8_E5M2FNUZ', 'float8_e5m2fnuz'),
};

const BY_NUMBER: ReadonlyMap<number, DType> = new Map(
  (Object.keys(TYPES) as DType[]).map((dtype) => [TYPES[dtype].number, dtype]),
);

/** What TensorFlow calls a dtype. */
export function tensorFlowTypeOf(dtype: DType): TensorFlowType {
  return TYPES[dtype];
}

/** Whether a text is the name of a dtype. */
export function isDType(text: unknown): text is DType {
  return typeof text === 'string' && Object.hasOwn(TYPES, text);
}

/** The dtype of one of TensorFlow's numbers; `undefined` for those that hold no plain data (resource, variant, 4-bit, …). */
export function dtypeOfNumber(number: number): DType | undefined {
  return BY_NUMBER.get(number);
}
