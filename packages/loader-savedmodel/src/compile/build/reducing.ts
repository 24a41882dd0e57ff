import type { DType } from '@servable/core';
import { shapeOf, type Value } from '../ir/value.ts';
import { cast } from './elementwise.ts';
import { type GraphBuilder, knownNumbers } from './graph-builder.ts';
import { kernelType } from './kernel-types.ts';
import { inPlace, normalOrder, physical } from './order.ts';

/** Which axes are reduced, and whether they stay with size 1. */
export interface Reduction {
  /** Not counted from the end. */
  readonly axes: readonly number[];
  readonly keepsAxes: boolean;
  /** To compute in, where not that of the elements. */
  readonly dtype?: DType;
}

/** `ReduceSum` and others, along known axes. The order of the axes that stay is kept. */
export function reduce(b: GraphBuilder, operator: string, value: Value, { axes, keepsAxes, dtype }: Reduction): Value {
  if (axes.length === 0) return value;
  const shape = shapeOf(value);
  const kernel = dtype ?? kernelType(operator, value.dtype);
  const lying = physical(cast(b, value, kernel));
  const places = axes.map((axis) => value.order?.indexOf(axis) ?? axis).toSorted((a, c) => a - c);
  const kept = shape.map((_, axis) => axis).filter((axis) => keepsAxes || !axes.includes(axis));
  const reduced = kept.map((axis) => (axes.includes(axis) ? 1 : (shape[axis] ?? 1)));
  const order = value.order?.filter((axis) => kept.includes(axis)).map((axis) => kept.indexOf(axis));
  const output = { dtype: kernel, shape: reduced, order: order === undefined ? undefined : normalOrder(order), elements: productOf(operator, value, axes) };
  return cast(b, b.one(operator, [lying, b.list(places)], output, { keepdims: keepsAxes ? 1 : 0 }), value.dtype);
}

/** The product of a list of sizes, when only one of them is not 1. */
function productOf(operator: string, { shape, elements }: Value, axes: readonly number[]): Value['elements'] {
  if (operator !== 'ReduceProd' || shape?.length !== 1 || axes.length !== 1 || elements === undefined || elements.includes(undefined)) return undefined;
  const others = elements.filter((size) => size !== 1);
  if (others.length === 0) return [1];
  if (others.length === 1) return [others[0]];
  return others.every((size) => typeof size === 'number') ? [others.reduce((product: number, size) => product * size, 1)] : undefined;
}

/** As {@link reduce}, along axes that only a run knows. */
export function reduceBy(b: GraphBuilder, operator: string, value: Value, { axes, keepsAxes }: { readonly axes: Value; readonly keepsAxes: boolean }): Value {
  const known = knownNumbers(axes);
  if (known !== undefined) {
    const rank = shapeOf(value).length;
    return reduce(b, operator, value, { axes: known.map((axis) => (axis < 0 ? axis + rank : axis)), keepsAxes });
  }
  const kernel = kernelType(operator, value.dtype);
  const shape = keepsAxes ? value.shape?.map(() => b.sizes.next()) : undefined;
  const list = cast(b, inPlace(b, axes), 'INT64');
  const attributes = { keepdims: keepsAxes ? 1 : 0, noop_with_empty_axes: 1 };
  return cast(b, b.one(operator, [inPlace(b, cast(b, value, kernel)), list], { dtype: kernel, shape }, attributes), value.dtype);
}
