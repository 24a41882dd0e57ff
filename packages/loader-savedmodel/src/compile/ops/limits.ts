import type { DType } from '@servable/core';

const LIMITS: Readonly<Partial<Record<DType, readonly [number | bigint, number | bigint]>>> = {
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT16: [-32768, 32767],
  UINT16: [0, 65535],
  INT32: [-2147483648, 2147483647],
  UINT32: [0, 4294967295],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
  FP16: [-65504, 65504],
  FP64: [-Number.MAX_VALUE, Number.MAX_VALUE],
};
const SINGLE: readonly [number, number] = [-3.4028234663852886e38, 3.4028234663852886e38];

/** The least finite number of a type. */
export function lowestOf(dtype: DType): number | bigint {
  return (LIMITS[dtype] ?? SINGLE)[0];
}

/** The largest finite number of a type. */
export function highestOf(dtype: DType): number | bigint {
  return (LIMITS[dtype] ?? SINGLE)[1];
}
