import type { DType } from '@servable/core';

/** `TF_DataType` by dtype. Source: TensorFlow, `c/tf_datatype.h`, `framework/types.proto`. */
const ELEMENT_TYPES: Readonly<Record<DType, number>> = {
  FP32: 1,
  FP64: 2,
  INT32: 3,
  UINT8: 4,
  INT16: 5,
  INT8: 6,
  BYTES: 7,
  COMPLEX64: 8,
  INT64: 9,
  BOOL: 10,
  QINT8: 11,
  QUINT8: 12,
  QINT32: 13,
  BF16: 14,
  QINT16: 15,
  QUINT16: 16,
  UINT16: 17,
  COMPLEX128: 18,
  FP16: 19,
  UINT32: 22,
  UINT64: 23,
  FP8_E5M2: 24,
  FP8_E4M3FN: 25,
  FP8_E4M3FNUZ: 26,
  FP8_E4M3B11FNUZ: 27,
  FP8_E5M2FNUZ: 28,
};

const DTYPES: ReadonlyMap<number, DType> = new Map(Object.entries(ELEMENT_TYPES).map(([dtype, type]) => [type, dtype as DType]));

/** What TensorFlow calls strings. */
export const STRING_ELEMENTS = 7;

export function elementTypeOf(dtype: DType): number {
  return ELEMENT_TYPES[dtype];
}

/** `undefined` when no dtype stands for it (resources, variants, 4-bit integers). */
export function dtypeOfElement(type: number): DType | undefined {
  return DTYPES.get(type);
}
