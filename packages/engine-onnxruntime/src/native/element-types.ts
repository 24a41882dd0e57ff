import type { DType } from '@servable/core';

/** `ONNXTensorElementDataType` by dtype. Source: `onnxruntime_c_api.h`. */
const ELEMENT_TYPES: Readonly<Partial<Record<DType, number>>> = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
  COMPLEX64: 14,
  COMPLEX128: 15,
  BF16: 16,
  FP8_E4M3FN: 17,
  FP8_E4M3FNUZ: 18,
  FP8_E5M2: 19,
  FP8_E5M2FNUZ: 20,
};

const DTYPES: ReadonlyMap<number, DType> = new Map(
  Object.entries(ELEMENT_TYPES).map(([dtype, type]) => [type, dtype as DType]),
);

/** What ONNX Runtime calls strings. */
export const STRING_ELEMENTS = 8;

/** `undefined` when ONNX Runtime has no such element. */
export function elementTypeOf(dtype: DType): number | undefined {
  return ELEMENT_TYPES[dtype];
}

/** `undefined` when no dtype stands for it (4-bit integers, optional types to come). */
export function dtypeOfElement(type: number): DType | undefined {
  return DTYPES.get(type);
}
