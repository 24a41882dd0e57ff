import type { DType } from '@servable/core';
import { broadcastShapes, type Shape } from '../ir/dimension.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import { cast } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { kernelType } from './kernel-types.ts';
import { inPlace } from './order.ts';

/** A product of matrices; axes before the last two are broadcast. */
export function matrixProduct(b: GraphBuilder, first: Value, second: Value, dtype: DType = first.dtype): Value {
  const kernel = kernelType('MatMul', first.dtype);
  const [x, y] = [inPlace(b, cast(b, first, kernel)), inPlace(b, cast(b, second, kernel))];
  return cast(b, b.one('MatMul', [x, y], { dtype: kernel, shape: productShape(b, x, y) }), dtype);
}

function productShape(b: GraphBuilder, first: Value, second: Value): Shape {
  const [left, right] = [shapeOf(first), shapeOf(second)];
  const batch = broadcastShapes([left.slice(0, -2), right.slice(0, -2)], b.sizes) ?? [];
  return [...batch, left.at(-2) ?? 1, right.at(-1) ?? 1];
}
