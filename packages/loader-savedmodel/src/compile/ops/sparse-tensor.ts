import { binary, cast } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { sortingOrder } from '../build/picking.ts';
import { reduce } from '../build/reducing.ts';
import { reshape } from '../build/reshape.ts';
import { elementsOf } from '../build/shape-lists.ts';
import { gather, slice } from '../build/slicing.ts';
import { stridesOf } from '../build/strides.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { OpCall } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';

/** Places, one a row; what stands there; and how large the whole is. Places and sizes are of 64 bits. */
export interface SparseTensor {
  readonly indices: Value;
  readonly values: Value;
  readonly shape: Value;
  readonly rank: number;
}

/** A sparse tensor of inputs: places, values and shape. */
export function sparseOf(b: GraphBuilder, [places, values, sizes]: readonly [Value, Value, Value]): SparseTensor {
  const shape = inPlace(b, cast(b, sizes, 'INT64'));
  const listed = places.shape?.[1];
  const rank = typeof listed === 'number' ? listed : elementsOf(shape)?.length;
  if (rank === undefined) throw new Uncovered('its rank is only known at run time');
  const count = places.shape?.[0] ?? values.shape?.[0] ?? b.sizes.next();
  const indices = inPlace(b, cast(b, places, 'INT64'));
  return { indices: { ...indices, shape: [count, rank] }, values: inPlace(b, { ...values, shape: [count] }), shape: { ...shape, shape: [rank] }, rank };
}

/** Three inputs that stand one after the other. */
export function sparseInput(call: OpCall, at: number): SparseTensor {
  return sparseOf(call.b, [call.input(at), call.input(at + 1), call.input(at + 2)]);
}

/** One of a list's numbers, as a list. */
export function numberAt(b: GraphBuilder, list: Value, place: number): Value {
  return slice(b, list, [{ axis: 0, start: place, end: place + 1 }]);
}

/** Numbers along one axis, of every place. */
export function column(b: GraphBuilder, indices: Value, axis: number): Value {
  return reshape(b, slice(b, indices, [{ axis: 1, start: axis, end: axis + 1 }]), b.list([-1]));
}

/** Places as single numbers, row by row. */
export function keysOf(b: GraphBuilder, indices: Value, shape: Value): Value {
  const rank = Number(shapeOf(indices)[1]);
  return reduce(b, 'ReduceSum', binary(b, 'Mul', [indices, stridesOf(b, shape, rank)]), { axes: [1], keepsAxes: false });
}

/** Sizes to divide by: of an empty tensor there is nothing to divide. */
export function atLeastOne(b: GraphBuilder, list: Value): Value {
  if (list.elements?.every((size) => typeof size === 'number' && size > 0) === true) return list;
  return binary(b, 'Max', [list, b.list([1])]);
}

/** Places that single numbers stand for. */
export function placesOf(b: GraphBuilder, keys: Value, { shape, rank }: { readonly shape: Value; readonly rank: number }): Value {
  const listed = reshape(b, keys, b.list([-1, 1]));
  const places = binary(b, 'Mod', [binary(b, 'Div', [listed, atLeastOne(b, stridesOf(b, shape, rank))]), atLeastOne(b, shape)]);
  return { ...places, shape: [shapeOf(keys)[0] ?? b.sizes.next(), rank] };
}

/** Row by row, as all ops but the one that sorts want it. */
export function inRows(b: GraphBuilder, { indices, values, shape, rank }: SparseTensor): SparseTensor {
  const order = sortingOrder(b, keysOf(b, indices, shape));
  return { indices: gather(b, indices, { indices: order }), values: gather(b, values, { indices: order }), shape, rank };
}
