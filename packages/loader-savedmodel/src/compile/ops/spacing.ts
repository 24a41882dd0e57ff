import { binary, cast, compare, like, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { knownNumbers } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { placesUpTo } from '../build/places.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { countOf, elementsOf } from '../build/shape-lists.ts';
import { concat, gather, slice } from '../build/slicing.ts';
import { stridesOf } from '../build/strides.ts';
import { rankOf, shapeOf } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';
import { atLeastOne } from './sparse-tensor.ts';
import { checkedAxis, knownScalar } from './shape.ts';

/** So many numbers from one to another, evenly apart; the last is exactly that other. */
const linear: Emitter = (call) => {
  const { b } = call;
  const [start, stop, num] = [call.input(0), call.input(1), cast(b, call.input(2), 'INT64')];
  const known = knownNumbers(num)?.[0];
  if (known !== undefined && known <= 0) throw new RefusedRun('INVALID_ARGUMENT', `Requires num > 0: ${known}`);
  const count = refuseUnless(b, num, { condition: compare(b, 'Greater', [num, like(b, num, 0)]), message: 'Requires num > 0' });
  const numbers = placesUpTo(b, count, known ?? b.sizes.next());
  const last = binary(b, 'Sub', [count, like(b, count, 1)]);
  const step = binary(b, 'Div', [binary(b, 'Sub', [stop, start]), cast(b, binary(b, 'Max', [last, like(b, last, 1)]), start.dtype)]);
  const made = binary(b, 'Add', [start, binary(b, 'Mul', [step, cast(b, numbers, start.dtype)])]);
  const isLast = binary(b, 'And', [compare(b, 'Equal', [numbers, last]), compare(b, 'Greater', [numbers, like(b, numbers, 0)])]);
  return where(b, isLast, [stop, made]);
};

/** Where single numbers stand in a tensor of a shape: one row for each axis. */
const unravel: Emitter = (call) => {
  const { b } = call;
  const [indices, given] = call.pair();
  const rank = elementsOf(given)?.length;
  if (rank === undefined) throw new Uncovered('how many axes it counts along is only known at run time');
  const count = countOf(b, indices);
  const isSome = compare(b, 'Greater', [count, like(b, count, 0)]);
  const sizes = refuseUnless(b, inPlace(b, cast(b, given, 'INT64')), { condition: isSome, message: 'received empty tensor indices' });
  const numbers = cast(b, indices, 'INT64');
  const column = unsqueeze(b, sizes, 1);
  const strides = unsqueeze(b, stridesOf(b, sizes, rank), 1);
  const whole = binary(b, 'Mul', [slice(b, column, [{ axis: 0, start: 0, end: 1 }]), slice(b, strides, [{ axis: 0, start: 0, end: 1 }])]);
  const row = reshape(b, numbers, b.list([1, -1]));
  const isInside = binary(b, 'And', [compare(b, 'GreaterOrEqual', [row, like(b, row, 0)]), compare(b, 'Less', [row, whole])]);
  const inside = refuseUnless(b, row, { condition: isInside, message: 'index is out of bound as with dims' });
  const made = cast(b, binary(b, 'Mod', [binary(b, 'Div', [inside, atLeastOne(b, strides)]), atLeastOne(b, column)]), indices.dtype);
  return rankOf(indices) === 0 ? reshape(b, made, b.list([-1])) : { ...made, shape: [rank, shapeOf(indices)[0] ?? b.sizes.next()] };
};

/** Where each of several tensors begins along an axis, when they are put together. */
const concatOffset: Emitter = (call) => {
  const { b } = call;
  const shapes = call.inputs.slice(1).map((shape) => inPlace(b, shape));
  const [first] = shapes;
  const rank = first === undefined ? undefined : elementsOf(first)?.length;
  if (first === undefined || rank === undefined) throw new Uncovered('its rank is only known at run time');
  const axis = checkedAxis(knownScalar(call, 0, 'axis'), rank);
  const along = cast(b, b.list(Array.from({ length: rank }, (_, at) => (at === axis ? 1 : 0))), first.dtype);
  const isAlong = cast(b, along, 'BOOL');
  let offset = binary(b, 'Mul', [first, like(b, first, 0)]);
  return shapes.map((shape) => {
    const isSame = compare(b, 'Equal', [where(b, isAlong, [first, shape]), first]);
    const own = refuseUnless(b, offset, { condition: isSame, message: 'All dimensions except the one that is put together must match' });
    offset = binary(b, 'Add', [own, binary(b, 'Mul', [shape, along])]);
    return own;
  });
};

/** Numbers of axes of one layout as those of another. */
const axesOfLayout: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const { from, to } = layouts(call);
  const table = cast(b, b.list(Array.from(from).map((letter) => to.indexOf(letter))), x.dtype);
  const isBelow = compare(b, 'Less', [x, like(b, x, 0)]);
  const places = where(b, isBelow, [binary(b, 'Add', [x, like(b, x, from.length)]), x]);
  const isThere = binary(b, 'And', [compare(b, 'GreaterOrEqual', [places, like(b, places, 0)]), compare(b, 'Less', [places, like(b, places, from.length)])]);
  return gather(b, table, { indices: refuseUnless(b, places, { condition: isThere, message: 'the axis is not in the layout' }) });
};

/** A list that has a number, or several, for each axis, in the order of another layout. */
const listOfLayout: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const { from, to } = layouts(call);
  const count = shapeOf(x)[0];
  if (typeof count !== 'number') throw new Uncovered('the length of its list is only known at run time');
  // A list of the axes between has neither batch nor channels.
  const kept = (layout: string): string => (count === layout.length ? layout : layout.replaceAll(/[NC]/gu, ''));
  if (kept(from).length !== count) throw new RefusedRun('INVALID_ARGUMENT', `Input must be a vector of size ${from.length} or ${from.length - 2}, but got ${count}`);
  return gather(b, x, { indices: b.list(Array.from(kept(to)).map((letter) => kept(from).indexOf(letter))) });
};

function layouts({ attributes }: OpCall): { readonly from: string; readonly to: string } {
  return { from: attributes.text('src_format', 'NHWC'), to: attributes.text('dst_format', 'NCHW') };
}

/** One after the other along the first axis, each of one row. */
const stacked: Emitter = (call) => concat(call.b, call.inputs, 0);

/** A tensor of which only the shape is said: its numbers are 0. */
const empty: Emitter = (call) => {
  const { b, attributes } = call;
  const dtype = attributes.dtype('dtype');
  if (dtype === 'BYTES') throw new Uncovered('it holds strings');
  return expand(b, like(b, { name: '', dtype, shape: [] }, 0), call.input(0));
};

/** Sequences, and places and sizes of axes. */
export const SPACING: OpFamily = {
  title: 'Sequences, and numbers of axes',
  ops: {
    ConcatOffset: concatOffset,
    DataFormatDimMap: axesOfLayout,
    DataFormatVecPermute: listOfLayout,
    Empty: empty,
    LinSpace: linear,
    ParallelConcat: stacked,
    UnravelIndex: unravel,
  },
};
