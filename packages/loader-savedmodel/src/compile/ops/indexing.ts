import { binary, cast, compare, unary, where } from '../build/elementwise.ts';
import { expand } from '../build/filling.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { guardedBy, zerosWhere } from '../build/guards.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { type Scatter, scatterJoined } from '../build/scattering.ts';
import { countOf, elementsOf, joinLists, sizeList } from '../build/shape-lists.ts';
import { gather } from '../build/slicing.ts';
import { like } from '../build/elementwise.ts';
import { isInteger } from '../ir/constant-data.ts';
import type { Shape } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { checkedAxis, knownScalar } from './shape.ts';

/**
 * Indices of which negative ones are refused too: ONNX counts those from the end. Without its sign bit a negative number is larger than any axis. One
 * operator, for embeddings are looked up in every request.
 */
export function fromStart(b: GraphBuilder, indices: Value): Value {
  const wide = indices.dtype === 'INT32' || indices.dtype === 'INT64' ? indices : cast(b, indices, 'INT64');
  if (knownNumbers(wide)?.every((index) => index >= 0) === true) return wide;
  const mask = wide.dtype === 'INT32' ? b.scalar('INT32', 0x7fffffff) : b.scalar('INT64', 0x7fffffffffffffffn);
  return binary(b, 'BitwiseAnd', [wide, mask]);
}

function checkKnown(indices: Value, size: number | string | undefined): void {
  const wrong = typeof size === 'number' ? knownNumbers(indices)?.findIndex((index) => index < 0 || index >= size) : undefined;
  if (wrong !== undefined && wrong >= 0) throw new RefusedRun('INVALID_ARGUMENT', `indices[${wrong}] = ${knownNumbers(indices)?.[wrong] ?? ''} is not in [0, ${String(size)})`);
}

/** Along an axis; with `batch` axes that tensor and indices share. */
function gathered(call: OpCall, axis: number, batch: number): Value {
  const { b } = call;
  const [x, indices] = call.pair();
  checkKnown(indices, x.shape?.[axis]);
  const places = fromStart(b, indices);
  const shared = batch < 0 ? batch + rankOf(indices) : batch;
  if (shared === 0) return gather(b, x, { indices: places, axis });
  return gatherInBatches(b, x, { places, axis, shared });
}

function gatherInBatches(b: GraphBuilder, x: Value, { places, axis, shared }: { readonly places: Value; readonly axis: number; readonly shared: number }): Value {
  const axes = shapeOf(x).map((_, at) => at);
  const between = axes.slice(shared, axis);
  const moved = inPlace(b, transposed(b, x, [...axes.slice(0, shared), axis, ...between, ...axes.slice(axis + 1)]));
  const list = inPlace(b, cast(b, unsqueeze(b, places, rankOf(places)), 'INT64'));
  const rest = shapeOf(moved).slice(shared + 1);
  const own = shapeOf(places).slice(shared);
  const shape = [...shapeOf(moved).slice(0, shared), ...own, ...rest];
  const made = b.one('GatherND', [moved, list], { dtype: x.dtype, shape }, { batch_dims: shared });
  const places0 = Array.from({ length: own.length }, (_, at) => shared + at);
  const lead = Array.from({ length: shared }, (_, at) => at);
  const betweenAt = between.map((_, at) => shared + own.length + at);
  const last = shape.map((_, at) => at).slice(shared + own.length + between.length);
  return transposed(b, made, [...lead, ...betweenAt, ...places0, ...last]);
}

const gatherV2: Emitter = (call) => gathered(call, checkedAxis(knownScalar(call, 2, 'axis'), rankOf(call.input(0))), call.attributes.integer('batch_dims', 0));

const gatherNd: Emitter = (call) => {
  const { b } = call;
  const [x, indices] = call.pair();
  const places = inPlace(b, cast(b, fromStart(b, indices), 'INT64'));
  const depth = shapeOf(indices).at(-1);
  const shape = typeof depth === 'number' ? [...shapeOf(indices).slice(0, -1), ...shapeOf(x).slice(depth)] : undefined;
  if (depth === 0) return expand(b, x, cast(b, b.list([...shapeOf(indices).slice(0, -1), ...shapeOf(x)].map(Number)), 'INT64'));
  return b.one('GatherND', [inPlace(b, x), places], { dtype: x.dtype, shape });
};

/** By comparing with all places, so that an index outside of them is nowhere, as in TensorFlow. */
const oneHot: Emitter = (call) => {
  const { b, attributes } = call;
  const [indices, depth, on, off] = [call.input(0), call.input(1), call.input(2), call.input(3)];
  const rank = rankOf(indices);
  const axis = checkedAxis(attributes.integer('axis', -1), rank + 1);
  const dtype = kernelType('Range', indices.dtype === 'UINT8' || indices.dtype === 'INT8' ? 'INT32' : indices.dtype);
  const places = unsqueeze(b, cast(b, indices, dtype), axis);
  const count = cast(b, reshape(b, depth, b.list([])), dtype);
  const size = elementsOf(depth)?.[0];
  const range = b.one('Range', [like(b, places, 0), count, like(b, places, 1)], { dtype, shape: [size ?? b.sizes.next()] });
  const raised = reshape(b, range, b.list([-1, ...Array.from({ length: rank - axis }, () => 1)]));
  return where(b, compare(b, 'Equal', [places, raised]), [on, off]);
};

const topK: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const k = call.op === 'TopK' ? b.list([attributes.integer('k')]) : reshape(b, cast(b, call.input(1), 'INT64'), b.list([1]));
  const kernel = kernelType('TopK', x.dtype);
  const input = inPlace(b, cast(b, x, kernel));
  const count = elementsOf(k)?.[0];
  const last = shapeOf(x).at(-1);
  if (typeof count === 'number' && typeof last === 'number' && count > last) throw new RefusedRun('INVALID_ARGUMENT', `input must have at least k columns. Had ${last}, needed ${count}`);
  const shape = [...shapeOf(x).slice(0, -1), count ?? b.sizes.next()];
  const { values, places } = largest(b, input, { k, shape });
  return [cast(b, values, x.dtype), cast(b, places, attributes.dtype('index_type', 'INT32'))];
};

/** ONNX Runtime ends the process when it looks for some in a tensor that has no rows: of those it is asked for none, and the shape is put right. */
export function largest(b: GraphBuilder, input: Value, { k, shape }: { readonly k: Value; readonly shape: Shape }): { readonly values: Value; readonly places: Value } {
  const rows = shape.slice(0, -1);
  const mayBeEmpty = rows.some((size) => typeof size !== 'number' || size === 0);
  const asked = mayBeEmpty ? binary(b, 'Mul', [k, cast(b, cast(b, countOf(b, input), 'BOOL'), 'INT64')]) : k;
  const found = mayBeEmpty ? [...rows, b.sizes.next()] : shape;
  const outputs = [{ dtype: input.dtype, shape: found }, { dtype: 'INT64' as const, shape: found }];
  const [values, places] = b.make('TopK', [input, asked], { attributes: { axis: -1, largest: 1, sorted: 1 }, outputs });
  if (values === undefined || places === undefined) throw new Error('TopK has two outputs');
  if (!mayBeEmpty) return { values, places };
  const target = joinLists(b, [...rows.map((_, axis) => sizeList(b, input, axis)), k]);
  return { values: reshape(b, values, target), places: reshape(b, places, target) };
}

/** What would stand at a place along the last axis if that were sorted. */
const nthElement: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, place] = call.pair();
  const kernel = kernelType('TopK', x.dtype);
  const isLargest = attributes.flag('reverse');
  const input = inPlace(b, cast(b, x, kernel));
  const given = isLargest ? input : reversedOrder(b, input);
  const at = cast(b, fromStart(b, place), 'INT64');
  const k = reshape(b, binary(b, 'Add', [at, b.scalar('INT64', 1)]), b.list([1]));
  const shape = [...shapeOf(x).slice(0, -1), b.sizes.next()];
  const found = gather(b, largest(b, given, { k, shape }).values, { indices: reshape(b, at, b.list([])), axis: rankOf(x) - 1 });
  return cast(b, isLargest ? found : reversedOrder(b, found), x.dtype);
};

/** Numbers whose order is the other way around: of whole ones every bit is. */
function reversedOrder(b: GraphBuilder, value: Value): Value {
  return unary(b, isInteger(value.dtype) ? 'BitwiseNot' : 'Neg', value);
}

/** The places of what is true, one a row. */
const whereTrue: Emitter = ({ b, inputs: [x] }) => {
  if (x === undefined) throw new RefusedRun('INVALID_ARGUMENT', 'Where has no input');
  const test = x.dtype === 'BOOL' ? x : cast(b, x, 'BOOL');
  const found = b.one('NonZero', [inPlace(b, test)], { dtype: 'INT64', shape: [rankOf(x), b.sizes.next()] });
  return transposed(b, found, [1, 0]);
};

/** Over what is there or over zeros. */
function scattered(b: GraphBuilder, base: Value, [indices, updates]: readonly [Value, Value], reduction: Scatter['reduction'] | ''): Value {
  const places = inPlace(b, cast(b, fromStart(b, indices), 'INT64'));
  const kernel = base.dtype === 'FP16' ? 'FP32' : base.dtype;
  const [onto, given] = [cast(b, inPlace(b, base), kernel), cast(b, inPlace(b, updates), kernel)];
  const made = reduction === '' ? b.one('ScatterND', [onto, places, given], { dtype: kernel, shape: base.shape }) : scatterJoined(b, onto, { indices: places, updates: given, reduction });
  return cast(b, made, base.dtype);
}

const scatterNd: Emitter = (call) => {
  const { b } = call;
  const [indices, updates, shape] = [call.input(0), call.input(1), call.input(2)];
  return addedTo(b, expand(b, like(b, updates, 0), shape), [indices, updates]);
};

/** Into a tensor that has elements, where there is something to add. */
function addedTo(b: GraphBuilder, base: Value, [indices, updates]: readonly [Value, Value]): Value {
  const made = scattered(b, base, [indices, updates], 'add');
  if (![...(base.shape ?? []), ...(updates.shape ?? [])].includes(0)) return made;
  const count = countOf(b, indices);
  return guardedBy(b, made, [zerosWhere(b, compare(b, 'Equal', [count, like(b, count, 0)]), 'Indices and updates specified for empty output shape')]);
}

const scatterInto = (reduction: Scatter['reduction'] | ''): Emitter => (call) => scattered(call.b, call.input(0), [call.input(1), call.input(2)], reduction);

/** Where each number of a permutation stands. */
const invertPermutation: Emitter = ({ b, inputs: [x] }) => {
  if (x === undefined) throw new RefusedRun('INVALID_ARGUMENT', 'InvertPermutation has no input');
  const places = unsqueeze(b, cast(b, x, 'INT64'), 1);
  const range = b.one('Range', [like(b, x, 0), cast(b, reshape(b, b.one('Shape', [inPlace(b, x)], { dtype: 'INT64', shape: [1], elements: x.shape }), b.list([])), x.dtype), like(b, x, 1)], { dtype: x.dtype, shape: x.shape });
  return b.one('ScatterND', [inPlace(b, x), places, range], { dtype: x.dtype, shape: x.shape });
};

/** Elements by their places. */
export const INDEXING: OpFamily = {
  title: 'Indexing',
  ops: {
    Gather: (call) => gathered(call, 0, 0),
    GatherNd: gatherNd,
    GatherV2: gatherV2,
    InvertPermutation: invertPermutation,
    OneHot: oneHot,
    ResourceGather: (call) => gathered(call, call.attributes.integer('batch_dims', 0), call.attributes.integer('batch_dims', 0)),
    ResourceGatherNd: gatherNd,
    NthElement: nthElement,
    ScatterNd: scatterNd,
    ScatterNdNonAliasingAdd: (call) => addedTo(call.b, call.input(0), [call.input(1), call.input(2)]),
    TensorScatterAdd: scatterInto('add'),
    TensorScatterMax: scatterInto('max'),
    TensorScatterMin: scatterInto('min'),
    TensorScatterSub: (call) => scattered(call.b, call.input(0), [call.input(1), binary(call.b, 'Sub', [like(call.b, call.input(2), 0), call.input(2)])], 'add'),
    TensorScatterUpdate: scatterInto(''),
    TopK: topK,
    TopKV2: topK,
    Where: whereTrue,
  },
};
