import { binary, cast, like } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { countOf, elementsOf, joinLists, sizeList } from '../build/shape-lists.ts';
import { gather, slice } from '../build/slicing.ts';
import { stridesOf } from '../build/strides.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { fromStart } from './indexing.ts';

/** One of a list's numbers, as a list. */
const at = (b: GraphBuilder, list: Value, place: number): Value => slice(b, list, [{ axis: 0, start: place, end: place + 1 }]);

/** How many places a step along each axis passes. */
function strides(call: OpCall): Value {
  const { b } = call;
  const shape = inPlace(b, cast(b, call.input(2), 'INT64'));
  const rank = shapeOf(call.input(0))[1];
  const count = typeof rank === 'number' ? rank : elementsOf(shape)?.length;
  if (count === undefined) throw new Uncovered('its rank is only known at run time');
  return stridesOf(b, shape, count);
}

/** Sorted by their places, which are numbered through for it. */
const reorder: Emitter = (call) => {
  const { b } = call;
  const [indices, values] = call.pair();
  const keys = reduce(b, 'ReduceSum', binary(b, 'Mul', [cast(b, indices, 'INT64'), strides(call)]), { axes: [1], keepsAxes: false });
  const size = shapeOf(indices)[0] ?? b.sizes.next();
  const output = { dtype: 'INT64' as const, shape: [size] };
  const [, order] = b.make('TopK', [inPlace(b, keys), unsqueeze(b, countOf(b, keys), 0)], { attributes: { axis: -1, largest: 0, sorted: 1 }, outputs: [output, output] });
  if (order === undefined) throw new Error('TopK has two outputs');
  return [gather(b, indices, { indices: order }), gather(b, values, { indices: order })];
};

/** Rows of the dense matrix, each times a number of the sparse one, added up where that number's row is. */
const product: Emitter = (call) => {
  const { b, attributes } = call;
  const [indices, numbers, shape, given] = [call.input(0), call.input(1), call.input(2), call.input(3)];
  const [row, column] = attributes.flag('adjoint_a') ? [1, 0] : [0, 1];
  const dense = attributes.flag('adjoint_b') ? transposed(b, given, [1, 0]) : given;
  const placesOf = (axis: number): Value => reshape(b, slice(b, fromStart(b, cast(b, indices, 'INT64')), [{ axis: 1, start: axis, end: axis + 1 }]), b.list([-1]));
  const kernel = numbers.dtype === 'FP16' || numbers.dtype === 'BF16' ? 'FP32' : numbers.dtype;
  const rows = gather(b, inPlace(b, cast(b, dense, kernel)), { indices: placesOf(column) });
  const updates = inPlace(b, binary(b, 'Mul', [rows, unsqueeze(b, cast(b, numbers, kernel), 1)]));
  const target = joinLists(b, [at(b, inPlace(b, cast(b, shape, 'INT64')), row), sizeList(b, dense, 1)]);
  const base = expand(b, like(b, updates, 0), target);
  return cast(b, scatterJoined(b, base, { indices: unsqueeze(b, placesOf(row), 1), updates, reduction: 'add' }), numbers.dtype);
};

/** Sparse tensors: places, numbers and a shape. */
export const SPARSE: OpFamily = { title: 'Sparse tensors', ops: { SparseReorder: reorder, SparseTensorDenseMatMul: product } };
