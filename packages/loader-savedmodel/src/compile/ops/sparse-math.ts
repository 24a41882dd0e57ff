import type { DType } from '@servable/core';
import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { distinct, keptWhere } from '../build/picking.ts';
import { reduce } from '../build/reducing.ts';
import { unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { joinLists, shapeList } from '../build/shape-lists.ts';
import { concat, gather, slice } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { fromStart } from './indexing.ts';
import { lowestOf, highestOf } from './limits.ts';
import { checkedAxis, knownInput } from './shape.ts';
import { keysOf, placesOf, sparseInput, type SparseTensor } from './sparse-tensor.ts';

type Reduction = 'add' | 'max' | 'min';

/** Half precision is added up in single, as ONNX Runtime has it. */
function summedType(dtype: DType): DType {
  return dtype === 'FP16' || dtype === 'BF16' ? 'FP32' : dtype;
}

interface Groups {
  /** The group of each value. */
  readonly numbers: Value;
  /** How many groups there are, a list of one. */
  readonly count: Value;
}

/** Values of each group as one; of groups without values what the reduction begins with. */
function joinedBy(b: GraphBuilder, values: Value, { numbers, count }: Groups, reduction: Reduction): Value {
  const kernel = summedType(values.dtype);
  const start = reduction === 'add' ? 0 : reduction === 'max' ? lowestOf(kernel) : highestOf(kernel);
  const base = { ...expand(b, like(b, { ...values, dtype: kernel }, start), count), shape: [b.sizes.next()] };
  return scatterJoined(b, base, { indices: unsqueeze(b, numbers, 1), updates: inPlace(b, cast(b, values, kernel)), reduction });
}

/** Axes that go away, and those that stay. */
function reducedAxes(call: OpCall, rank: number): { readonly gone: readonly number[]; readonly kept: readonly number[] } {
  const gone = knownInput(call, 3, 'list of axes').map((axis) => checkedAxis(axis, rank));
  return { gone, kept: Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !gone.includes(axis)) };
}

/** Along axes; what has no values is 0. */
const reduced = (reduction: 'add' | 'max'): Emitter => (call) => {
  const { b, attributes } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  const { gone, kept } = reducedAxes(call, rank);
  const sizes = gather(b, shape, { indices: b.list(kept) });
  const count = reduce(b, 'ReduceProd', joinLists(b, [b.list([1]), sizes]), { axes: [0], keepsAxes: true });
  const numbers = kept.length === 0 ? zerosLike(b, keysOf(b, indices, shape)) : keysOf(b, gather(b, indices, { indices: b.list(kept), axis: 1 }), sizes);
  const groups = { numbers: fromStart(b, numbers), count };
  const joined = joinedBy(b, values, groups, reduction);
  const ones = cast(b, expand(b, b.scalar('INT64', 1), shapeList(b, numbers)), 'INT64');
  const isEmpty = compare(b, 'Equal', [joinedBy(b, ones, groups, 'add'), b.scalar('INT64', 0)]);
  const flat = reduction === 'add' ? joined : where(b, isEmpty, [like(b, joined, 0), joined]);
  const target = attributes.flag('keep_dims') ? where(b, maskOf(b, gone, rank), [like(b, shape, 1), shape]) : sizes;
  const out = attributes.flag('keep_dims') ? rank : kept.length;
  const made = b.one('Reshape', [inPlace(b, flat), target], { dtype: flat.dtype, shape: Array.from({ length: out }, () => b.sizes.next()) }, { allowzero: 1 });
  return cast(b, made, values.dtype);
};

/** The same, of what has values only. */
const reducedSparse = (reduction: 'add' | 'max'): Emitter => (call) => {
  const { b, attributes } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  const { gone } = reducedAxes(call, rank);
  const isGone = maskOf(b, gone, rank);
  const sizes = where(b, isGone, [like(b, shape, 1), shape]);
  const keys = keysOf(b, where(b, isGone, [like(b, indices, 0), indices]), sizes);
  const { values: each, numbers, counts } = distinct(b, keys, { isSorted: true });
  const joined = joinedBy(b, values, { numbers, count: shapeList(b, counts) }, reduction);
  const places = placesOf(b, each, { shape: sizes, rank });
  const left = attributes.flag('keep_dims') ? undefined : b.list(Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !gone.includes(axis)));
  const made = { ...cast(b, joined, values.dtype), shape: shapeOf(each) };
  if (left === undefined) return [places, made, sizes];
  return [gather(b, places, { indices: left, axis: 1 }), made, gather(b, sizes, { indices: left })];
};

function maskOf(b: GraphBuilder, axes: readonly number[], rank: number): Value {
  return cast(b, b.list(Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : 0))), 'BOOL');
}

function zerosLike(b: GraphBuilder, value: Value): Value {
  return binary(b, 'Mul', [value, like(b, value, 0)]);
}

/** Two sparse tensors of one shape: every place of either, and for each which values stand there. */
function united(b: GraphBuilder, first: SparseTensor, second: SparseTensor): { readonly places: Value; readonly values: readonly [Value, Value]; readonly counts: Value; readonly shape: Value } {
  const isSame = compare(b, 'Equal', [first.shape, second.shape]);
  const shape = refuseUnless(b, first.shape, { condition: isSame, message: 'Operands\' shapes do not match' });
  const keys = [first, second].map(({ indices }) => keysOf(b, indices, shape));
  const { values, numbers, counts } = distinct(b, concat(b, keys, 0), { isSorted: true });
  const count = shapeList(b, counts);
  const split = shapeList(b, keys[0] ?? values);
  const own = b.one('Slice', [numbers, b.list([0]), split, b.list([0])], { dtype: 'INT64', shape: shapeOf(first.values) });
  const others = b.one('Slice', [numbers, split, b.list([Number.MAX_SAFE_INTEGER]), b.list([0])], { dtype: 'INT64', shape: shapeOf(second.values) });
  const spread = (tensor: SparseTensor, at: Value): Value => ({ ...joinedBy(b, tensor.values, { numbers: at, count }, 'add'), shape: shapeOf(values) });
  return { places: placesOf(b, values, { shape, rank: first.rank }), values: [spread(first, own), spread(second, others)], counts, shape };
}

/** The smallest number of the short types is farther from 0 than their largest. */
function distanceType(dtype: DType): DType {
  return dtype === 'INT8' || dtype === 'INT16' ? 'INT32' : dtype;
}

/** Sums of two, without those nearer to 0 than a threshold; what stands in one alone stays. */
const added: Emitter = (call) => {
  const { b } = call;
  const [first, second, least] = [sparseInput(call, 0), sparseInput(call, 3), call.input(6)];
  const { places, values, shape, counts } = united(b, first, second);
  const sum = cast(b, binary(b, 'Add', values), first.values.dtype);
  const isAlone = compare(b, 'Less', [counts, like(b, counts, 2)]);
  const wide = distanceType(sum.dtype);
  const isKept = binary(b, 'Or', [isAlone, compare(b, 'GreaterOrEqual', [unary(b, 'Abs', cast(b, sum, wide)), cast(b, least, wide)])]);
  const count = b.sizes.next();
  return [keptWhere(b, places, isKept, count), keptWhere(b, sum, isKept, count), shape];
};

/** The larger, or the smaller, of two; what does not stand there is 0. */
const picked = (operator: 'Max' | 'Min'): Emitter => (call) => {
  const { b } = call;
  const [first, second] = [sparseInput(call, 0), sparseInput(call, 3)];
  const { places, values } = united(b, first, second);
  return [places, cast(b, binary(b, operator, values), first.values.dtype)];
};

/** A dense tensor with sparse values added to it. */
const addedToDense: Emitter = (call) => {
  const { b } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  const dense = call.input(3);
  if (rankOf(dense) !== rank) throw new RefusedRun('INVALID_ARGUMENT', 'Two operands should have the same ndims');
  const isSame = compare(b, 'Equal', [shape, shapeList(b, dense)]);
  const places = refuseUnless(b, fromStart(b, indices), { condition: isSame, message: 'The shapes of both operands must be the same' });
  const kernel = summedType(values.dtype);
  const made = scatterJoined(b, inPlace(b, cast(b, dense, kernel)), { indices: places, updates: inPlace(b, cast(b, values, kernel)), reduction: 'add' });
  return cast(b, { ...made, shape: shapeOf(dense) }, values.dtype);
};

/** Sparse values with what stands at their places in a dense tensor, which is broadcast. */
const withDense = (operator: 'Add' | 'Mul' | 'Div'): Emitter => (call) => {
  const { b } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  const dense = inPlace(b, call.input(3));
  const depth = rankOf(dense);
  if (depth > rank) throw new RefusedRun('INVALID_ARGUMENT', 'SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes');
  if (depth === 0) return binary(b, operator, [values, dense]);
  const sizes = shapeList(b, dense);
  const last = slice(b, shape, [{ axis: 0, start: rank - depth, end: rank }]);
  const isOne = compare(b, 'Equal', [sizes, like(b, sizes, 1)]);
  const isFitting = binary(b, 'And', [binary(b, 'Or', [isOne, compare(b, 'Equal', [sizes, last])]), compare(b, 'LessOrEqual', [sizes, last])]);
  const own = slice(b, fromStart(b, indices), [{ axis: 1, start: rank - depth, end: rank }]);
  const places = refuseUnless(b, where(b, isOne, [like(b, own, 0), own]), { condition: isFitting, message: 'SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes' });
  const found = b.one('GatherND', [dense, inPlace(b, places)], { dtype: dense.dtype, shape: shapeOf(values) });
  return binary(b, operator, [values, found]);
};

/** Along the last axis, of the values that are there. */
const softmax: Emitter = (call) => {
  const { b } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  if (rank < 2) throw new RefusedRun('INVALID_ARGUMENT', 'Input should have rank >= 2');
  const lead = b.list(Array.from({ length: rank - 1 }, (_, axis) => axis));
  const keys = keysOf(b, gather(b, indices, { indices: lead, axis: 1 }), gather(b, shape, { indices: lead }));
  const { numbers, counts } = distinct(b, keys, { isSorted: true });
  const groups = { numbers, count: shapeList(b, counts) };
  const wide = cast(b, values, summedType(values.dtype));
  const most = gather(b, joinedBy(b, wide, groups, 'max'), { indices: numbers });
  const powers = unary(b, 'Exp', binary(b, 'Sub', [wide, { ...most, shape: shapeOf(values) }]));
  const sum = gather(b, joinedBy(b, powers, groups, 'add'), { indices: numbers });
  return cast(b, binary(b, 'Div', [powers, { ...sum, shape: shapeOf(values) }]), values.dtype);
};

/** Sparse tensors that are computed with. */
export const SPARSE_MATH: OpFamily = {
  title: 'Arithmetic of sparse tensors',
  ops: {
    SparseAdd: added,
    SparseDenseCwiseAdd: withDense('Add'),
    SparseDenseCwiseDiv: withDense('Div'),
    SparseDenseCwiseMul: withDense('Mul'),
    SparseReduceMax: reduced('max'),
    SparseReduceMaxSparse: reducedSparse('max'),
    SparseReduceSum: reduced('add'),
    SparseReduceSumSparse: reducedSparse('add'),
    SparseSoftmax: softmax,
    SparseSparseMaximum: picked('Max'),
    SparseSparseMinimum: picked('Min'),
    SparseTensorDenseAdd: addedToDense,
  },
};
