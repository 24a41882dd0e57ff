import { binary, cast, compare } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { placesUpTo } from '../build/places.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { gather, slice, TO_END } from '../build/slicing.ts';
import type { Size } from '../ir/dimension.ts';
import { shapeOf, type Value } from '../ir/value.ts';

/** Elements that lie row after row. All are of 64 bits. */
export interface Rows {
  /** Of each element the number of its row. */
  readonly numbers: Value;
  /** Of each element its place in its row. */
  readonly places: Value;
  /** Of each row how many elements it has. */
  readonly lengths: Value;
}

/** All but the first, or all but the last, of where rows begin and end. */
export function endsOf(b: GraphBuilder, splits: Value): Value {
  return slice(b, splits, [{ axis: 0, start: 1, end: TO_END }]);
}
export function startsOf(b: GraphBuilder, splits: Value): Value {
  return slice(b, splits, [{ axis: 0, start: 0, end: -1 }]);
}

/** Running sums of a list; `isExclusive`: of what is before each. */
function sums(b: GraphBuilder, list: Value, isExclusive: boolean): Value {
  return b.one('CumSum', [inPlace(b, list), b.scalar('INT64', 0)], { dtype: 'INT64', shape: list.shape }, isExclusive ? { exclusive: 1 } : {});
}

/** Where rows of these lengths begin, and where the last ends. */
export function splitsOf(b: GraphBuilder, lengths: Value): Value {
  return joinLists(b, [b.list([0]), sums(b, lengths, false)]);
}

/** Splits in 64 bits; refused unless they go from 0 to the number of elements and never back. @param total - a list of one */
export function checkedSplits(b: GraphBuilder, given: Value, total: Value): Value {
  const splits = inPlace(b, cast(b, given, 'INT64'));
  const first = refuseUnless(b, splits, { condition: compare(b, 'Equal', [slice(b, splits, [{ axis: 0, start: 0, end: 1 }]), b.list([0])]), message: 'First value of ragged splits must be 0' });
  const isWhole = compare(b, 'Equal', [slice(b, splits, [{ axis: 0, start: -1, end: TO_END }]), total]);
  return refuseUnless(b, first, { condition: isWhole, message: 'Ragged splits must end with the number of values' });
}

/** Rows between splits. @param total - how many elements there are: a list of one, or a scalar */
export function rowsBetween(b: GraphBuilder, splits: Value, { total, size }: { readonly total: Value; readonly size: Size }): Rows {
  const ends = endsOf(b, splits);
  const starts = startsOf(b, splits);
  const limit = binary(b, 'Add', [reshape(b, total, b.list([1])), b.list([1])]);
  const nothing = { ...expand(b, b.scalar('INT64', 0), limit), shape: [b.sizes.next()] };
  // As many rows have ended before an element as its row's number says, those without elements among them.
  const ended = scatterJoined(b, nothing, { indices: unsqueeze(b, ends, 1), updates: expand(b, b.scalar('INT64', 1), shapeList(b, ends)), reduction: 'add' });
  const numbers = { ...slice(b, sums(b, ended, false), [{ axis: 0, start: 0, end: -1 }]), shape: [size] };
  const places = binary(b, 'Sub', [placesUpTo(b, total, size), gather(b, starts, { indices: numbers })]);
  return { numbers, places: { ...places, shape: [size] }, lengths: { ...binary(b, 'Sub', [ends, starts]), shape: [b.sizes.next()] } };
}

/** Rows by the number that each element has, in order. @param count - of rows: a list of one */
export function rowsNumbered(b: GraphBuilder, given: Value, count: Value): Rows {
  const numbers = inPlace(b, cast(b, given, 'INT64'));
  const size = shapeOf(numbers)[0] ?? b.sizes.next();
  const nothing = { ...expand(b, b.scalar('INT64', 0), count), shape: [b.sizes.next()] };
  const lengths = scatterJoined(b, nothing, { indices: unsqueeze(b, numbers, 1), updates: expand(b, b.scalar('INT64', 1), shapeList(b, numbers)), reduction: 'add' });
  const starts = gather(b, sums(b, lengths, true), { indices: numbers });
  const places = binary(b, 'Sub', [placesUpTo(b, sizeList(b, numbers, 0), size), starts]);
  return { numbers, places: { ...places, shape: [size] }, lengths };
}

/** The longest of rows, a list of one; 0 of none. */
export function longest(b: GraphBuilder, { lengths }: Rows): Value {
  return b.one('ReduceMax', [joinLists(b, [b.list([0]), lengths]), b.list([0])], { dtype: 'INT64', shape: [1] }, { keepdims: 1 });
}
