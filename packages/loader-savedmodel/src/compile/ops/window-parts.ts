import { binary, chain, like } from '../build/elementwise.ts';
import { expand, pad, padBy } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace, transposed } from '../build/order.ts';
import { squeeze } from '../build/reshape.ts';
import { joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { slice, TO_END } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Layout, Windows } from './windows.ts';

/** What no whole number of a type is below, where that is not 0. */
export const LOWEST: Readonly<Record<string, number | bigint>> = { INT8: -128, INT16: -32768, INT32: -2147483648, INT64: -(2n ** 63n) };

/** How windows move over a tensor, and what stands around it. */
export interface PaddedMoves {
  readonly windows: Windows;
  readonly padding: string;
  /** Of `EXPLICIT` padding, one for each axis that windows move over. */
  readonly pads?: readonly (readonly [before: number, after: number])[];
}

/** A tensor with its channels last, in place. */
export function asChannelsLast(b: GraphBuilder, x: Value, { isChannelsLast, rank }: Layout): Value {
  return inPlace(b, isChannelsLast ? x : transposed(b, x, [0, ...Array.from({ length: rank - 2 }, (_, at) => at + 2), 1]));
}

/** What has its channels last, as a layout has it. */
export function fromChannelsLast(b: GraphBuilder, x: Value, { isChannelsLast, rank }: Layout): Value {
  return isChannelsLast ? x : transposed(b, x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, at) => at + 1)]);
}

/**
 * What lies under each place of a window as it moves over all axes but the first and the last: one tensor for each place, the last axis of the window
 * first. For what ONNX has no window of: other sums than products, and types that its windows do not take.
 */
export function underWindow(b: GraphBuilder, x: Value, { moves, fill }: { readonly moves: PaddedMoves; readonly fill: number | bigint }): readonly Value[] {
  const { size, strides, dilations } = moves.windows;
  const padded = paddedFor(b, x, moves, like(b, x, fill));
  return placesOf(size).map((place) => {
    const cuts = place.map((at, axis) => {
      const [rate, stride] = [dilations[axis] ?? 1, strides[axis] ?? 1];
      const left = ((size[axis] ?? 1) - 1 - at) * rate;
      return { axis: axis + 1, start: at * rate, end: left === 0 ? TO_END : -left, step: stride };
    });
    return slice(b, padded, cuts.filter(({ start, end, step }) => start !== 0 || end !== TO_END || step !== 1));
  });
}

/** Every place of a window, row by row. */
export function placesOf(size: readonly number[]): readonly (readonly number[])[] {
  return size.reduce<readonly (readonly number[])[]>((places, count) => places.flatMap((place) => Array.from({ length: count }, (_, at) => [...place, at])), [[]]);
}

/** One place of a window that lies along the axes after the first two: what is left has those two. */
export function atPlace(b: GraphBuilder, filters: Value, place: readonly number[]): Value {
  const axes = place.map((_, axis) => axis + 2);
  return squeeze(b, slice(b, filters, place.map((at, axis) => ({ axis: axis + 2, start: at, end: at + 1 }))), axes);
}

/** 1 where a place of a window lies on the tensor, 0 where it lies on what stands around it. */
export function onTensor(b: GraphBuilder, x: Value, moves: PaddedMoves): readonly Value[] {
  const ones = inPlace(b, expand(b, like(b, x, 1), shapeList(b, x)));
  return underWindow(b, ones, { moves, fill: 0 });
}

function paddedFor(b: GraphBuilder, x: Value, { windows, padding, pads = [] }: PaddedMoves, fill: Value): Value {
  const rank = rankOf(x);
  const around = (middle: readonly (readonly [number, number])[]): Value => pad(b, x, [[0, 0], ...middle, [0, 0]], { mode: 'constant', fill });
  if (padding === 'EXPLICIT') return around(pads);
  if (padding !== 'SAME') return x;
  const spans = windows.size.map((size, axis) => (size - 1) * (windows.dilations[axis] ?? 1) + 1);
  const sizes = shapeOf(x).slice(1, rank - 1);
  const least = rank > 4 ? Number.NEGATIVE_INFINITY : 0;
  if (sizes.every((size) => typeof size === 'number')) {
    const totals = sizes.map((size, axis) => Math.max((Math.ceil(size / (windows.strides[axis] ?? 1)) - 1) * (windows.strides[axis] ?? 1) + (spans[axis] ?? 1) - size, least));
    return around(totals.map((total) => [Math.trunc(total / 2), total - Math.trunc(total / 2)]));
  }
  const size = joinLists(b, sizes.map((_, axis) => sizeList(b, x, axis + 1)));
  const stride = b.list(windows.strides);
  const steps = binary(b, 'Div', [binary(b, 'Add', [size, b.list(windows.strides.map((each) => each - 1))]), stride]);
  const reach = chain(b, 'Add', [binary(b, 'Mul', [steps, stride]), b.list(spans.map((span, axis) => span - (windows.strides[axis] ?? 1)))]);
  const missing = binary(b, 'Sub', [reach, size]);
  const total = least === 0 ? binary(b, 'Max', [missing, b.list([0])]) : missing;
  const before = binary(b, 'Div', [total, b.list([2])]);
  return padBy(b, x, joinLists(b, [b.list([0]), before, b.list([0, 0]), binary(b, 'Sub', [total, before]), b.list([0])]), { mode: 'constant', fill });
}
