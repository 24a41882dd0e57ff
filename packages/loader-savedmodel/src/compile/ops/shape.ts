import { binary, cast, compare, like, where } from '../build/elementwise.ts';
import { expand, tile } from '../build/filling.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reshape, squeeze, unsqueeze } from '../build/reshape.ts';
import { countOf, elementsOf, joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { concat, split } from '../build/slicing.ts';
import { axisOf, rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';

/** Numbers of an input that must be known while compiling. */
export function knownInput(call: OpCall, at: number, what: string): readonly number[] {
  const known = knownNumbers(call.input(at));
  if (known === undefined) throw new Uncovered(`its ${what} is only known at run time`);
  return known;
}

/** One number of an input that must be known while compiling. */
export function knownScalar(call: OpCall, at: number, what: string): number {
  const [number = 0] = knownInput(call, at, what);
  return number;
}

/** An axis within a rank. @throws RefusedRun */
export function checkedAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new RefusedRun('INVALID_ARGUMENT', `Expected dimension in the range [${-rank}, ${rank}), but got ${axis}`);
  return axisOf(axis, rank);
}

const listType = (call: OpCall): 'INT32' | 'INT64' => (call.attributes.dtype('out_type', 'INT32') === 'INT64' ? 'INT64' : 'INT32');

const transpose: Emitter = (call) => {
  const [x, order] = call.pair();
  const known = knownNumbers(order);
  if (known === undefined) throw new Uncovered('its order of axes is only known at run time');
  const rank = rankOf(x);
  return transposed(call.b, x, known.map((axis) => axisOf(axis, rank)));
};

const squeezed: Emitter = (call) => {
  const x = call.input(0);
  const named = [...call.attributes.integers('squeeze_dims'), ...call.attributes.integers('axis')];
  if (named.length > 0) return squeeze(call.b, x, named);
  const shape = shapeOf(x);
  if (shape.some((size) => typeof size === 'string')) throw new Uncovered('it drops axes whose sizes are only known at run time');
  return squeeze(call.b, x, shape.flatMap((size, axis) => (size === 1 ? [axis] : [])));
};

/** Side by side along a new axis. */
function pack(b: GraphBuilder, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw new Uncovered('it packs nothing');
  const at = checkedAxis(axis, rankOf(first) + 1);
  return concat(b, values.map((value) => unsqueeze(b, inPlace(b, value), at)), at);
}

const unpack: Emitter = (call) => {
  const x = call.input(0);
  const axis = checkedAxis(call.attributes.integer('axis', 0), rankOf(x));
  const count = call.attributes.integer('num');
  return split(call.b, x, { axis, sizes: Array.from({ length: count }, () => 1) }).map((part) => squeeze(call.b, part, [axis]));
};

/** Inputs are the values, then the axis. */
const concatenated: Emitter = (call) => {
  const values = call.inputs.slice(0, -1);
  const [first] = values;
  if (first === undefined) throw new Uncovered('it puts nothing together');
  const axis = checkedAxis(knownScalar(call, call.inputs.length - 1, 'axis'), rankOf(first));
  return concat(call.b, values, axis);
};

/** The older op: the axis comes first. */
const concatenatedOld: Emitter = (call) => {
  const [, first] = call.inputs;
  if (first === undefined) throw new Uncovered('it puts nothing together');
  return concat(call.b, call.inputs.slice(1), checkedAxis(knownScalar(call, 0, 'axis'), rankOf(first)));
};

/** Equal parts. */
const splitEvenly: Emitter = (call) => {
  const x = call.input(1);
  const axis = checkedAxis(knownScalar(call, 0, 'axis'), rankOf(x));
  const count = call.attributes.integer('num_split');
  const size = shapeOf(x)[axis];
  if (typeof size === 'number') {
    if (size % count !== 0) throw new RefusedRun('INVALID_ARGUMENT', `Number of ways to split should evenly divide the split dimension, but got split_dim ${axis} (size = ${size}) and num_split ${count}`);
    return split(call.b, x, { axis, sizes: Array.from({ length: count }, () => size / count) });
  }
  if (count === 1) return x;
  const outputs = Array.from({ length: count }, () => ({ dtype: x.dtype, shape: shapeOf(x).with(axis, call.b.sizes.next()) }));
  // With a number of parts alone ONNX Runtime splits nothing into several, and what cannot be split evenly otherwise than evenly.
  const part = binary(call.b, 'Div', [sizeList(call.b, x, axis), call.b.list([count])]);
  return call.b.make('Split', [inPlace(call.b, x), expand(call.b, part, call.b.list([count]))], { attributes: { axis }, outputs });
};

/** Parts of sizes that are listed; one may be -1. */
const splitBySizes: Emitter = (call) => {
  const x = call.input(0);
  const axis = checkedAxis(knownScalar(call, 2, 'axis'), rankOf(x));
  const sizes = knownInput(call, 1, 'list of sizes');
  const size = shapeOf(x)[axis];
  const listed = sizes.reduce((sum, each) => sum + Math.max(0, each), 0);
  if (sizes.includes(-1) && typeof size !== 'number') throw new Uncovered('a size follows from an axis that is only known at run time');
  return split(call.b, x, { axis, sizes: sizes.map((each) => (each === -1 ? Number(size) - listed : each)) });
};

const range: Emitter = (call) => {
  const { b } = call;
  const [start, limit, delta] = [call.input(0), call.input(1), call.input(2)];
  const [from, to, step] = [start, limit, delta].map((value) => knownNumbers(value)?.[0]);
  const isWhole = start.dtype === 'INT32' || start.dtype === 'INT64';
  const count = from === undefined || to === undefined || step === undefined ? undefined : Math.max(0, Math.ceil((to - from) / step));
  const named = start.elements?.[0] === 0 && delta.elements?.[0] === 1 ? limit.elements?.[0] : undefined;
  const dtype = start.dtype === 'FP16' || start.dtype === 'BF16' ? 'FP32' : start.dtype;
  const parts = [start, limit, delta].map((value) => cast(b, inPlace(b, value), dtype));
  const size = (isWhole ? (count ?? named) : undefined) ?? b.sizes.next();
  return cast(b, b.one('Range', parts, { dtype, shape: [size] }), start.dtype);
};

const broadcastArguments: Emitter = (call) => {
  const { b } = call;
  const [first, second] = call.pair();
  const [left, right] = [elementsOf(first), elementsOf(second)];
  if (left === undefined || right === undefined) throw new Uncovered('the lengths of its shapes are only known at run time');
  const rank = Math.max(left.length, right.length);
  const [one, other] = [padded(b, first, rank - left.length), padded(b, second, rank - right.length)];
  return where(b, compare(b, 'Equal', [one, like(b, one, 1)]), [other, one]);
};

function padded(b: GraphBuilder, list: Value, count: number): Value {
  if (count === 0) return list;
  return joinLists(b, [cast(b, b.list(Array.from({ length: count }, () => 1)), list.dtype), list]);
}

/** What a shape asserts is known from here on. */
const ensured: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const wanted = attributes.shape('shape');
  if (wanted === undefined) return x;
  const said = (found: string): RefusedRun => new RefusedRun('INVALID_ARGUMENT', `Shape of tensor ${call.node} [${found}] is not compatible with expected shape [${wanted}]`);
  const shape = shapeOf(x);
  if (shape.length !== wanted.length) throw said(String(shape));
  return wanted.reduce((value, size, axis) => {
    const given = shape[axis];
    if (size === -1 || size === given) return value;
    if (typeof given === 'number') throw said(String(shape));
    // Refused unless the axis has that size: the others are copied.
    const target = b.list(shape.map((_, at) => (at === axis ? size : 0)));
    return b.one('Reshape', [inPlace(b, value), target], { dtype: x.dtype, shape: shapeOf(value).with(axis, size) });
  }, x);
};

/** Shapes, and how elements are arranged. */
export const SHAPE: OpFamily = {
  title: 'Shapes and arrangement',
  ops: {
    BroadcastArgs: broadcastArguments,
    BroadcastTo: (call) => expand(call.b, call.input(0), call.input(1)),
    Concat: concatenatedOld,
    ConcatV2: concatenated,
    ConjugateTranspose: transpose,
    EnsureShape: ensured,
    ExpandDims: (call) => {
      const x = call.input(0);
      return unsqueeze(call.b, x, checkedAxis(knownScalar(call, 1, 'axis'), rankOf(x) + 1));
    },
    Fill: (call) => expand(call.b, call.input(1), call.input(0)),
    OnesLike: (call) => expand(call.b, like(call.b, call.input(0), 1), shapeList(call.b, call.input(0))),
    Pack: (call) => pack(call.b, call.inputs, call.attributes.integer('axis', 0)),
    Range: range,
    Rank: (call) => call.b.scalar('INT32', rankOf(call.input(0))),
    Reshape: (call) => reshape(call.b, call.input(0), call.input(1)),
    Shape: (call) => shapeList(call.b, call.input(0), listType(call)),
    ShapeN: (call) => call.inputs.map((value) => shapeList(call.b, value, listType(call))),
    Size: (call) => cast(call.b, countOf(call.b, call.input(0)), listType(call)),
    Split: splitEvenly,
    SplitV: splitBySizes,
    Squeeze: squeezed,
    Tile: (call) => tile(call.b, call.input(0), call.input(1)),
    Transpose: transpose,
    Unpack: unpack,
    ZerosLike: (call) => {
      const x = call.input(0);
      const zero = x.dtype === 'BYTES' ? undefined : like(call.b, x, 0);
      if (zero === undefined) throw new Uncovered('zeros of strings');
      return expand(call.b, zero, shapeList(call.b, x));
    },
  },
};
