import { binary, cast, like } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { gather, slice } from '../build/slicing.ts';
import { type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { fromStart } from './indexing.ts';
import { inRows, numberAt, sparseInput } from './sparse-tensor.ts';

/** Sorted by their places. */
const reorder: Emitter = (call) => {
  const { indices, values } = inRows(call.b, sparseInput(call, 0));
  return [indices, values];
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
  const target = joinLists(b, [numberAt(b, inPlace(b, cast(b, shape, 'INT64')), row), sizeList(b, dense, 1)]);
  const base = expand(b, like(b, updates, 0), target);
  return cast(b, scatterJoined(b, base, { indices: unsqueeze(b, placesOf(row), 1), updates, reduction: 'add' }), numbers.dtype);
};

/** Sparse tensors: places, numbers and a shape. */
export const SPARSE: OpFamily = { title: 'Sparse tensors', ops: { SparseReorder: reorder, SparseTensorDenseMatMul: product } };
