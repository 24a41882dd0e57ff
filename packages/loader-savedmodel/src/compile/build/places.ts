import { shapeOf, type Value } from '../ir/value.ts';
import { like } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { reshape } from './reshape.ts';
import { sizeList } from './shape-lists.ts';

/** The numbers of an axis's places, 0 and up: 64-bit integers. */
export function places(b: GraphBuilder, value: Value, axis: number): Value {
  const size = shapeOf(value)[axis] ?? 1;
  return placesUpTo(b, sizeList(b, value, axis), size);
}

/** 0 and up to a number that is a list of one or a scalar. */
export function placesUpTo(b: GraphBuilder, count: Value, size: number | string): Value {
  const limit = reshape(b, count, b.list([]));
  return b.one('Range', [like(b, limit, 0), limit, like(b, limit, 1)], { dtype: limit.dtype, shape: [size] });
}
