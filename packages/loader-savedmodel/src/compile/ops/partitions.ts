import { binary, cast, compare, like } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { refuseUnless } from '../build/guards.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace } from '../build/order.ts';
import { placesUpTo } from '../build/places.ts';
import { reduce } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { countOf, joinLists, shapeList } from '../build/shape-lists.ts';
import { gather } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';

/** What a condition keeps along the first axis. */
function kept(b: GraphBuilder, value: Value, condition: Value): Value {
  const shape = [b.sizes.next(), ...shapeOf(value).slice(1)];
  return b.one('Compress', [inPlace(b, value), inPlace(b, condition)], { dtype: value.dtype, shape }, { axis: 0 });
}

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
  return Array.from({ length: count }, (_, number) => kept(b, rows, compare(b, 'Equal', [numbers, like(b, numbers, number)])));
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
  return [kept(b, x, isAlone), cast(b, kept(b, places, isAlone), attributes.dtype('out_idx', 'INT32'))];
};

/** Each number once, in the order in which they first come; where each stands in that list; and how often it comes. */
const unique: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const kernel = kernelType('Unique', x.dtype);
  const size = b.sizes.next();
  const outputs = [{ dtype: kernel, shape: [size] }, ...[size, shapeOf(x)[0] ?? b.sizes.next(), size].map((each) => ({ dtype: 'INT64' as const, shape: [each] }))];
  const [values, , places, counts] = b.make('Unique', [inPlace(b, cast(b, x, kernel))], { attributes: { sorted: 0 }, outputs });
  if (values === undefined || places === undefined || counts === undefined) throw new Error('Unique has four outputs');
  const kind = attributes.dtype('out_idx', 'INT32');
  const made = [cast(b, values, x.dtype), cast(b, places, kind), cast(b, counts, kind)];
  return call.op === 'Unique' ? made.slice(0, 2) : made;
};

/** Rows by a condition, and lists as sets. */
export const PARTITIONS: OpFamily = {
  title: 'Partitions and sets',
  ops: {
    DynamicPartition: dynamicPartition,
    ListDiff: listDiff,
    Unique: unique,
    UniqueWithCounts: unique,
  },
};
