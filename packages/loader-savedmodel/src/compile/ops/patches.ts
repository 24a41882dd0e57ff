import { binary, compare, like, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { reshape } from '../build/reshape.ts';
import { concat, slice } from '../build/slicing.ts';
import { isFloat } from '../ir/constant-data.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { LOWEST, onTensor, type PaddedMoves, placesOf, underWindow } from './window-parts.ts';

const between = (numbers: readonly number[]): readonly number[] => numbers.slice(1, -1);

function movesOf({ attributes }: OpCall, size: readonly number[], rates: readonly number[]): PaddedMoves {
  return { windows: { size, strides: between(attributes.integers('strides')), dilations: rates }, padding: attributes.text('padding') };
}

/** The largest sum of picture and filter. */
const dilation: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, filter] = [inPlace(b, call.input(0)), call.input(1)];
  const [rows, columns] = shapeOf(filter);
  if (typeof rows !== 'number' || typeof columns !== 'number') throw new Uncovered("its filter's size is only known at run time");
  const moves = movesOf(call, [rows, columns], between(attributes.integers('rates')));
  const places = placesOf([rows, columns]);
  const add = (part: Value, at: number): Value => binary(b, 'Add', [part, filterAt(b, filter, places[at] ?? [])]);
  const largest = (sums: readonly Value[]): Value => sums.reduce((most, sum) => binary(b, 'Max', [most, sum]));
  if (isFloat(x.dtype)) return largest(underWindow(b, x, { moves, fill: Number.NEGATIVE_INFINITY }).map(add));
  // Whole numbers have none that stays below all others when something is added.
  const lowest = LOWEST[x.dtype] ?? 0;
  const inside = onTensor(b, x, moves);
  const sums = underWindow(b, x, { moves, fill: 0 }).map((part, at) => where(b, compare(b, 'Equal', [inside[at] ?? part, like(b, x, 1)]), [add(part, at), like(b, x, lowest)]));
  return largest(sums);
};

function filterAt(b: GraphBuilder, filter: Value, place: readonly number[]): Value {
  return reshape(b, slice(b, filter, place.map((at, axis) => ({ axis, start: at, end: at + 1 }))), b.list([-1]));
}

/** What lies under a window, as channels. */
const patches: Emitter = (call) => {
  const { b, attributes } = call;
  const x = inPlace(b, call.input(0));
  const moves = movesOf(call, between(attributes.integers('ksizes')), attributes.has('rates') ? between(attributes.integers('rates')) : between(attributes.integers('ksizes')).map(() => 1));
  return concat(b, underWindow(b, x, { moves, fill: 0 }), rankOf(x) - 1);
};

/** Windows that are no convolutions. */
export const PATCHES: OpFamily = {
  title: 'Patches',
  ops: {
    Dilation2D: dilation,
    ExtractImagePatches: patches,
    ExtractVolumePatches: patches,
  },
};
