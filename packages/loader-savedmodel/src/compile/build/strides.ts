import type { Value } from '../ir/value.ts';
import { binary } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { joinLists } from './shape-lists.ts';
import { slice } from './slicing.ts';

/** How many places a step along each axis of a shape passes, row by row: lists of 64-bit integers. */
export function stridesOf(b: GraphBuilder, shape: Value, rank: number): Value {
  const strides = [b.list([1])];
  for (let axis = rank - 1; axis > 0; axis--) {
    const size = slice(b, shape, [{ axis: 0, start: axis, end: axis + 1 }]);
    strides.unshift(binary(b, 'Mul', [size, strides[0] ?? b.list([1])]));
  }
  return joinLists(b, strides.slice(0, rank));
}
