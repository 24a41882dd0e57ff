import { type Value } from '../ir/value.ts';
import { binary, cast, compare, like, unary, where } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inPlace } from './order.ts';
import { places } from './places.ts';
import { reduce } from './reducing.ts';
import { reshape } from './reshape.ts';
import { joinLists, shapeList } from './shape-lists.ts';

/** A tensor with an axis that only a run knows as the second of three. */
export interface ThreeAxes {
  readonly value: Value;
  /** The shape of the whole as a list. */
  readonly shape: Value;
  /** The shape without the axis. */
  readonly others: Value;
}

/** Joins what is before the axis, and what is after it. An axis outside of the tensor is refused. */
export function aroundAxis(b: GraphBuilder, value: Value, axis: Value): ThreeAxes {
  const x = inPlace(b, value);
  const shape = shapeList(b, x);
  const numbers = places(b, shape, 0);
  const given = reshape(b, cast(b, axis, 'INT64'), b.list([1]));
  const isCounted = compare(b, 'Less', [given, like(b, given, 0)]);
  const fromFirst = where(b, isCounted, [binary(b, 'Add', [given, b.one('Shape', [shape], { dtype: 'INT64', shape: [1] })]), given]);
  // What is still below 0 would be counted from the end once more.
  const place = binary(b, 'BitwiseAnd', [fromFirst, b.scalar('INT64', 0x7fffffffffffffffn)]);
  const size = b.one('Gather', [shape, place], { dtype: 'INT64', shape: [1] }, { axis: 0 });
  const product = (comparison: string): Value => {
    const kept = where(b, compare(b, comparison, [numbers, place]), [shape, like(b, shape, 1)]);
    return reduce(b, 'ReduceProd', kept, { axes: [0], keepsAxes: true });
  };
  const target = joinLists(b, [product('Less'), size, product('Greater')]);
  const sizes = [b.sizes.next(), b.sizes.next(), b.sizes.next()];
  const joined = b.one('Reshape', [x, target], { dtype: x.dtype, shape: sizes }, { allowzero: 1 });
  const isOther = unary(b, 'Not', compare(b, 'Equal', [numbers, place]));
  const count = x.shape === undefined ? b.sizes.next() : x.shape.length - 1;
  return { value: joined, shape, others: b.one('Compress', [shape, isOther], { dtype: 'INT64', shape: [count] }, { axis: 0 }) };
}
