import { isFloat } from '../ir/constant-data.ts';
import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { type GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { inPlace } from '../build/order.ts';
import { keptWhere } from '../build/picking.ts';
import { placesUpTo } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { countOf, elementsOf, joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { concat, gather, slice, TO_END } from '../build/slicing.ts';
import { stridesOf } from '../build/strides.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';
import { fromStart } from './indexing.ts';
import { atLeastOne } from './sparse-tensor.ts';
import { checkedSplits, endsOf, longest, type Rows, rowsBetween, rowsNumbered, splitsOf, startsOf } from './ragged-rows.ts';

/** A range in each row: of starts, limits and steps, of which some may be one for all. */
const range: Emitter = (call) => {
  const { b, attributes } = call;
  const [starts, limits, deltas] = [call.input(0), call.input(1), call.input(2)];
  const parts = [starts, limits, deltas];
  if (parts.some((part) => rankOf(part) > 1)) throw new RefusedRun('INVALID_ARGUMENT', 'starts, limits and deltas must be scalars or vectors');
  const dtype = starts.dtype === 'INT32' ? 'INT64' : starts.dtype;
  const rows = chainRows(b, parts);
  const [from, to, given] = parts.map((part) => expand(b, cast(b, part, dtype), rows));
  if (from === undefined || to === undefined || given === undefined) throw new Uncovered('it has no steps');
  const step = refuseUnless(b, given, { condition: unary(b, 'Not', compare(b, 'Equal', [given, like(b, given, 0)])), message: 'Requires delta != 0' });
  const lengths = lengthsOf(b, { from, to, step });
  const splits = splitsOf(b, lengths);
  const total = slice(b, splits, [{ axis: 0, start: -1, end: TO_END }]);
  const { numbers, places } = rowsBetween(b, splits, { total: reshape(b, total, b.list([])), size: b.sizes.next() });
  const moved = binary(b, 'Mul', [cast(b, places, dtype), gather(b, step, { indices: numbers })]);
  const values = binary(b, 'Add', [gather(b, from, { indices: numbers }), moved]);
  return [cast(b, splits, attributes.dtype('Tsplits', 'INT64')), cast(b, values, starts.dtype)];
};

/** The one length of all that are lists, else 1. */
function chainRows(b: GraphBuilder, parts: readonly Value[]): Value {
  const lists = parts.filter((part) => rankOf(part) === 1);
  const [first, ...others] = lists.map((part) => shapeList(b, part));
  if (first === undefined) return b.list([1]);
  return others.reduce((all, other) => refuseUnless(b, all, { condition: compare(b, 'Equal', [all, other]), message: 'starts, limits, and deltas must have the same shape' }), first);
}

function lengthsOf(b: GraphBuilder, { from, to, step }: { readonly from: Value; readonly to: Value; readonly step: Value }): Value {
  const span = binary(b, 'Sub', [to, from]);
  const none = b.scalar('INT64', 0);
  if (isFloat(from.dtype)) {
    const count = cast(b, unary(b, 'Ceil', binary(b, 'Div', [span, step])), 'INT64');
    return binary(b, 'Max', [count, none]);
  }
  // Rounded up, whichever way the step goes.
  const sign = unary(b, 'Sign', step);
  const count = binary(b, 'Div', [binary(b, 'Sub', [binary(b, 'Add', [span, step]), sign]), step]);
  const isForward = compare(b, 'Greater', [binary(b, 'Mul', [unary(b, 'Sign', span), sign]), like(b, span, 0)]);
  return where(b, isForward, [count, none]);
}

/** Which way elements lie in a dense tensor, level by level. */
interface Level {
  readonly rows: Rows;
  /** A list of one. */
  readonly size: Value;
}

/** Rows of every level filled up to the longest, or to what a shape says. */
const toTensor: Emitter = (call) => {
  const { b, attributes } = call;
  const [shape, values, fill] = [call.input(0), call.input(1), call.input(2)];
  const kinds = attributes.texts('row_partition_types');
  const partitions = call.inputs.slice(3).map((each) => inPlace(b, cast(b, each, 'INT64')));
  const [first] = partitions;
  if (first === undefined) throw new RefusedRun('INVALID_ARGUMENT', 'row_partition_tensors must not be empty');
  const isSized = kinds[0] === 'FIRST_DIM_SIZE';
  const count = isSized ? reshape(b, first, b.list([1])) : binary(b, 'Sub', [shapeList(b, first), b.list([1])]);
  const wanted = wantedSizes(b, shape);
  const levels: Level[] = [];
  for (const [at, partition] of partitions.slice(isSized ? 1 : 0).entries()) {
    const kind = kinds[at + (isSized ? 1 : 0)];
    const above = levels.at(-1)?.rows.numbers;
    const total = partitions[at + (isSized ? 2 : 1)];
    const rows = kind === 'VALUE_ROWIDS' ? rowsNumbered(b, partition, above === undefined ? count : sizeList(b, above, 0)) : between(b, partition, { next: total, kind: kinds[at + (isSized ? 2 : 1)], values });
    levels.push({ rows, size: chosenSize(b, wanted?.[at + 1], longest(b, rows)) });
  }
  const firstSize = chosenSize(b, wanted?.[0], count);
  return filled(b, { levels, count, firstSize, values, fill });
};

/** Rows between splits, of as many elements as the next level has rows. */
function between(b: GraphBuilder, splits: Value, { next, kind, values }: { readonly next: Value | undefined; readonly kind: string | undefined; readonly values: Value }): Rows {
  const below = next === undefined ? sizeList(b, values, 0) : kind === 'VALUE_ROWIDS' ? slice(b, splits, [{ axis: 0, start: -1, end: TO_END }]) : binary(b, 'Sub', [shapeList(b, next), b.list([1])]);
  const size = next === undefined ? (shapeOf(values)[0] ?? b.sizes.next()) : b.sizes.next();
  return rowsBetween(b, checkedSplits(b, splits, below), { total: reshape(b, below, b.list([])), size });
}

/** Sizes that a shape says, as lists of one; `undefined` for a shape that says nothing. */
function wantedSizes(b: GraphBuilder, shape: Value): readonly Value[] | undefined {
  if (rankOf(shape) === 0) return undefined;
  const count = elementsOf(shape)?.length;
  if (count === undefined) throw new Uncovered('how many axes its result has is only known at run time');
  const list = cast(b, inPlace(b, shape), 'INT64');
  return Array.from({ length: count }, (_, at) => slice(b, list, [{ axis: 0, start: at, end: at + 1 }]));
}

function chosenSize(b: GraphBuilder, wanted: Value | undefined, found: Value): Value {
  if (wanted === undefined) return found;
  const known = wanted.elements?.[0];
  if (typeof known === 'number') return known < 0 ? found : wanted;
  return where(b, compare(b, 'Less', [wanted, like(b, wanted, 0)]), [found, wanted]);
}

interface Filling {
  readonly levels: readonly Level[];
  readonly count: Value;
  readonly firstSize: Value;
  readonly values: Value;
  readonly fill: Value;
}

function filled(b: GraphBuilder, { levels, count, firstSize, values, fill }: Filling): Value {
  const nowhere = b.scalar('INT64', -1);
  const numbers = placesUpTo(b, count, b.sizes.next());
  let at = where(b, compare(b, 'Less', [numbers, firstSize]), [numbers, nowhere]);
  for (const { rows, size } of levels) {
    const parent = gather(b, at, { indices: rows.numbers });
    const isThere = binary(b, 'And', [compare(b, 'GreaterOrEqual', [parent, like(b, parent, 0)]), compare(b, 'Less', [rows.places, size])]);
    at = where(b, isThere, [binary(b, 'Add', [binary(b, 'Mul', [parent, size]), rows.places]), nowhere]);
  }
  const isKept = compare(b, 'GreaterOrEqual', [at, like(b, at, 0)]);
  const inner = slice(b, shapeList(b, values), [{ axis: 0, start: 1, end: TO_END }]);
  const rest = shapeOf(values).slice(1);
  const sizes = [firstSize, ...levels.map(({ size }) => size)];
  const all = reduce(b, 'ReduceProd', joinLists(b, sizes), { axes: [0], keepsAxes: true });
  const base = { ...expand(b, fill, joinLists(b, [all, inner])), shape: [b.sizes.next(), ...rest] };
  const places = unsqueeze(b, keptWhere(b, at, isKept), 1);
  const made = b.one('ScatterND', [inPlace(b, base), inPlace(b, places), keptWhere(b, values, isKept)], { dtype: values.dtype, shape: base.shape });
  const shape = [...sizes.map((size) => size.elements?.[0] ?? b.sizes.next()), ...rest];
  return b.one('Reshape', [made, joinLists(b, [...sizes, inner])], { dtype: values.dtype, shape }, { allowzero: 1 });
}

/** Splits of all levels, checked, and the rows between them: the outermost first. */
function nested(call: OpCall, { splits, values }: { readonly splits: readonly Value[]; readonly values: Value }): readonly Rows[] {
  const { b } = call;
  return splits.map((each, at) => {
    const next = splits[at + 1];
    const total = next === undefined ? sizeList(b, values, 0) : binary(b, 'Sub', [shapeList(b, next), b.list([1])]);
    const size = next === undefined ? (shapeOf(values)[0] ?? b.sizes.next()) : b.sizes.next();
    return rowsBetween(b, checkedSplits(b, each, total), { total: reshape(b, total, b.list([])), size });
  });
}

/** What is there as a sparse tensor. */
const toSparse: Emitter = (call) => {
  const { b } = call;
  const values = inPlace(b, call.inputs.at(-1) ?? call.input(0));
  const levels = nested(call, { splits: call.inputs.slice(0, -1), values });
  let columns: readonly Value[] = [];
  for (const { numbers, places } of levels) {
    const above = columns.length === 0 ? [numbers] : columns.map((each) => gather(b, each, { indices: numbers }));
    columns = [...above, places];
  }
  const count = shapeOf(values)[0] ?? b.sizes.next();
  const outer = concat(b, columns.map((each) => unsqueeze(b, { ...each, shape: [count] }, 1)), 1);
  const [first] = call.inputs;
  const rows = binary(b, 'Sub', [shapeList(b, first ?? values), b.list([1])]);
  const sizes = [rows, ...levels.map((level) => longest(b, level))];
  const depth = rankOf(values) - 1;
  if (depth === 0) return [outer, values, joinLists(b, sizes)];
  const inner = slice(b, shapeList(b, values), [{ axis: 0, start: 1, end: TO_END }]);
  const size = b.sizes.next();
  const width = reduce(b, 'ReduceProd', inner, { axes: [0], keepsAxes: true });
  const flat = placesUpTo(b, reshape(b, countOf(b, values), b.list([])), size);
  const within = binary(b, 'Mod', [binary(b, 'Div', [unsqueeze(b, flat, 1), atLeastOne(b, stridesOf(b, inner, depth))]), atLeastOne(b, inner)]);
  const places = concat(b, [gather(b, outer, { indices: binary(b, 'Div', [flat, atLeastOne(b, width)]) }), within], 1);
  return [places, reshape(b, values, b.list([-1])), joinLists(b, [...sizes, inner])];
};

/** Rows by their numbers, with all that is in them. */
const ragged: Emitter = (call) => {
  const { b, attributes } = call;
  const count = attributes.integer('PARAMS_RAGGED_RANK');
  const [given, values, indices] = [call.inputs.slice(0, count), call.input(count), call.input(count + 1)];
  const kind = attributes.dtype('Tsplits', 'INT64');
  const around = uniformSplits(b, indices);
  let numbers: Value = reshape(b, cast(b, fromStart(b, indices), 'INT64'), b.list([-1]));
  const within: Value[] = [];
  for (const [at, split] of given.entries()) {
    const next = given[at + 1];
    const total = next === undefined ? sizeList(b, values, 0) : binary(b, 'Sub', [shapeList(b, next), b.list([1])]);
    const splits = checkedSplits(b, split, total);
    const starts = gather(b, startsOf(b, splits), { indices: numbers });
    const lengths = binary(b, 'Sub', [gather(b, endsOf(b, splits), { indices: numbers }), starts]);
    const made = splitsOf(b, lengths);
    const rows = rowsBetween(b, made, { total: reshape(b, slice(b, made, [{ axis: 0, start: -1, end: TO_END }]), b.list([])), size: b.sizes.next() });
    numbers = binary(b, 'Add', [gather(b, starts, { indices: rows.numbers }), rows.places]);
    within.push(made);
  }
  // One row alone is what is in it.
  const inside = rankOf(indices) === 0 ? within.slice(1) : within;
  return [...[...around, ...inside].map((each) => cast(b, each, kind)), gather(b, values, { indices: numbers })];
};

/** Axes of indices but the first, as rows that are all equally long. */
function uniformSplits(b: GraphBuilder, indices: Value): readonly Value[] {
  const rank = rankOf(indices);
  return Array.from({ length: Math.max(0, rank - 1) }, (_, axis) => {
    const sizes = slice(b, shapeList(b, indices), [{ axis: 0, start: 0, end: axis + 1 }]);
    const rows = binary(b, 'Add', [reduce(b, 'ReduceProd', sizes, { axes: [0], keepsAxes: true }), b.list([1])]);
    return binary(b, 'Mul', [placesUpTo(b, rows, b.sizes.next()), sizeList(b, indices, axis + 1)]);
  });
}

/** Tensors of rows that differ in length. */
export const RAGGED: OpFamily = {
  title: 'Ragged tensors',
  ops: { RaggedGather: ragged, RaggedRange: range, RaggedTensorToSparse: toSparse, RaggedTensorToTensor: toTensor },
};
