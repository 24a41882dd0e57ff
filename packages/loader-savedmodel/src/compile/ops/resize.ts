import type { DType } from '@servable/core';
import { binary, cast, compare, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { reshape } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { gather } from '../build/slicing.ts';
import { storedTensor } from '../ir/constant-data.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { boundedPlaces, type ResizedAxis, resizedAxes, roundedUp, scaleOf, single } from './resized-axis.ts';
import { asChannelsFirst, fromChannelsFirst } from './windows.ts';

interface Resizing {
  readonly axes: readonly ResizedAxis[];
  readonly attributes: Readonly<Record<string, string | number | { readonly float: number }>>;
}

/** `Resize` of rows and columns, channels first. */
function resize(b: GraphBuilder, x: Value, { axes, attributes }: Resizing): Value {
  const layout = { rank: rankOf(x), isChannelsLast: true };
  const input = asChannelsFirst(b, x, layout);
  const target = joinLists(b, [sizeList(b, input, 0), sizeList(b, input, 1), ...axes.map(({ count }) => count)]);
  const shape = [...shapeOf(input).slice(0, 2), ...axes.map(({ to }) => to)];
  return fromChannelsFirst(b, b.one('Resize', [input, undefined, undefined, target], { dtype: input.dtype, shape }, attributes), layout);
}

/** Where an op takes the place of a new element from. */
function transformationOf(call: OpCall): string {
  if (call.attributes.flag('align_corners')) return 'align_corners';
  return call.attributes.flag('half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

/** More channels are no colors, but what a network has made of a picture. */
const MOST_COLORS = 4;

/**
 * ONNX Runtime divides by the inverse of TensorFlow's scale, which moves places by a rounding: of features that is nothing, of colors up to 255 more than
 * single precision has to lose. Those are taken from TensorFlow's places.
 */
const bilinear: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const numbers = cast(b, x, 'FP32');
  const axes = resizedAxes(b, x, call.input(1));
  const channels = shapeOf(x)[3];
  if (typeof channels === 'number' && channels <= MOST_COLORS) return axes.reduce((value, axis) => between(call, value, axis), numbers);
  return resize(b, numbers, { axes, attributes: { mode: 'linear', coordinate_transformation_mode: transformationOf(call) } });
};

/** Where a new place lies among the old ones. */
function exactPlaces(call: OpCall, axis: ResizedAxis): Value {
  const { b, attributes } = call;
  const scale = scaleOf(call, axis);
  if (!attributes.flag('half_pixel_centers')) return binary(b, 'Mul', [axis.places, scale]);
  const half = single(b, 0.5);
  return binary(b, 'Sub', [binary(b, 'Mul', [binary(b, 'Add', [axis.places, half]), scale]), half]);
}

/** Between the two nearest places. */
function between(call: OpCall, x: Value, axis: ResizedAxis): Value {
  const { b } = call;
  const exact = exactPlaces(call, axis);
  const below = unary(b, 'Floor', exact);
  const at = (place: Value): Value => gather(b, x, { indices: boundedPlaces(b, place, axis.input), axis: axis.axis });
  const [lower, upper] = [at(below), at(unary(b, 'Ceil', exact))];
  const share = asColumn(b, binary(b, 'Sub', [exact, below]), axis);
  return binary(b, 'Add', [lower, binary(b, 'Mul', [binary(b, 'Sub', [upper, lower]), share])]);
}

/** A number for each row or column of pictures. */
function asColumn(b: GraphBuilder, list: Value, { axis }: ResizedAxis): Value {
  return reshape(b, list, b.list(axis === 1 ? [-1, 1, 1] : [-1, 1]));
}

const nearest: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const axes = resizedAxes(b, x, call.input(1));
  const isPlain = axes.every(repeats) && !call.attributes.flag('align_corners') && !WIDE.has(x.dtype);
  if (!isPlain) return axes.reduce((value, axis) => gather(b, value, { indices: nearestPlaces(call, axis), axis: axis.axis }), x);
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  return cast(b, resize(b, cast(b, x, kernelType('Resize', x.dtype)), { axes, attributes }), x.dtype);
};

/** Types that ONNX Runtime does not resize. */
const WIDE: ReadonlySet<DType> = new Set<DType>(['FP64', 'INT64', 'UINT64', 'UINT32']);

/** Whether each element comes so many times: there both ways to find the nearest agree, and ONNX Runtime's rounding is TensorFlow's. */
function repeats({ from, to }: ResizedAxis): boolean {
  return typeof from === 'number' && typeof to === 'number' && to % from === 0;
}

function nearestPlaces(call: OpCall, axis: ResizedAxis): Value {
  const { b, attributes } = call;
  const isHalf = attributes.flag('half_pixel_centers');
  const places = isHalf ? binary(b, 'Add', [axis.places, single(b, 0.5)]) : axis.places;
  const scaled = binary(b, 'Mul', [places, scaleOf(call, axis)]);
  return boundedPlaces(b, attributes.flag('align_corners') ? roundedUp(b, scaled) : unary(b, 'Floor', scaled), axis.input);
}

/** So many steps from one element to the next have weights. */
const STEPS = 1024;

/** Weights of the cubic curve with a parameter: of what is less than one element away, and of what is up to two away. */
function cubicWeights(b: GraphBuilder, a: number): readonly [near: Value, far: Value] {
  const [near, far] = [new Float32Array(STEPS + 1), new Float32Array(STEPS + 1)];
  for (let step = 0; step <= STEPS; step++) {
    const x = step / STEPS;
    near[step] = ((a + 2) * x - (a + 3)) * x * x + 1;
    far[step] = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
  }
  return [b.stored(storedTensor('FP32', [STEPS + 1], near)), b.stored(storedTensor('FP32', [STEPS + 1], far))];
}

/** What an element is made of: so much of these places. */
interface Taps {
  readonly places: readonly Value[];
  readonly weights: readonly Value[];
}

function cubicTaps(call: OpCall, axis: ResizedAxis): Taps {
  const { b, attributes } = call;
  const isHalf = attributes.flag('half_pixel_centers');
  const plus = (x: Value, number: number): Value => binary(b, 'Add', [x, single(b, number)]);
  const exact = exactPlaces(call, axis);
  const first = unary(b, 'Floor', exact);
  const step = cast(b, unary(b, 'Round', binary(b, 'Mul', [binary(b, 'Sub', [exact, first]), single(b, STEPS)])), 'INT64');
  const rest = binary(b, 'Sub', [b.scalar('INT64', STEPS), step]);
  const [near, far] = cubicWeights(b, isHalf ? -0.5 : -0.75);
  const wanted = [-1, 0, 1, 2].map((by) => plus(first, by));
  const weights = [gather(b, far, { indices: step }), gather(b, near, { indices: step }), gather(b, near, { indices: rest }), gather(b, far, { indices: rest })];
  const places = wanted.map((place) => boundedPlaces(b, place, axis.input));
  return { places, weights: isHalf ? withoutOutside(b, weights, wanted.map((place, at) => compare(b, 'Equal', [place, cast(b, places[at] ?? place, 'FP32')]))) : weights };
}

/** Places outside of the picture weigh nothing, the others so much more. */
function withoutOutside(b: GraphBuilder, weights: readonly Value[], areInside: readonly Value[]): readonly Value[] {
  const kept = weights.map((weight, at) => where(b, areInside[at] ?? weight, [weight, single(b, 0)]));
  const sum = kept.reduce((total, weight) => binary(b, 'Add', [total, weight]));
  return kept.map((weight) => binary(b, 'Div', [weight, sum]));
}

const bicubic: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  return resizedAxes(call.b, x, call.input(1)).reduce((value, axis) => {
    const { places, weights } = cubicTaps(call, axis);
    const parts = weights.map((weight, at) => {
      const indices = places[at] ?? axis.places;
      return binary(b, 'Mul', [gather(b, value, { indices, axis: axis.axis }), asColumn(b, weight, axis)]);
    });
    return parts.reduce((sum, part) => binary(b, 'Add', [sum, part]));
  }, cast(b, x, 'FP32'));
};

/** Pictures of another size. */
export const RESIZE: OpFamily = {
  title: 'Resizing',
  ops: {
    ResizeBicubic: bicubic,
    ResizeBilinear: bilinear,
    ResizeNearestNeighbor: nearest,
  },
};
