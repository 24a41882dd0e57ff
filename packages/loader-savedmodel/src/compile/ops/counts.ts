import { binary, cast, compare, like } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { distinct, keptWhere } from '../build/picking.ts';
import { placesUpTo } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { countOf, elementsOf, joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { concat, slice } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { checkedSplits, rowsBetween } from './ragged-rows.ts';
import { atLeastOne, column, sparseInput } from './sparse-tensor.ts';

/** Numbers, which row each belongs to, and how many rows there are; without rows all are counted together. */
interface Counted {
  readonly values: Value;
  readonly rows?: { readonly numbers: Value; readonly count: Value } | undefined;
}

const flat = (b: GraphBuilder, value: Value): Value => reshape(b, value, b.list([-1]));

/** Along the last axis of a tensor of one or two. */
function denseInput(call: OpCall): Counted {
  const { b } = call;
  const x = inPlace(b, call.input(0));
  if (rankOf(x) > 2) throw new RefusedRun('INVALID_ARGUMENT', `Input must be a 1 or 2-dimensional tensor. Got: [${shapeOf(x)}]`);
  const values = flat(b, cast(b, x, 'INT64'));
  if (rankOf(x) < 2) return { values };
  const [count, width] = [sizeList(b, x, 0), sizeList(b, x, 1)];
  const numbers = binary(b, 'Div', [placesUpTo(b, countOf(b, values), shapeOf(values)[0] ?? 1), atLeastOne(b, width)]);
  return { values, rows: { numbers, count } };
}

function raggedInput(call: OpCall): Counted {
  const { b } = call;
  const values = inPlace(b, cast(b, call.input(1), 'INT64'));
  const total = sizeList(b, values, 0);
  const splits = checkedSplits(b, call.input(0), total);
  const { numbers } = rowsBetween(b, splits, { total: reshape(b, total, b.list([])), size: shapeOf(values)[0] ?? 1 });
  return { values, rows: { numbers, count: binary(b, 'Sub', [shapeList(b, splits), b.list([1])]) } };
}

function sparseCounted(call: OpCall): Counted {
  const { b } = call;
  const { indices, values, shape, rank } = sparseInput(call, 0);
  const numbers = cast(b, values, 'INT64');
  return rank < 2 ? { values: numbers } : { values: numbers, rows: { numbers: column(b, indices, 0), count: slice(b, shape, [{ axis: 0, start: 0, end: 1 }]) } };
}

/** Where a batch has rows, it must have one. */
const someRows = (inputOf: (call: OpCall) => Counted) => (call: OpCall): Counted => {
  const { b } = call;
  const { values, rows } = inputOf(call);
  if (rows === undefined) return { values };
  const isSome = compare(b, 'Greater', [rows.count, like(b, rows.count, 0)]);
  return { values, rows: { ...rows, count: refuseUnless(b, rows.count, { condition: isSome, message: 'Cannot allocate 0 batches' }) } };
};

/** How often each number below a size comes, or what the weights of those come to. @param at - the input that says the size; weights come after it */
const counting = (at: number, inputOf: (call: OpCall) => Counted): Emitter => (call) => {
  const { b, attributes } = call;
  const { values, rows } = inputOf(call);
  const [given, weights] = [call.input(at), call.input(at + 1)];
  const size = reshape(b, cast(b, given, 'INT64'), b.list([1]));
  const isSize = compare(b, 'GreaterOrEqual', [size, b.list([0])]);
  const width = binary(b, 'Add', [refuseUnless(b, size, { condition: isSize, message: 'size must be non-negative' }), b.list([1])]);
  const isCount = compare(b, 'GreaterOrEqual', [values, like(b, values, 0)]);
  // What is too large falls into one place more, which is cut off.
  const numbers = binary(b, 'Min', [refuseUnless(b, values, { condition: isCount, message: 'Input arr must be non-negative!' }), size]);
  const keys = rows === undefined ? numbers : binary(b, 'Add', [binary(b, 'Mul', [rows.numbers, width]), numbers]);
  const lists = rows === undefined ? [width] : [rows.count, width];
  const total = reduce(b, 'ReduceProd', joinLists(b, lists), { axes: [0], keepsAxes: true });
  const base = { ...expand(b, like(b, weights, 0), total), shape: [b.sizes.next()] };
  const updates = shapeOf(weights).includes(0) ? expand(b, like(b, weights, 1), shapeList(b, keys)) : flat(b, weights);
  const counted = scatterJoined(b, base, { indices: unsqueeze(b, keys, 1), updates: inPlace(b, updates), reduction: 'add' });
  const shape = lists.map((list) => elementsOf(list)?.[0] ?? b.sizes.next());
  const apart = b.one('Reshape', [counted, joinLists(b, lists)], { dtype: weights.dtype, shape }, { allowzero: 1 });
  const cut = slice(b, apart, [{ axis: lists.length - 1, start: 0, end: -1 }]);
  const made = { ...cut, shape: [...shape.slice(0, -1), elementsOf(size)?.[0] ?? b.sizes.next()] };
  return attributes.flag('binary_output') ? cast(b, compare(b, 'Greater', [made, like(b, made, 0)]), made.dtype) : made;
};

/** The same as a sparse tensor, of the numbers that come. @param at - the input that has the weights */
const countingSparse = (at: number, inputOf: (call: OpCall) => Counted): Emitter => (call) => {
  const { b, attributes } = call;
  const { values, rows } = inputOf(call);
  const weights = call.input(at);
  const [least, most] = [attributes.integer('minlength', -1), attributes.integer('maxlength', -1)];
  const isCount = compare(b, 'GreaterOrEqual', [values, like(b, values, 0)]);
  const checked = refuseUnless(b, values, { condition: isCount, message: 'Input values must all be non-negative' });
  const isKept = most >= 0 ? compare(b, 'Less', [checked, like(b, checked, most)]) : undefined;
  const kept = (list: Value): Value => (isKept === undefined ? list : keptWhere(b, list, isKept));
  const numbers = kept(checked);
  const largest = reduce(b, 'ReduceMax', joinLists(b, [b.list([0]), checked]), { axes: [0], keepsAxes: true });
  const width = most >= 0 ? b.list([most]) : binary(b, 'Max', [binary(b, 'Add', [largest, b.list([1])]), b.list([least])]);
  const keys = rows === undefined ? numbers : binary(b, 'Add', [binary(b, 'Mul', [kept(rows.numbers), atLeastOne(b, width)]), numbers]);
  const each = distinct(b, keys, { isSorted: true });
  const size = shapeList(b, each.counts);
  const zeros = { ...expand(b, like(b, weights, 0), size), shape: [b.sizes.next()] };
  const isWeighted = !shapeOf(weights).includes(0);
  const updates = isWeighted ? kept(flat(b, weights)) : expand(b, like(b, weights, 1), shapeList(b, keys));
  const ones = expand(b, like(b, weights, 1), size);
  const counts = attributes.flag('binary_output') ? ones : scatterJoined(b, zeros, { indices: unsqueeze(b, each.numbers, 1), updates: inPlace(b, updates), reduction: 'add' });
  const divisor = atLeastOne(b, width);
  const places = rows === undefined ? unsqueeze(b, each.values, 1) : concat(b, [unsqueeze(b, binary(b, 'Div', [each.values, divisor]), 1), unsqueeze(b, binary(b, 'Mod', [each.values, divisor]), 1)], 1);
  return [places, { ...counts, shape: shapeOf(each.values) }, rows === undefined ? width : joinLists(b, [rows.count, width])];
};

/** A tensor's numbers, whatever its axes. */
const wholeInput = (call: OpCall): Counted => ({ values: flat(call.b, cast(call.b, call.input(0), 'INT64')) });

/** How often numbers come. */
export const COUNTS: OpFamily = {
  title: 'Counts',
  ops: {
    Bincount: counting(1, wholeInput),
    DenseBincount: counting(1, denseInput),
    DenseCountSparseOutput: countingSparse(1, someRows(denseInput)),
    RaggedBincount: counting(2, raggedInput),
    RaggedCountSparseOutput: countingSparse(2, raggedInput),
    SparseBincount: counting(3, sparseCounted),
    SparseCountSparseOutput: countingSparse(3, someRows(sparseCounted)),
  },
};
