import { binary, cast, compare, like, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { inverted, keptWhere, sortingOrder } from '../build/picking.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { elementsOf, joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { concat, gather } from '../build/slicing.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { fromStart } from './indexing.ts';
import { checkedAxis, knownScalar } from './shape.ts';
import { column, inRows, keysOf, numberAt, placesOf, sparseInput, sparseOf } from './sparse-tensor.ts';

interface Filling {
  /** The row of each value; none below 0. */
  readonly rows: Value;
  readonly values: Value;
  /** How many rows there are, a list of one. */
  readonly count: Value;
  readonly fill: Value;
}

/** Rows that all have a value. */
interface Filled {
  /** Rows that have none, and whether each row is one of them. */
  readonly empty: Value;
  readonly isEmpty: Value;
  /** Where each value and then each filling goes. */
  readonly order: Value;
  readonly values: Value;
  /** Where each of the given values is now. */
  readonly target: Value;
}

/** A value in each row that has none. */
function filledRows(b: GraphBuilder, { rows, values, count, fill }: Filling): Filled {
  const nothing = { ...expand(b, b.scalar('INT64', 0), count), shape: [b.sizes.next()] };
  const ones = expand(b, b.scalar('INT64', 1), shapeList(b, rows));
  const counts = scatterJoined(b, nothing, { indices: unsqueeze(b, rows, 1), updates: ones, reduction: 'add' });
  const isEmpty = compare(b, 'Equal', [counts, like(b, counts, 0)]);
  const size = b.sizes.next();
  const empty = reshape(b, b.one('NonZero', [inPlace(b, isEmpty)], { dtype: 'INT64', shape: [1, size] }), b.list([-1]));
  const order = sortingOrder(b, concat(b, [rows, empty], 0));
  const all = gather(b, concat(b, [values, expand(b, fill, sizeList(b, empty, 0))], 0), { indices: order });
  const target = b.one('Slice', [inverted(b, order), b.list([0]), sizeList(b, rows, 0), b.list([0])], { dtype: 'INT64', shape: [shapeOf(rows)[0] ?? b.sizes.next()] });
  return { empty, isEmpty, order, values: all, target };
}

/** A value in the first place of each row that has none. */
const fillEmptyRows: Emitter = (call) => {
  const { b } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  const rows = fromStart(b, column(b, indices, 0));
  const { empty, isEmpty, order, values: all, target } = filledRows(b, { rows, values, count: numberAt(b, shape, 0), fill: call.input(3) });
  const size = shapeOf(empty)[0] ?? b.sizes.next();
  const zeros = expand(b, b.scalar('INT64', 0), joinLists(b, [sizeList(b, empty, 0), b.list([rank - 1])]));
  const added = rank === 1 ? unsqueeze(b, empty, 1) : concat(b, [unsqueeze(b, empty, 1), { ...zeros, shape: [size, rank - 1] }], 1);
  const places = gather(b, concat(b, [indices, added], 0), { indices: order });
  return [places, all, isEmpty, target];
};

/** The same of rows by their numbers. */
const fillEmptyRaggedRows: Emitter = (call) => {
  const { b } = call;
  const rows = fromStart(b, inPlace(b, cast(b, call.input(0), 'INT64')));
  const count = reshape(b, cast(b, call.input(2), 'INT64'), b.list([1]));
  const { empty, isEmpty, order, values, target } = filledRows(b, { rows, values: inPlace(b, call.input(1)), count, fill: call.input(3) });
  return [gather(b, concat(b, [rows, empty], 0), { indices: order }), values, isEmpty, target];
};

/** A shape one of whose sizes may be -1, with what that stands for; refused for another number of elements. */
function completed(b: GraphBuilder, shape: Value, target: Value): Value {
  const isOpen = compare(b, 'Less', [target, like(b, target, 0)]);
  const count = reduce(b, 'ReduceProd', shape, { axes: [0], keepsAxes: true });
  const known = reduce(b, 'ReduceProd', where(b, isOpen, [like(b, target, 1), target]), { axes: [0], keepsAxes: true });
  const rest = binary(b, 'Div', [count, binary(b, 'Max', [known, b.list([1])])]);
  const made = where(b, isOpen, [rest, target]);
  const product = reduce(b, 'ReduceProd', made, { axes: [0], keepsAxes: true });
  return refuseUnless(b, made, { condition: compare(b, 'Equal', [product, count]), message: 'Input to reshape has another number of elements than the requested shape' });
}

const sparseReshape: Emitter = (call) => {
  const { b } = call;
  const given = inPlace(b, cast(b, call.input(2), 'INT64'));
  const { indices, shape } = sparseOf(b, [call.input(0), column(b, cast(b, call.input(0), 'INT64'), 0), call.input(1)]);
  const rank = elementsOf(given)?.length;
  if (rank === undefined) throw new Uncovered('the rank of its result is only known at run time');
  const target = completed(b, shape, given);
  return [placesOf(b, keysOf(b, indices, shape), { shape: target, rank }), target];
};

/** What lies in a box, whose first corner becomes the place of zeros. */
const sparseSlice: Emitter = (call) => {
  const { b } = call;
  const { indices, values, shape } = sparseInput(call, 0);
  const [start, size] = [3, 4].map((at) => inPlace(b, cast(b, call.input(at), 'INT64')));
  if (start === undefined || size === undefined) throw new Uncovered('it has no box');
  const end = binary(b, 'Min', [binary(b, 'Add', [start, size]), shape]);
  const isInside = binary(b, 'And', [compare(b, 'GreaterOrEqual', [indices, start]), compare(b, 'Less', [indices, end])]);
  const isKept = compare(b, 'Greater', [reduce(b, 'ReduceMin', cast(b, isInside, 'INT64'), { axes: [1], keepsAxes: false }), b.scalar('INT64', 0)]);
  const count = b.sizes.next();
  const moved = binary(b, 'Sub', [keptWhere(b, indices, isKept, count), start]);
  const left = binary(b, 'Max', [binary(b, 'Sub', [end, start]), like(b, end, 0)]);
  return [moved, keptWhere(b, values, isKept, count), left];
};

/** Side by side along an axis, then row by row. */
const sparseConcat: Emitter = (call) => {
  const { b, attributes } = call;
  const count = attributes.integer('N');
  const parts = Array.from({ length: count }, (_, at) => sparseOf(b, [call.input(at), call.input(count + at), call.input(2 * count + at)]));
  const [first] = parts;
  if (first === undefined) throw new Uncovered('it puts nothing together');
  const axis = checkedAxis(attributes.integer('concat_dim'), first.rank);
  const along = Array.from({ length: first.rank }, (_, at) => (at === axis ? 1 : 0));
  const moved: Value[] = [];
  let shape = binary(b, 'Mul', [first.shape, b.list(along.map((each) => 1 - each))]);
  for (const part of parts) {
    const isSame = compare(b, 'Equal', [where(b, cast(b, b.list(along), 'BOOL'), [first.shape, part.shape]), first.shape]);
    const offset = refuseUnless(b, binary(b, 'Mul', [shape, b.list(along)]), { condition: isSame, message: 'Concat shapes differ in an axis that is not put together' });
    moved.push(binary(b, 'Add', [part.indices, offset]));
    shape = binary(b, 'Add', [shape, binary(b, 'Mul', [part.shape, b.list(along)])]);
  }
  const all = inRows(b, { indices: concat(b, moved, 0), values: concat(b, parts.map(({ values }) => values), 0), shape, rank: first.rank });
  return [all.indices, all.values, shape];
};

/** Parts along an axis: the first ones are one longer where it cannot be even. */
const sparseSplit: Emitter = (call) => {
  const { b, attributes } = call;
  const { indices, values, shape, rank } = sparseInput(call, 1);
  const count = attributes.integer('num_split');
  const axis = checkedAxis(knownScalar(call, 0, 'axis'), rank);
  const size = numberAt(b, shape, axis);
  const isEnough = compare(b, 'GreaterOrEqual', [size, b.list([count])]);
  const each = refuseUnless(b, binary(b, 'Div', [size, b.list([count])]), { condition: isEnough, message: `Split axis must have at least ${count} places` });
  const rest = binary(b, 'Mod', [size, b.list([count])]);
  const along = b.list(Array.from({ length: rank }, (_, at) => (at === axis ? 1 : 0)));
  const places = column(b, indices, axis);
  const startOf = (part: number): Value => binary(b, 'Add', [binary(b, 'Mul', [each, b.list([part])]), binary(b, 'Min', [rest, b.list([part])])]);
  const parts = Array.from({ length: count }, (_, part) => {
    const [start, end] = [startOf(part), startOf(part + 1)];
    const isKept = binary(b, 'And', [compare(b, 'GreaterOrEqual', [places, start]), compare(b, 'Less', [places, end])]);
    const kept = b.sizes.next();
    const moved = binary(b, 'Sub', [keptWhere(b, indices, isKept, kept), binary(b, 'Mul', [start, along])]);
    const sizes = where(b, cast(b, along, 'BOOL'), [binary(b, 'Sub', [end, start]), shape]);
    return [moved, keptWhere(b, values, isKept, kept), sizes];
  });
  return [0, 1, 2].flatMap((at) => parts.flatMap((part) => part[at] ?? []));
};

/** Sparse tensors that are cut and arranged. */
export const SPARSE_SHAPE: OpFamily = {
  title: 'Arrangement of sparse tensors',
  ops: { RaggedFillEmptyRows: fillEmptyRaggedRows, SparseConcat: sparseConcat, SparseFillEmptyRows: fillEmptyRows, SparseReshape: sparseReshape, SparseSlice: sparseSlice, SparseSplit: sparseSplit },
};
