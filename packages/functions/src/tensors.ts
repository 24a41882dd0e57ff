import { createTensor, type DType } from '@servable/core';
import type { TensorFor } from './tensor-types.ts';

/**
 * Makes a tensor. Shares `data`; without a shape it is a vector.
 *
 * @throws ServingError `SRV_TENSOR_INVALID` when the array is not the dtype's, or its length does not fit the shape
 */
export function tensor<const Type extends DType>(dtype: Type, data: TensorFor<Type>['data'], shape: readonly number[] = [data.length]): TensorFor<Type> {
  return createTensor(dtype, shape, data) as TensorFor<Type>;
}

/** Makes a `BYTES` tensor of texts, in UTF-8; without a shape it is a vector. */
export function textTensor(texts: readonly string[], shape: readonly number[] = [texts.length]): TensorFor<'BYTES'> {
  const encoder = new TextEncoder();
  return tensor('BYTES', texts.map((text) => encoder.encode(text)), shape);
}

/** The texts of a `BYTES` tensor, in row-major order; bytes that are not UTF-8 become U+FFFD. */
export function textsOf({ data }: TensorFor<'BYTES'>): string[] {
  const decoder = new TextDecoder();
  return data.map((bytes) => decoder.decode(bytes));
}
