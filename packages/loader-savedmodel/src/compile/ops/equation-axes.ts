import { compare, like, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { places } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { unsqueeze } from '../build/reshape.ts';
import { wholeSum } from '../build/whole-numbers.ts';
import { isFloat } from '../ir/constant-data.ts';
import { rankOf, type Value } from '../ir/value.ts';

/** A tensor, and a label for each of its axes. */
export interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

/** Where places along two labels are the same. */
function isDiagonal(b: GraphBuilder, value: Value, [first, second]: readonly [number, number]): Value {
  const along = (axis: number): Value => {
    const after = Array.from({ length: rankOf(value) - axis - 1 }, () => 1);
    return after.reduce((list, _, at) => unsqueeze(b, list, at + 1), places(b, value, axis));
  };
  return compare(b, 'Equal', [along(first), along(second)]);
}

/** Of an axis that is named twice the diagonal. */
export function withDiagonals(b: GraphBuilder, { value, labels }: Labelled): Labelled {
  const second = labels.findIndex((axis, at) => labels.indexOf(axis) !== at);
  if (second < 0) return { value, labels };
  const x = inPlace(b, value);
  const kept = where(b, isDiagonal(b, x, [labels.indexOf(labels[second] ?? ''), second]), [x, like(b, x, 0)]);
  return withDiagonals(b, { value: sumAlong(b, kept, [second]), labels: labels.toSpliced(second, 1) });
}

/** An axis that the result names twice. */
export function onDiagonals(b: GraphBuilder, { value, labels }: Labelled, target: readonly string[]): Value {
  const at = target.findIndex((axis, place) => labels[place] !== axis);
  const axis = target[at];
  if (axis === undefined) return value;
  const wide = unsqueeze(b, inPlace(b, value), at);
  const list = places(b, inPlace(b, value), labels.indexOf(axis));
  const spread = Array.from({ length: labels.length - at }, () => 1).reduce((column, _, place) => unsqueeze(b, column, place + 1), list);
  const own = Array.from({ length: labels.length - labels.indexOf(axis) }, () => 1).reduce((column, _, place) => unsqueeze(b, column, place + 1), list);
  const made = where(b, compare(b, 'Equal', [spread, own]), [wide, like(b, wide, 0)]);
  return onDiagonals(b, { value: made, labels: labels.toSpliced(at, 0, axis) }, target);
}

/** The sum along axes, in the numbers' own type. */
export function sumAlong(b: GraphBuilder, value: Value, axes: readonly number[]): Value {
  const plain = (x: Value): Value => reduce(b, 'ReduceSum', x, { axes, keepsAxes: false });
  if (axes.length === 0) return value;
  return isFloat(value.dtype) ? plain(value) : wholeSum(b, value, plain);
}

