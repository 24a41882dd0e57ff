import { allocateData, type DType, elementCount, type NumericData, type Tensor, type TensorData } from '@servable/core';
import { stepsOf } from './move-elements.ts';

type Join = (sum: number, next: number) => number;

interface Reduction {
  readonly start: number;
  readonly join: Join;
}

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceSum: { start: 0, join: (sum, next) => sum + next },
  ReduceMean: { start: 0, join: (sum, next) => sum + next },
  ReduceProd: { start: 1, join: (product, next) => product * next },
  ReduceMax: { start: Number.NEGATIVE_INFINITY, join: Math.max },
  ReduceMin: { start: Number.POSITIVE_INFINITY, join: Math.min },
};

const KNOWN: ReadonlySet<DType> = new Set<DType>(['FP32', 'FP64', 'INT32', 'INT64']);

const LIMITS: Readonly<Partial<Record<DType, number>>> = { INT32: 2 ** 31, INT64: 2 ** 53 };

/** Whether {@link reduceElements} knows an operator for elements of this type. */
export function canReduce(operator: string, dtype: DType): boolean {
  return Object.hasOwn(REDUCTIONS, operator) && KNOWN.has(dtype) && !(operator === 'ReduceMean' && dtype.startsWith('INT'));
}

/** Reduces a constant along axes. `undefined` where whole numbers pass what doubles, or 32 bits, hold: they would wrap around. */
export function reduceElements(operator: string, { dtype, shape, data }: Tensor, result: { readonly axes: readonly number[]; readonly shape: readonly number[] }): TensorData | undefined {
  const { start, join } = REDUCTIONS[operator] ?? { start: 0, join: (sum: number) => sum };
  const kept = shape.map((size, axis) => (result.axes.includes(axis) ? 1 : size));
  const steps = stepsOf(kept).map((step, axis) => (result.axes.includes(axis) ? 0 : step));
  const sums = new Float64Array(elementCount(kept)).fill(start);
  const inputSteps = stepsOf(shape);
  const source = data as NumericData;
  const limit = LIMITS[dtype] ?? Number.POSITIVE_INFINITY;
  for (let at = 0; at < source.length; at++) {
    let place = 0;
    for (const [axis, size] of shape.entries()) place += (Math.floor(at / (inputSteps[axis] ?? 1)) % size) * (steps[axis] ?? 0);
    const joined = join(sums[place] ?? start, Number(source[at] ?? 0));
    if (Math.abs(joined) >= limit) return undefined;
    sums[place] = joined;
  }
  const count = source.length / Math.max(1, sums.length);
  const target = allocateData(dtype, sums.length) as NumericData;
  for (const [at, sum] of sums.entries()) {
    const value = operator === 'ReduceMean' ? sum / count : sum;
    if (target instanceof BigInt64Array || target instanceof BigUint64Array) target[at] = BigInt(Math.trunc(value));
    else target[at] = value;
  }
  return target;
}
