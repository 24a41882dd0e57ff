import { type DType } from '@servable/core';
import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { elementsOf, joinLists, shapeList } from '../build/shape-lists.ts';
import { gather, slice, TO_END } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { fromStart } from './indexing.ts';
import { highestOf, lowestOf } from './limits.ts';

/** How the rows of a segment are joined: ONNX's reduction, and what a segment without rows begins with. */
interface Joining {
  readonly reduction: 'add' | 'mul' | 'max' | 'min';
  readonly start: (dtype: DType) => number | bigint;
}

const SUM: Joining = { reduction: 'add', start: () => 0 };
const PRODUCT: Joining = { reduction: 'mul', start: () => 1 };
const LARGEST: Joining = { reduction: 'max', start: lowestOf };
const SMALLEST: Joining = { reduction: 'min', start: highestOf };

interface Segments {
  readonly data: Value;
  readonly ids: Value;
  /** A list of one. */
  readonly count: Value;
}

/** Rows joined by their numbers; those below 0 are left out, by way of one more segment. */
function joined(b: GraphBuilder, { data, ids, count }: Segments, { reduction, start }: Joining): Value {
  const kernel = data.dtype === 'FP16' || data.dtype === 'BF16' ? 'FP32' : data.dtype;
  const values = inPlace(b, cast(b, data, kernel));
  const wide = inPlace(b, cast(b, ids, 'INT64'));
  const isOut = compare(b, 'Less', [wide, like(b, wide, 0)]);
  // A number at the end or beyond it must not fall into that segment.
  const isBeyond = cast(b, compare(b, 'GreaterOrEqual', [wide, count]), 'INT64');
  const places = where(b, isOut, [count, binary(b, 'Add', [wide, isBeyond])]);
  const rest = Array.from({ length: rankOf(data) - rankOf(ids) }, (_, at) => rankOf(ids) + at);
  const inner = gather(b, shapeList(b, values), { indices: b.list(rest) });
  const size = elementsOf(count)?.[0];
  const more = binary(b, 'Add', [count, b.list([1])]);
  const base = expand(b, like(b, values, start(data.dtype)), joinLists(b, [more, inner]));
  const shape = [b.sizes.next(), ...rest.map((axis) => shapeOf(data)[axis] ?? 1)];
  const made = scatterJoined(b, { ...base, shape }, { indices: unsqueeze(b, places, rankOf(ids)), updates: values, reduction });
  const cut = slice(b, made, [{ axis: 0, start: 0, end: -1 }]);
  return cast(b, { ...cut, shape: [size ?? b.sizes.next(), ...shape.slice(1)] }, data.dtype);
}

const unsorted = (joining: Joining): Emitter => (call) => {
  const { b } = call;
  const [data, ids] = call.pair();
  return joined(b, { data, ids, count: reshape(b, cast(b, call.input(2), 'INT64'), b.list([1])) }, joining);
};

/** As many segments as the last number says. */
function countOf(b: GraphBuilder, ids: Value): Value {
  const last = slice(b, cast(b, ids, 'INT64'), [{ axis: 0, start: -1, end: TO_END }]);
  // Of no rows at all there is no last one, and no segment.
  const none = joinLists(b, [b.list([-1]), last]);
  return binary(b, 'Add', [slice(b, none, [{ axis: 0, start: -1, end: TO_END }]), b.list([1])]);
}

interface Rows {
  readonly data: Value;
  readonly ids: Value;
}

/** How many rows each segment has, beside the other axes of the result. */
function sizesOf(b: GraphBuilder, { data, ids }: Rows, count: Value): Value {
  const wide = cast(b, ids, 'INT64');
  const ones = expand(b, b.scalar('INT64', 1), shapeList(b, wide));
  const sizes = joined(b, { data: ones, ids, count }, SUM);
  return reshape(b, sizes, b.list([-1, ...Array.from({ length: rankOf(data) - 1 }, () => 1)]));
}

/** Segments that have no rows hold 0. @param given - how many segments there are, where the last number does not say it */
function sorted(b: GraphBuilder, rows: Rows, joining: Joining, given?: Value): Value {
  const count = given ?? countOf(b, rows.ids);
  const result = joined(b, { ...rows, count }, joining);
  if (joining === SUM) return result;
  const isEmpty = compare(b, 'Equal', [sizesOf(b, rows, count), b.scalar('INT64', 0)]);
  return joining === PRODUCT ? result : where(b, isEmpty, [like(b, result, 0), result]);
}

function averaged(b: GraphBuilder, rows: Rows, { root, count = countOf(b, rows.ids) }: { readonly root: boolean; readonly count?: Value }): Value {
  const sum = joined(b, { ...rows, count }, SUM);
  const sizes = cast(b, binary(b, 'Max', [sizesOf(b, rows, count), b.scalar('INT64', 1)]), sum.dtype);
  return binary(b, 'Div', [sum, root ? unary(b, 'Sqrt', sizes) : sizes]);
}

const bySorted = (joining: Joining): Emitter => (call) => sorted(call.b, { data: call.input(0), ids: call.input(1) }, joining);

/** Rows of a table by their places, joined. */
const sparse = (write: (b: GraphBuilder, rows: Rows) => Value): Emitter => (call) => {
  const { b } = call;
  const data = gather(b, call.input(0), { indices: fromStart(b, call.input(1)) });
  return write(b, { data, ids: call.input(2) });
};

/** The same, into as many segments as are asked for: a number of a segment beyond them is refused. */
const sparseInto = (write: (b: GraphBuilder, rows: Rows, count: Value) => Value): Emitter => (call) => {
  const count = reshape(call.b, cast(call.b, call.input(3), 'INT64'), call.b.list([1]));
  return sparse((b, { data, ids }) => {
    const wide = cast(b, ids, 'INT64');
    const isThere = compare(b, 'Less', [wide, count]);
    return write(b, { data, ids: refuseUnless(b, wide, { condition: isThere, message: 'segment ids must be less than num_segments' }) }, count);
  })(call);
};

/** A tensor of one number but where places say others. */
const sparseToDense: Emitter = (call) => {
  const { b } = call;
  const [indices, shape, values, fill] = [call.input(0), call.input(1), call.input(2), call.input(3)];
  const rank = rankOf(indices);
  const list = rank === 0 ? reshape(b, indices, b.list([1, 1])) : rank === 1 ? unsqueeze(b, indices, 1) : indices;
  const places = inPlace(b, cast(b, fromStart(b, list), 'INT64'));
  const base = expand(b, fill, shape);
  const rows = shapeOf(list)[0] ?? 1;
  const updates = rankOf(values) === 0 ? expand(b, values, slice(b, shapeList(b, list), [{ axis: 0, start: 0, end: 1 }])) : values;
  return b.one('ScatterND', [base, places, inPlace(b, { ...updates, shape: [rows] })], { dtype: values.dtype, shape: base.shape });
};

/** Rows by the number of their segment. */
export const SEGMENTS: OpFamily = {
  title: 'Segments',
  ops: {
    SegmentMax: bySorted(LARGEST),
    SegmentMean: (call) => averaged(call.b, { data: call.input(0), ids: call.input(1) }, { root: false }),
    SegmentMin: bySorted(SMALLEST),
    SegmentProd: bySorted(PRODUCT),
    SegmentSum: bySorted(SUM),
    SparseSegmentMean: sparse((b, rows) => averaged(b, rows, { root: false })),
    SparseSegmentMeanWithNumSegments: sparseInto((b, rows, count) => averaged(b, rows, { root: false, count })),
    SparseSegmentSqrtN: sparse((b, rows) => averaged(b, rows, { root: true })),
    SparseSegmentSqrtNWithNumSegments: sparseInto((b, rows, count) => averaged(b, rows, { root: true, count })),
    SparseSegmentSum: sparse((b, rows) => sorted(b, rows, SUM)),
    SparseSegmentSumWithNumSegments: sparseInto((b, rows, count) => sorted(b, rows, SUM, count)),
    SparseToDense: sparseToDense,
    UnsortedSegmentMax: unsorted(LARGEST),
    UnsortedSegmentMin: unsorted(SMALLEST),
    UnsortedSegmentProd: unsorted(PRODUCT),
    UnsortedSegmentSum: unsorted(SUM),
  },
};
