import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { knownNumbers } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { placesUpTo } from '../build/places.ts';
import { reshape } from '../build/reshape.ts';
import { sizeList } from '../build/shape-lists.ts';
import { gather } from '../build/slicing.ts';
import type { Size } from '../ir/dimension.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { OpCall } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';

/** The rows or columns of pictures that become another number of them. */
export interface ResizedAxis {
  /** Of pictures whose channels come last. */
  readonly axis: 1 | 2;
  readonly from: Size;
  readonly to: Size;
  /** How many there will be, as a list of one. */
  readonly count: Value;
  /** How many there are and will be, in single precision. */
  readonly input: Value;
  readonly output: Value;
  /** The numbers of the new ones, in single precision. */
  readonly places: Value;
}

export function single(b: GraphBuilder, number: number): Value {
  return b.scalar('FP32', number);
}

/** Rows and columns of pictures, and their new sizes: a list of two. */
export function resizedAxes(b: GraphBuilder, x: Value, sizes: Value): readonly [ResizedAxis, ResizedAxis] {
  return [resizedAxis(b, x, { sizes, at: 0 }), resizedAxis(b, x, { sizes, at: 1 })];
}

function resizedAxis(b: GraphBuilder, x: Value, { sizes, at }: { readonly sizes: Value; readonly at: 0 | 1 }): ResizedAxis {
  const axis = at === 0 ? 1 : 2;
  const from = shapeOf(x)[axis] ?? 1;
  const count = targetSize(b, sizes, at);
  const [to = b.sizes.next()] = count.elements ?? [];
  if (from === 0) throw new RefusedRun('INVALID_ARGUMENT', 'input image must be of non-zero size');
  const places = cast(b, placesUpTo(b, count, to), 'FP32');
  const number = (list: Value): Value => cast(b, reshape(b, list, b.list([])), 'FP32');
  return { axis, from, to, count, input: number(sizeList(b, x, axis)), output: number(count), places };
}

function targetSize(b: GraphBuilder, sizes: Value, at: number): Value {
  const known = knownNumbers(sizes)?.[at];
  const message = 'output dimensions must be positive';
  if (known !== undefined && known <= 0) throw new RefusedRun('INVALID_ARGUMENT', message);
  const size = cast(b, gather(b, reshape(b, sizes, b.list([2])), { indices: b.list([at]) }), 'INT64');
  if (known !== undefined || typeof size.elements?.[0] === 'string') return size;
  const checked = refuseUnless(b, size, { condition: compare(b, 'Greater', [size, b.list([0])]), message });
  return { ...checked, shape: [1] };
}

/** How many old places are between two new ones. With aligned corners the ends of both lie on each other. */
export function scaleOf(call: OpCall, { input, output }: ResizedAxis): Value {
  const { b } = call;
  const plain = binary(b, 'Div', [input, output]);
  if (!call.attributes.flag('align_corners')) return plain;
  const one = single(b, 1);
  const aligned = binary(b, 'Div', [binary(b, 'Sub', [input, one]), binary(b, 'Sub', [output, one])]);
  const areSeveral = binary(b, 'And', [compare(b, 'Greater', [output, one]), compare(b, 'Greater', [input, one])]);
  return where(b, areSeveral, [aligned, plain]);
}

/** Places as whole numbers of an axis: what is beyond its ends is at them. */
export function boundedPlaces(b: GraphBuilder, places: Value, input: Value): Value {
  const last = binary(b, 'Sub', [input, single(b, 1)]);
  return cast(b, binary(b, 'Max', [binary(b, 'Min', [places, last]), single(b, 0)]), 'INT64');
}

/** Halves away from 0, of what is not below it. */
export function roundedUp(b: GraphBuilder, x: Value): Value {
  const whole = unary(b, 'Floor', x);
  const isUp = compare(b, 'GreaterOrEqual', [binary(b, 'Sub', [x, whole]), like(b, x, 0.5)]);
  return binary(b, 'Add', [whole, cast(b, isUp, x.dtype)]);
}
