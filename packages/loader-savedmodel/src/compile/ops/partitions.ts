import { binary, cast, compare, like } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { refuseUnless } from '../build/guards.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace } from '../build/order.ts';
import { distinct, keptWhere } from '../build/picking.ts';
import { placesUpTo } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { scatterJoined } from '../build/scattering.ts';
import { countOf, joinLists, shapeList } from '../build/shape-lists.ts';
import { concat, gather, slice } from '../build/slicing.ts';
import { rankOf, shapeOf } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { fromStart } from './indexing.ts';
import { checkedAxis, knownInput } from './shape.ts';

/** Rows into as many tensors as there are numbers; rows are what is left of the axes after those of the numbers. */
const dynamicPartition: Emitter = (call) => {
  const { b, attributes } = call;
  const [data, given] = call.pair();
  const count = attributes.integer('num_partitions');
  const flat = reshape(b, given, b.list([-1]));
  const isThere = binary(b, 'And', [compare(b, 'GreaterOrEqual', [flat, like(b, flat, 0)]), compare(b, 'Less', [flat, like(b, flat, count)])]);
  const numbers = refuseUnless(b, flat, { condition: isThere, message: `partitions must be in [0, ${count})` });
  const inner = shapeOf(data).slice(rankOf(given));
  const axes = inner.map((_, at) => rankOf(given) + at);
  const lying = inPlace(b, data);
  const target = joinLists(b, [unsqueeze(b, countOf(b, given), 0), gather(b, shapeList(b, lying), { indices: b.list(axes) })]);
  const rows = b.one('Reshape', [lying, target], { dtype: data.dtype, shape: [b.sizes.next(), ...inner] }, { allowzero: 1 });
  return Array.from({ length: count }, (_, number) => keptWhere(b, rows, compare(b, 'Equal', [numbers, like(b, numbers, number)])));
};

/** What stands in one list and not in another, and where. */
const listDiff: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, y] = call.pair();
  const kernel = kernelType('Equal', x.dtype);
  const isSame = compare(b, 'Equal', [unsqueeze(b, cast(b, x, kernel), 1), unsqueeze(b, cast(b, y, kernel), 0)]);
  const matches = reduce(b, 'ReduceSum', cast(b, isSame, 'INT64'), { axes: [1], keepsAxes: false });
  const isAlone = compare(b, 'Equal', [matches, like(b, matches, 0)]);
  const places = placesUpTo(b, countOf(b, x), shapeOf(x)[0] ?? b.sizes.next());
  return [keptWhere(b, x, isAlone), cast(b, keptWhere(b, places, isAlone), attributes.dtype('out_idx', 'INT32'))];
};

/** Each number, or part along an axis, once, in the order in which they first come; where each stands in that list; and how often it comes. */
const unique: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const axes = call.op.includes('V2') ? knownInput(call, 1, 'axis') : [];
  if (axes.length > 1) throw new RefusedRun('INVALID_ARGUMENT', 'axis does not support input dtypes other than an empty or scalar tensor');
  const [axis] = axes;
  if (axis === undefined && rankOf(x) !== 1) throw new RefusedRun('INVALID_ARGUMENT', 'unique expects a 1D vector.');
  const { values, numbers, counts } = distinct(b, x, { isSorted: false, ...(axis === undefined || rankOf(x) === 1 ? {} : { axis: checkedAxis(axis, rankOf(x)) }) });
  const kind = attributes.dtype('out_idx', 'INT32');
  const made = [values, cast(b, numbers, kind), cast(b, counts, kind)];
  return call.op.startsWith('UniqueWithCounts') ? made : made.slice(0, 2);
};

/** Parts of several tensors by their places in the whole; of two for one place the later. */
const stitch: Emitter = (call) => {
  const { b, attributes } = call;
  const count = attributes.integer('N');
  const [indices, data] = [call.inputs.slice(0, count), call.inputs.slice(count)];
  const inner = shapeOf(data[0] ?? call.input(0)).slice(rankOf(call.input(0)));
  const places = indices.map((value) => cast(b, reshape(b, value, b.list([-1])), 'INT64'));
  const rows = data.map((value, at) => {
    const lead = rankOf(indices[at] ?? value);
    const target = joinLists(b, [unsqueeze(b, countOf(b, indices[at] ?? value), 0), slice(b, shapeList(b, value), [{ axis: 0, start: lead, end: lead + inner.length }])]);
    return b.one('Reshape', [inPlace(b, value), target], { dtype: value.dtype, shape: [b.sizes.next(), ...inner] }, { allowzero: 1 });
  });
  const all = fromStart(b, concat(b, places, 0));
  const last = reduce(b, 'ReduceMax', joinLists(b, [b.list([-1]), all]), { axes: [0], keepsAxes: true });
  const nowhere = { ...expand(b, b.scalar('INT64', 0), binary(b, 'Add', [last, b.list([1])])), shape: [b.sizes.next()] };
  const latest = scatterJoined(b, nowhere, { indices: unsqueeze(b, all, 1), updates: placesUpTo(b, countOf(b, all), shapeOf(all)[0] ?? 1), reduction: 'max' });
  return gather(b, concat(b, rows, 0), { indices: latest });
};

/** Rows by a condition, and lists as sets. */
export const PARTITIONS: OpFamily = {
  title: 'Partitions and sets',
  ops: {
    DynamicPartition: dynamicPartition,
    DynamicStitch: stitch,
    ListDiff: listDiff,
    ParallelDynamicStitch: stitch,
    Unique: unique,
    UniqueV2: unique,
    UniqueWithCounts: unique,
    UniqueWithCountsV2: unique,
  },
};
