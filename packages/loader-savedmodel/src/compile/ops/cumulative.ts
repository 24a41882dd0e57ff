import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import { aroundAxis } from '../build/axis-choice.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace } from '../build/order.ts';
import { pad } from '../build/filling.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { sizeList } from '../build/shape-lists.ts';
import { slice, TO_END } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { checkedAxis } from './shape.ts';

interface Along {
  readonly axis: number;
  readonly isExclusive: boolean;
  readonly isReverse: boolean;
}

type Scans = (b: GraphBuilder, x: Value, along: Along) => Value;

/** Along an axis that a run chooses: of three, as the second. */
const along = (scan: Scans): Emitter => (call) => {
  const { b, attributes } = call;
  const [x, given] = call.pair();
  const style = { isExclusive: attributes.flag('exclusive'), isReverse: attributes.flag('reverse') };
  const [axis] = knownNumbers(given) ?? [];
  if (axis !== undefined) return scan(b, x, { ...style, axis: checkedAxis(axis, rankOf(x)) });
  const { value, shape } = aroundAxis(b, x, given);
  const made = inPlace(b, scan(b, value, { ...style, axis: 1 }));
  return b.one('Reshape', [made, shape], { dtype: x.dtype, shape: x.shape }, { allowzero: 1 });
};

const cumulative = (operator: string): Scans => (b, x, { axis, isExclusive, isReverse }) => {
  const kernel = kernelType(operator, x.dtype);
  const input = inPlace(b, cast(b, x, kernel));
  const attributes = { exclusive: isExclusive ? 1 : 0, reverse: isReverse ? 1 : 0 };
  return cast(b, b.one(operator, [input, b.scalar('INT32', axis)], { dtype: kernel, shape: x.shape }, attributes), x.dtype);
};

/** Elements that stand one by so many places further, with what changes nothing before them. */
function moved(b: GraphBuilder, value: Value, { axis, by, nothing }: { readonly axis: number; readonly by: number; readonly nothing: Value }): Value {
  const pads = shapeOf(value).map((_, each): readonly [number, number] => (each === axis ? [by, 0] : [0, 0]));
  return pad(b, slice(b, value, [{ axis, start: 0, end: -by }]), pads, { mode: 'constant', fill: nothing });
}

/** In as many steps as the axis can be halved: each joins what is twice as far. */
const logSums: Scans = (b, given, { axis, isExclusive, isReverse }) => {
  const x = inPlace(b, given);
  const size = shapeOf(x)[axis];
  if (typeof size !== 'number') return byTriangle(b, x, { axis, isExclusive, isReverse });
  const turn = (value: Value): Value => (isReverse ? slice(b, value, [{ axis, start: TO_END, end: -TO_END, step: -1 }]) : value);
  const neutral = like(b, x, NEARLY_NO_LOG);
  let value = turn(x);
  if (isExclusive) value = size === 0 ? value : moved(b, value, { axis, by: 1, nothing: neutral });
  for (let by = 1; by < size; by *= 2) value = logSum(b, [value, moved(b, value, { axis, by, nothing: neutral })]);
  return turn(value);
};

/** Of axes whose size only a run knows: a row for each place, with all that comes after it left out, and the rows reduced. */
function byTriangle(b: GraphBuilder, x: Value, { axis, isExclusive, isReverse }: Along): Value {
  const rank = rankOf(x);
  const size = reshape(b, sizeList(b, x, axis), b.list([]));
  const places = b.one('Range', [b.scalar('INT64', 0), size, b.scalar('INT64', 1)], { dtype: 'INT64', shape: [shapeOf(x)[axis] ?? 1] });
  const after = Array.from({ length: rank - axis - 1 }, () => 1);
  const [row, column] = [reshape(b, places, b.list([-1, 1, ...after])), reshape(b, places, b.list([1, -1, ...after]))];
  const comparison = isReverse ? (isExclusive ? 'Greater' : 'GreaterOrEqual') : isExclusive ? 'Less' : 'LessOrEqual';
  const kept = compare(b, comparison, [column, row]);
  const square = where(b, kept, [unsqueeze(b, x, axis), like(b, x, NEARLY_NO_LOG)]);
  return reduce(b, 'ReduceLogSumExp', square, { axes: [axis + 1], keepsAxes: false });
}

/** `log(exp(x) + exp(y))`, of any sizes. */
function logSum(b: GraphBuilder, [x, y]: readonly [Value, Value]): Value {
  const largest = binary(b, 'Max', [x, y]);
  const away = unary(b, 'Neg', unary(b, 'Abs', binary(b, 'Sub', [x, y])));
  return binary(b, 'Add', [largest, unary(b, 'Log', binary(b, 'Add', [unary(b, 'Exp', away), like(b, x, 1)]))]);
}

/** What stands for the logarithm of nothing: far below all numbers, but one that can be taken from another. */
const NEARLY_NO_LOG = -3.4e38;

/** Sums and products of everything before. */
export const CUMULATIVE: OpFamily = {
  title: 'Cumulative',
  ops: {
    Cumprod: along(cumulative('CumProd')),
    Cumsum: along(cumulative('CumSum')),
    CumulativeLogsumexp: along(logSums),
  },
};
