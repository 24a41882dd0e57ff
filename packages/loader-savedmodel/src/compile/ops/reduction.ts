import { aroundAxis } from '../build/axis-choice.ts';
import { isFloat } from '../ir/constant-data.ts';
import { binary, cast, unary } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace, transposed } from '../build/order.ts';
import { reduce, reduceBy } from '../build/reducing.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { sizeList } from '../build/shape-lists.ts';
import { wholeProduct, wholeSum } from '../build/whole-numbers.ts';
import { axisOf, rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';

type Joins = (b: GraphBuilder, x: Value, along: Along) => Value;

/** Axes as an op says them: known, or a list that only a run knows. */
interface Along {
  readonly axes: readonly number[] | Value;
  readonly keepsAxes: boolean;
}

/** A reduction by one of ONNX's operators. */
export function reduced(b: GraphBuilder, operator: string, x: Value, { axes, keepsAxes }: Along): Value {
  return isList(axes) ? reduce(b, operator, x, { axes, keepsAxes }) : reduceBy(b, operator, x, { axes, keepsAxes });
}

function isList(axes: readonly number[] | Value): axes is readonly number[] {
  return Array.isArray(axes);
}

/** The axes of a call; a scalar is one. @throws RefusedRun for known ones outside of the input */
export function alongOf(call: OpCall): Along {
  const [x, axes] = call.pair();
  const keepsAxes = call.attributes.flag('keep_dims');
  const known = knownNumbers(axes);
  if (known === undefined) return { axes: reshape(call.b, axes, call.b.list([-1])), keepsAxes };
  const rank = rankOf(x);
  const wrong = known.find((axis) => axis < -rank || axis >= rank);
  if (wrong !== undefined) throw new RefusedRun('INVALID_ARGUMENT', `Invalid reduction dimension (${wrong} for input with ${rank} dimension(s)`);
  return { axes: known.map((axis) => axisOf(axis, rank)), keepsAxes };
}

const joining = (joins: Joins): Emitter => (call) => joins(call.b, call.input(0), alongOf(call));
const by = (operator: string): Emitter => joining((b, x, along) => reduced(b, operator, x, along));

const total: Joins = (b, x, along) => (isFloat(x.dtype) ? reduced(b, 'ReduceSum', x, along) : wholeSum(b, x, (part) => reduced(b, 'ReduceSum', part, along)));

/** ONNX Runtime multiplies whole numbers as doubles and stops at the largest: right for sizes of shapes; others wrap around as TensorFlow's do. */
const product: Joins = (b, x, { axes, keepsAxes }) => {
  if (isFloat(x.dtype) || x.elements !== undefined) return reduced(b, 'ReduceProd', x, { axes, keepsAxes });
  if (!isList(axes)) throw new Uncovered('whole numbers along axes that are only known at run time');
  if (axes.length === 0) return x;
  const kept = shapeOf(x).map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const ahead = inPlace(b, transposed(b, x, [...axes, ...kept]));
  const made = wholeProduct(b, ahead, axes.length);
  return keepsAxes ? axes.toSorted((one, other) => one - other).reduce((value, axis) => unsqueeze(b, value, axis), made) : made;
};

/** Of whole numbers: the sum in 64 bits, cut off after dividing by how many there are; of none 0. */
const mean: Joins = (b, x, along) => {
  if (isFloat(x.dtype)) return hasElements(x, along) ? reduced(b, 'ReduceMean', x, along) : meanOfAny(b, x, along);
  const wide = cast(b, x, 'INT64');
  const ones = binary(b, 'Add', [binary(b, 'Sub', [wide, wide]), b.scalar('INT64', 1)]);
  return cast(b, binary(b, 'Div', [total(b, wide, along), binary(b, 'Max', [reduced(b, 'ReduceSum', ones, along), b.scalar('INT64', 1)])]), x.dtype);
};

/** Whether there certainly are elements to be reduced. */
function hasElements(x: Value, { axes }: Along): boolean {
  return isList(axes) && axes.every((axis) => typeof x.shape?.[axis] === 'number' && x.shape[axis] !== 0);
}

/** The mean of nothing is no number; ONNX Runtime's is 0. */
function meanOfAny(b: GraphBuilder, x: Value, along: Along): Value {
  if (!isList(along.axes)) return reduced(b, 'ReduceMean', x, along);
  const wide = x.dtype === 'FP64' ? x : cast(b, x, 'FP32');
  const count = along.axes.reduce((counted, axis) => binary(b, 'Mul', [counted, sizeList(b, x, axis)]), b.list([1]));
  const number = cast(b, reshape(b, count, b.list([])), wide.dtype);
  return cast(b, binary(b, 'Div', [reduced(b, 'ReduceSum', wide, along), number]), x.dtype);
}

/** ONNX Runtime refuses to reduce truths where there are none; as bytes they are reduced to what changes nothing. */
const truths = (operator: string): Joins => (b, x, along) => {
  const given = hasElements(x, along) ? x : cast(b, x, 'UINT8');
  return cast(b, reduced(b, operator, given, along), 'BOOL');
};

const euclidean: Joins = (b, x, along) => unary(b, 'Sqrt', reduced(b, 'ReduceSum', binary(b, 'Mul', [x, x]), along));

/** The place of the largest or smallest along one axis. */
const placeOf = (operator: string): Emitter => (call) => {
  const { b, attributes } = call;
  const [x, dimension] = call.pair();
  const [axis] = knownNumbers(dimension) ?? [];
  const kernel = kernelType(operator, x.dtype);
  const to = attributes.dtype('output_type', 'INT64');
  if (axis === undefined) {
    const { value, others } = aroundAxis(b, cast(b, x, kernel), dimension);
    const found = b.one(operator, [value], { dtype: 'INT64', shape: value.shape?.toSpliced(1, 1) }, { axis: 1, keepdims: 0 });
    return cast(b, reshape(b, found, others), to);
  }
  const input = inPlace(b, cast(b, x, kernel));
  const rank = rankOf(x);
  if (axis < -rank || axis >= rank) throw new RefusedRun('INVALID_ARGUMENT', `Expected dimension in the range [${-rank}, ${rank}), but got ${axis}`);
  const shape = input.shape?.toSpliced(axisOf(axis, rank), 1);
  const place = b.one(operator, [input], { dtype: 'INT64', shape }, { axis: axisOf(axis, rank), keepdims: 0 });
  return cast(b, place, to);
};

/** Along axes. */
export const REDUCTION: OpFamily = {
  title: 'Reductions',
  ops: {
    All: joining(truths('ReduceMin')),
    Any: joining(truths('ReduceMax')),
    ArgMax: placeOf('ArgMax'),
    ArgMin: placeOf('ArgMin'),
    EuclideanNorm: joining(euclidean),
    L2Loss: ({ b, inputs: [x] }) => {
      if (x === undefined) throw new Uncovered('it has no input');
      const squares = binary(b, 'Mul', [x, x]);
      const sum = reduce(b, 'ReduceSum', squares, { axes: squares.shape?.map((_, axis) => axis) ?? [], keepsAxes: false });
      return binary(b, 'Div', [sum, cast(b, b.scalar('FP32', 2), x.dtype)]);
    },
    Max: by('ReduceMax'),
    Mean: joining(mean),
    Min: by('ReduceMin'),
    Prod: joining(product),
    Sum: joining(total),
  },
};
