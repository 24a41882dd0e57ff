import type { Size } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import { cast } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { kernelType } from './kernel-types.ts';
import { inPlace, physical } from './order.ts';
import { elementsOf } from './shape-lists.ts';

/** A value repeated to fill a shape that it can be broadcast to. */
export function expand(b: GraphBuilder, value: Value, shape: Value): Value {
  const target = cast(b, inPlace(b, shape), 'INT64');
  const sizes = elementsOf(target)?.map((size) => size ?? b.sizes.next());
  if (sizes !== undefined && String(sizes) === String(value.shape)) return value;
  return b.one('Expand', [inPlace(b, value), target], { dtype: value.dtype, shape: sizes });
}

/** Every axis so many times, one after the other. */
export function tile(b: GraphBuilder, value: Value, times: Value): Value {
  const counts = elementsOf(times);
  const shape = value.shape?.map((size, axis) => timesOf(b, size, counts?.[axis]));
  return b.one('Tile', [inPlace(b, value), cast(b, inPlace(b, times), 'INT64')], { dtype: value.dtype, shape });
}

function timesOf(b: GraphBuilder, size: Size, count: Size | undefined): Size {
  if (count === 1) return size;
  if (size === 1 && count !== undefined) return count;
  return typeof size === 'number' && typeof count === 'number' ? size * count : b.sizes.next();
}

/** How a tensor is continued beyond its ends. */
export interface Padding {
  readonly mode: 'constant' | 'reflect' | 'edge';
  /** For `constant`. Default 0. */
  readonly fill?: Value;
}

/** So many more elements before and after each axis, as known numbers. */
export function pad(b: GraphBuilder, value: Value, pads: readonly (readonly [before: number, after: number])[], { mode, fill }: Padding = { mode: 'constant' }): Value {
  if (pads.every(([before, after]) => before === 0 && after === 0)) return value;
  const shape = shapeOf(value);
  const kernel = kernelType('Pad', value.dtype);
  const lying = physical(cast(b, value, kernel));
  const ordered = (value.order ?? shape.map((_, axis) => axis)).map((axis) => pads[axis] ?? [0, 0]);
  const list = b.list([...ordered.map(([before]) => before), ...ordered.map(([, after]) => after)]);
  const padded = shape.map((size, axis) => paddedSize(b, size, pads[axis] ?? [0, 0]));
  const filled = fill === undefined ? undefined : cast(b, fill, kernel);
  return cast(b, b.one('Pad', [lying, list, filled], { dtype: kernel, shape: padded, order: value.order }, { mode }), value.dtype);
}

function paddedSize(b: GraphBuilder, size: Size, [before, after]: readonly [number, number]): Size {
  if (before === 0 && after === 0) return size;
  return typeof size === 'number' ? size + before + after : b.sizes.next();
}

/** As {@link pad}, with a list of all numbers before, then all numbers after, that only a run knows. */
export function padBy(b: GraphBuilder, value: Value, pads: Value, { mode, fill }: Padding): Value {
  const kernel = kernelType('Pad', value.dtype);
  const shape = Array.from({ length: rankOf(value) }, () => b.sizes.next());
  const filled = fill === undefined ? undefined : cast(b, fill, kernel);
  return cast(b, b.one('Pad', [inPlace(b, cast(b, value, kernel)), cast(b, pads, 'INT64'), filled], { dtype: kernel, shape }, { mode }), value.dtype);
}
