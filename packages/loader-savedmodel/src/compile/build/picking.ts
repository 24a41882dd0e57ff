import type { DType } from '@servable/core';
import { storedTensor } from '../ir/constant-data.ts';
import type { Size } from '../ir/dimension.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import { cast, like } from './elementwise.ts';
import { expand } from './filling.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { kernelType } from './kernel-types.ts';
import { inPlace, transposed } from './order.ts';
import { placesUpTo } from './places.ts';
import { reduce } from './reducing.ts';
import { unsqueeze } from './reshape.ts';
import { countOf, joinLists, shapeList, sizeList } from './shape-lists.ts';
import { concat, gather, slice, TO_END } from './slicing.ts';

/** What a condition keeps along the first axis. */
export function keptWhere(b: GraphBuilder, value: Value, condition: Value, size: Size = b.sizes.next()): Value {
  const shape = [size, ...shapeOf(value).slice(1)];
  return b.one('Compress', [inPlace(b, value), inPlace(b, condition)], { dtype: value.dtype, shape }, { axis: 0 });
}

/** Where the numbers of a list go when it is sorted, the smallest first; equal ones stay in their order. */
export function sortingOrder(b: GraphBuilder, list: Value): Value {
  const output = { dtype: 'INT64' as const, shape: list.shape };
  const [, order] = b.make('TopK', [inPlace(b, list), unsqueeze(b, countOf(b, list), 0)], { attributes: { axis: -1, largest: 0, sorted: 1 }, outputs: [{ ...output, dtype: list.dtype }, output] });
  if (order === undefined) throw new Error('TopK has two outputs');
  return order;
}

/** Of a list that has each place once: where each stands. */
export function inverted(b: GraphBuilder, order: Value): Value {
  const size = shapeOf(order)[0] ?? b.sizes.next();
  const numbers = placesUpTo(b, countOf(b, order), size);
  return b.one('ScatterND', [inPlace(b, order), unsqueeze(b, order, 1), numbers], { dtype: 'INT64', shape: [size] });
}

/** What a list has more than once, once. */
export interface DistinctValues {
  readonly values: Value;
  /** Where each first stands in the list. */
  readonly first: Value;
  /** Which of them each of the list is. */
  readonly numbers: Value;
  readonly counts: Value;
}

/** The values of a list, or the parts of a tensor along an axis, each once: sorted, or in the order in which they first come. */
export function distinct(b: GraphBuilder, list: Value, { isSorted, axis }: { readonly isSorted: boolean; readonly axis?: number }): DistinctValues {
  if (axis === undefined) return distinctOf(b, list, { isSorted });
  const others = shapeOf(list).toSpliced(axis, 1);
  if (others.every((size) => typeof size === 'number' && size > 0)) return distinctOf(b, list, { isSorted, axis });
  const found = distinctOf(b, partsOf(b, list, axis), { isSorted, axis: 0 });
  return { ...found, values: gather(b, list, { indices: found.first, axis }) };
}

/** Parts along an axis as rows. ONNX Runtime ends the process over parts without elements: each has one more that is the same in all. */
function partsOf(b: GraphBuilder, list: Value, axis: number): Value {
  const axes = shapeOf(list).map((_, at) => at);
  const moved = inPlace(b, transposed(b, list, [axis, ...axes.filter((at) => at !== axis)]));
  const count = sizeList(b, moved, 0);
  const width = reduce(b, 'ReduceProd', slice(b, shapeList(b, moved), [{ axis: 0, start: 1, end: TO_END }]), { axes: [0], keepsAxes: true });
  const shape = [shapeOf(moved)[0] ?? b.sizes.next(), b.sizes.next()];
  const rows = b.one('Reshape', [moved, joinLists(b, [count, width])], { dtype: list.dtype, shape }, { allowzero: 1 });
  const same = list.dtype === 'BYTES' ? b.stored(storedTensor('BYTES', [], [new Uint8Array()])) : like(b, list, 0);
  return concat(b, [rows, { ...expand(b, same, joinLists(b, [count, b.list([1])])), shape: shape.with(1, 1) }], 1);
}

function distinctOf(b: GraphBuilder, list: Value, { isSorted, axis }: { readonly isSorted: boolean; readonly axis?: number }): DistinctValues {
  const kernel = kernelType('Unique', list.dtype);
  const size = b.sizes.next();
  const length = shapeOf(list)[axis ?? 0] ?? b.sizes.next();
  const shape = axis === undefined ? [size] : shapeOf(list).with(axis, size);
  const lists = [size, length, size].map((each) => ({ dtype: 'INT64' as DType, shape: [each] }));
  const attributes = { sorted: isSorted ? 1 : 0, ...(axis === undefined ? {} : { axis }) };
  const [values, first, numbers, counts] = b.make('Unique', [inPlace(b, cast(b, list, kernel))], { attributes, outputs: [{ dtype: kernel, shape }, ...lists] });
  if (values === undefined || first === undefined || numbers === undefined || counts === undefined) throw new Error('Unique has four outputs');
  return { values: cast(b, values, list.dtype), first, numbers, counts };
}
