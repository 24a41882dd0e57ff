import { binary, cast, chain, compare, like, where } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { guardedBy, zerosWhere } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { places } from '../build/places.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { sizeList } from '../build/shape-lists.ts';
import { concat, slice, TO_END } from '../build/slicing.ts';
import { storedNumbers } from '../ir/constant-data.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';

/** The places of rows as a column, and those of columns. */
function grid(b: GraphBuilder, matrix: Value): readonly [Value, Value] {
  const rank = rankOf(matrix);
  return [unsqueeze(b, places(b, matrix, rank - 2), 1), places(b, matrix, rank - 1)];
}

/** Keeps a band beside the diagonal; below 0 it goes to the end. */
const bandPart: Emitter = (call) => {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  const [row, column] = grid(b, x);
  const limit = (at: number, distance: Value): Value => {
    const most = cast(b, call.input(at), 'INT64');
    return binary(b, 'Or', [compare(b, 'Less', [most, like(b, most, 0)]), compare(b, 'LessOrEqual', [distance, most])]);
  };
  const kept = binary(b, 'And', [limit(1, binary(b, 'Sub', [row, column])), limit(2, binary(b, 'Sub', [column, row]))]);
  const held = [...bandFits(call, 1, x), ...bandFits(call, 2, x)];
  const band = where(b, kept, [x, like(b, x, 0)]);
  return held.length === 0 ? band : guardedBy(b, band, held);
};

/** Zeros while a band is no wider than its matrix; none where that is known. */
function bandFits(call: OpCall, at: 1 | 2, matrix: Value): readonly Value[] {
  const { b } = call;
  const axis = rankOf(matrix) - 3 + at;
  const [name, unit] = at === 1 ? ['num_lower', 'rows'] : ['num_upper', 'columns'];
  const [most] = knownNumbers(call.input(at)) ?? [];
  const size = shapeOf(matrix)[axis];
  if (most !== undefined && (most < 0 || (typeof size === 'number' && most <= size))) return [];
  const message = `${name} must be negative or less or equal to number of ${unit}`;
  if (most !== undefined && typeof size === 'number') throw new RefusedRun('INVALID_ARGUMENT', `${message} (${size}) got: ${most} (node '${call.node}')`);
  const limit = reshape(b, sizeList(b, matrix, axis), b.list([]));
  const width = reshape(b, cast(b, call.input(at), 'INT64'), b.list([]));
  return [zerosWhere(b, compare(b, 'LessOrEqual', [width, limit]), `${message} (node '${call.node}')`)];
}

/** Of lists of three. */
const cross: Emitter = (call) => {
  const { b } = call;
  const [x, y] = call.pair();
  const axis = rankOf(x) - 1;
  const part = (value: Value, at: number): Value => slice(b, value, [{ axis, start: at, end: at === 2 ? TO_END : at + 1 }]);
  const product = (one: number, other: number): Value =>
    binary(b, 'Sub', [binary(b, 'Mul', [part(x, one), part(y, other)]), binary(b, 'Mul', [part(x, other), part(y, one)])]);
  return concat(b, [product(1, 2), product(2, 0), product(0, 1)], axis);
};

/** Of each number how many of a list are below it, or not above it. */
const bound = (operator: 'Less' | 'LessOrEqual'): Emitter => (call) => {
  const { b, attributes } = call;
  const [sorted, values] = call.pair();
  const below = compare(b, operator, [unsqueeze(b, sorted, 1), unsqueeze(b, values, 2)]);
  return countTrue(call, below, attributes.dtype('out_type', 'INT32'));
};

function countTrue({ b }: OpCall, test: Value, dtype: 'INT32' | Value['dtype']): Value {
  const numbers = inPlace(b, cast(b, test, 'INT64'));
  const axis = rankOf(numbers) - 1;
  return cast(b, b.one('ReduceSum', [numbers, b.list([axis])], { dtype: 'INT64', shape: shapeOf(numbers).slice(0, -1) }, { keepdims: 0 }), dtype);
}

const bucketize: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const limits = b.stored(storedNumbers('FP32', [attributes.floats('boundaries').length], attributes.floats('boundaries')));
  const wide = cast(b, unsqueeze(b, inPlace(b, x), rankOf(x)), 'FP32');
  return countTrue(call, compare(b, 'GreaterOrEqual', [wide, limits]), 'INT32');
};

/** Whether fewer than k classes are more likely than the one that is meant. */
const inTopK: Emitter = (call) => {
  const { b } = call;
  const [scores, targets] = call.pair();
  const k = call.op === 'InTopK' ? b.scalar('INT64', call.attributes.integer('k')) : cast(b, call.input(2), 'INT64');
  const column = places(b, scores, 1);
  const isMeant = compare(b, 'Equal', [unsqueeze(b, cast(b, targets, 'INT64'), 1), column]);
  const kept = where(b, isMeant, [scores, like(b, scores, Number.NEGATIVE_INFINITY)]);
  const own = b.one('ReduceMax', [inPlace(b, kept), b.list([1])], { dtype: 'FP32', shape: [shapeOf(scores)[0] ?? 1, 1] }, { keepdims: 1 });
  const ahead = countTrue(call, compare(b, 'Greater', [scores, own]), 'INT64');
  const isThere = compare(b, 'Greater', [countTrue(call, isMeant, 'INT64'), b.scalar('INT64', 0)]);
  return chain(b, 'And', [compare(b, 'Less', [ahead, k]), isThere]);
};

/** Parts of matrices, and what is counted. */
export const MATRIX_PARTS: OpFamily = {
  title: 'Parts of matrices, and where numbers fall',
  ops: {
    Bucketize: bucketize,
    Cross: cross,
    InTopK: inTopK,
    InTopKV2: inTopK,
    LowerBound: bound('Less'),
    MatrixBandPart: bandPart,
    UpperBound: bound('LessOrEqual'),
  },
};
