import { allocateData, type DType, type NumericData, type Tensor, type TensorData } from '@servable/core';

const CASTABLE: ReadonlySet<DType> = new Set<DType>(['FP32', 'FP64', 'BOOL', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64']);

/** Whether {@link castElements} knows both types. */
export function canCast(from: DType, to: DType): boolean {
  return CASTABLE.has(from) && CASTABLE.has(to);
}

/** Numbers as another type: integers wrap around, fractions are cut off. `undefined` for fractions that no integer stands for. */
export function castElements({ dtype, data }: Tensor, to: DType): TensorData | undefined {
  const source = data as NumericData;
  const result = allocateData(to, source.length) as NumericData;
  const target = result as unknown as { [at: number]: number | bigint };
  const isBig = result instanceof BigInt64Array || result instanceof BigUint64Array;
  const isFraction = (dtype === 'FP32' || dtype === 'FP64') && to !== 'FP32' && to !== 'FP64' && to !== 'BOOL';
  for (let at = 0; at < source.length; at++) {
    const value = source[at] ?? 0;
    if (to === 'BOOL') target[at] = Number(value) === 0 ? 0 : 1;
    else if (isFraction && !(Math.abs(Number(value)) < 2 ** 31)) return undefined;
    else if (isBig) target[at] = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
    else target[at] = typeof value === 'bigint' ? narrow(value, to) : isFraction ? Math.trunc(value) : value;
  }
  return result;
}

function narrow(value: bigint, to: DType): number {
  return to === 'FP32' || to === 'FP64' ? Number(value) : Number(BigInt.asIntN(32, value));
}
