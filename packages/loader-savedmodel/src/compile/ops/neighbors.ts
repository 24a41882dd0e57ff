import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Value } from '../ir/value.ts';
import type { OpFamily } from '../op-call.ts';
import { ofTwo } from './arithmetic.ts';

/** A little more than half of what the last bit is worth, as a share of any number: added to one, the sum is rounded to the next. */
const SHARE_OF_SINGLE = 2 ** -24 * (1 + 2 ** -20);
const SHARE_OF_DOUBLE = 2 ** -53 * (1 + 2 ** -52);
const SMALLEST_SINGLE = 2 ** -149;
const LARGEST: Readonly<Partial<Record<string, number>>> = { FP32: 3.4028234663852886e38, FP64: Number.MAX_VALUE };

const times = (b: GraphBuilder, x: Value, factor: number): Value => binary(b, 'Mul', [x, like(b, x, factor)]);

/** A step in a direction, which is 1 or -1: doubles hold the numbers between two of single precision. */
function nextSingle(b: GraphBuilder, x: Value, direction: Value): Value {
  const wide = cast(b, x, 'FP64');
  const step = binary(b, 'Max', [times(b, unary(b, 'Abs', wide), SHARE_OF_SINGLE), like(b, wide, SMALLEST_SINGLE * 0.75)]);
  return cast(b, binary(b, 'Add', [wide, binary(b, 'Mul', [step, cast(b, direction, 'FP64')])]), 'FP32');
}

/** Where steps would be too small to take a share of, numbers are made larger for it. */
function nextDouble(b: GraphBuilder, x: Value, direction: Value): Value {
  const size = unary(b, 'Abs', x);
  const stepped = (value: Value): Value => binary(b, 'Add', [value, binary(b, 'Mul', [times(b, unary(b, 'Abs', value), SHARE_OF_DOUBLE), direction])]);
  const least = binary(b, 'Add', [x, times(b, direction, Number.MIN_VALUE)]);
  const small = times(b, stepped(times(b, x, 2 ** 200)), 2 ** -200);
  const isLeast = compare(b, 'LessOrEqual', [size, like(b, x, 2 ** -1022)]);
  const isSmall = compare(b, 'Less', [size, like(b, x, 2 ** -900)]);
  return where(b, isLeast, [least, where(b, isSmall, [small, stepped(x)])]);
}

/** The number beside another, on the way to a third. */
function nextAfter(b: GraphBuilder, [x, y]: readonly [Value, Value]): Value {
  const direction = where(b, compare(b, 'Less', [x, y]), [like(b, x, 1), like(b, x, -1)]);
  const next = x.dtype === 'FP64' ? nextDouble(b, x, direction) : nextSingle(b, x, direction);
  const fromInfinite = times(b, unary(b, 'Sign', x), LARGEST[x.dtype] ?? 0);
  const left = where(b, unary(b, 'IsInf', x, { dtype: 'BOOL' }), [fromInfinite, next]);
  const same = where(b, compare(b, 'Equal', [x, y]), [y, left]);
  const sum = binary(b, 'Add', [x, y]);
  const isNumber = (value: Value): Value => compare(b, 'Equal', [value, value]);
  return where(b, binary(b, 'And', [isNumber(x), isNumber(y)]), [same, sum]);
}

/** The numbers that a type holds, one after the other. */
export const NEIGHBORS: OpFamily = { title: 'Neighbors', ops: { NextAfter: ofTwo(nextAfter) } };
