import { elementCount } from '@servable/core';
import type { Size } from '../ir/dimension.ts';
import { axisOf, shapeOf, type Value } from '../ir/value.ts';
import { cast } from './elementwise.ts';
import { type GraphBuilder, knownNumbers } from './graph-builder.ts';
import { physical } from './order.ts';

/** The sizes of a value's axes, as a list. */
export function shapeList(b: GraphBuilder, value: Value, dtype: 'INT32' | 'INT64' = 'INT64'): Value {
  const { shape, order } = value;
  if (shape === undefined) return cast(b, b.one('Shape', [value], { dtype: 'INT64', shape: undefined }), dtype);
  if (shape.every((size) => typeof size === 'number')) return cast(b, b.list(shape), dtype);
  const lying = b.one('Shape', [physical(value)], { dtype: 'INT64', shape: [shape.length], elements: order === undefined ? shape : order.map((axis) => shape[axis]) });
  if (order === undefined) return cast(b, lying, dtype);
  const places = b.list(shape.map((_, axis) => order.indexOf(axis)));
  return cast(b, b.one('Gather', [lying, places], { dtype: 'INT64', shape: [shape.length], elements: shape }, { axis: 0 }), dtype);
}

/** The size of one axis, as a list of one. */
export function sizeList(b: GraphBuilder, value: Value, axis: number): Value {
  const shape = shapeOf(value);
  const at = axisOf(axis, shape.length);
  const size = shape[at];
  if (typeof size === 'number') return b.list([size]);
  const place = value.order === undefined ? at : value.order.indexOf(at);
  return b.one('Shape', [physical(value)], { dtype: 'INT64', shape: [1], elements: [size] }, { start: place, end: place + 1 });
}

/** How many elements there are, as a scalar. */
export function countOf(b: GraphBuilder, value: Value): Value {
  const { shape } = value;
  if (shape !== undefined && shape.every((size) => typeof size === 'number')) return b.scalar('INT64', elementCount(shape));
  return b.one('Size', [shape === undefined ? value : physical(value)], { dtype: 'INT64', shape: [] });
}

/** Lists one after the other. */
export function joinLists(b: GraphBuilder, lists: readonly Value[]): Value {
  const [first] = lists;
  if (first !== undefined && lists.length === 1) return first;
  const elements = lists.flatMap((list) => list.elements ?? (shapeOf(list)[0] === undefined ? [] : Array.from({ length: Number(shapeOf(list)[0]) }, () => undefined)));
  const isKnown = lists.every((list) => typeof list.shape?.[0] === 'number');
  return b.one('Concat', lists, { dtype: first?.dtype ?? 'INT64', shape: [isKnown ? elements.length : b.sizes.next()], elements: isKnown ? elements : undefined }, { axis: 0 });
}

/** What is known of a list's elements, one for each; `undefined` when even their number is not known. */
export function elementsOf(list: Value): readonly (Size | undefined)[] | undefined {
  const numbers = list.elements ?? knownNumbers(list);
  if (numbers !== undefined) return numbers;
  const count = list.shape?.length === 0 ? 1 : list.shape?.[0];
  return typeof count === 'number' ? Array.from({ length: count }, () => undefined) : undefined;
}
