import type { DType } from '@servable/core';

const NOT_HELD = /^(?:COMPLEX|FP8|Q)/u;

/** Whether ONNX Runtime holds tensors of a type; others can only be passed on. */
export function isHeld(dtype: DType): boolean {
  return !NOT_HELD.test(dtype);
}
