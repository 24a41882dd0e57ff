import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { reduce } from '../build/reducing.ts';
import { concat, slice } from '../build/slicing.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';

/** The three channels of colors, each with an axis of size 1. */
function channelsOf(b: GraphBuilder, x: Value): readonly [Value, Value, Value] {
  const axis = rankOf(x) - 1;
  const channel = (at: number): Value => slice(b, x, [{ axis, start: at, end: at + 1 }]);
  return [channel(0), channel(1), channel(2)];
}

/** TensorFlow computes small floats in their own type; ONNX Runtime in single precision. */
const ofColors = (write: (b: GraphBuilder, colors: Value) => readonly Value[]): Emitter => (call) => {
  const { b } = call;
  const x = call.input(0);
  const colors = inPlace(b, x.dtype === 'FP64' ? x : cast(b, x, 'FP32'));
  return cast(b, concat(b, write(b, colors).map((each) => inPlace(b, each)), rankOf(x) - 1), x.dtype);
};

function hueSaturationValue(b: GraphBuilder, colors: Value): readonly Value[] {
  const [red, green, blue] = channelsOf(b, colors);
  const axis = rankOf(colors) - 1;
  const largest = reduce(b, 'ReduceMax', colors, { axes: [axis], keepsAxes: true });
  const range = binary(b, 'Sub', [largest, reduce(b, 'ReduceMin', colors, { axes: [axis], keepsAxes: true })]);
  const number = (value: number): Value => like(b, colors, value);
  const isSome = compare(b, 'Greater', [range, number(0)]);
  const saturation = where(b, compare(b, 'Greater', [largest, number(0)]), [binary(b, 'Div', [range, largest]), number(0)]);
  const share = binary(b, 'Div', [number(1 / 6), range]);
  const toward = (first: Value, second: Value, from: number): Value => binary(b, 'Add', [binary(b, 'Mul', [share, binary(b, 'Sub', [first, second])]), number(from)]);
  const isLargest = (channel: Value): Value => compare(b, 'Equal', [channel, largest]);
  const fromOthers = where(b, isLargest(green), [toward(blue, red, 2 / 6), toward(red, green, 4 / 6)]);
  const hue = where(b, isSome, [where(b, isLargest(red), [toward(green, blue, 0), fromOthers]), number(0)]);
  const around = where(b, compare(b, 'Less', [hue, number(0)]), [binary(b, 'Add', [hue, number(1)]), hue]);
  return [around, saturation, largest];
}

/** Red, green and blue of a hue that is neither dark nor pale. */
function pureHue(b: GraphBuilder, hue: Value): readonly [Value, Value, Value] {
  const number = (each: number): Value => like(b, hue, each);
  const clamped = (x: Value): Value => binary(b, 'Max', [binary(b, 'Min', [x, number(1)]), number(0)]);
  const sixths = binary(b, 'Mul', [hue, number(6)]);
  const away = (from: number): Value => unary(b, 'Abs', binary(b, 'Sub', [sixths, number(from)]));
  return [clamped(binary(b, 'Sub', [away(3), number(1)])), clamped(binary(b, 'Sub', [number(2), away(2)])), clamped(binary(b, 'Sub', [number(2), away(4)]))];
}

function redGreenBlue(b: GraphBuilder, colors: Value): readonly Value[] {
  const [hue, saturation, value] = channelsOf(b, colors);
  const rest = binary(b, 'Sub', [like(b, colors, 1), saturation]);
  return pureHue(b, hue).map((each) => binary(b, 'Mul', [binary(b, 'Add', [rest, binary(b, 'Mul', [saturation, each])]), value]));
}

/** Colors in single precision, changed by a number that is the second input. */
const adjusting = (write: (b: GraphBuilder, colors: Value, by: Value) => readonly Value[]): Emitter => (call) => {
  const { b } = call;
  const by = cast(b, call.input(1), 'FP32');
  return ofColors((_, colors) => write(b, colors, by))(call);
};

/** Turned around the circle of hues: of each color the largest and smallest channel stay. */
function withHue(b: GraphBuilder, colors: Value, by: Value): readonly Value[] {
  const [hue, , largest] = hueSaturationValue(b, colors);
  if (hue === undefined || largest === undefined) throw new Error('colors have three parts');
  const smallest = reduce(b, 'ReduceMin', colors, { axes: [rankOf(colors) - 1], keepsAxes: true });
  const moved = binary(b, 'Add', [hue, by]);
  const around = binary(b, 'Sub', [moved, unary(b, 'Floor', moved)]);
  const range = binary(b, 'Sub', [largest, smallest]);
  return pureHue(b, around).map((each) => binary(b, 'Add', [smallest, binary(b, 'Mul', [each, range])]));
}

function withSaturation(b: GraphBuilder, colors: Value, by: Value): readonly Value[] {
  const [hue, saturation, value] = hueSaturationValue(b, colors);
  if (hue === undefined || saturation === undefined || value === undefined) throw new Error('colors have three parts');
  const scaled = binary(b, 'Mul', [saturation, by]);
  const bounded = binary(b, 'Min', [binary(b, 'Max', [scaled, like(b, colors, 0)]), like(b, colors, 1)]);
  return redGreenBlue(b, inPlace(b, concat(b, [hue, bounded, value].map((each) => inPlace(b, each)), rankOf(colors) - 1)));
}

/** Nearer to or further from the mean of each channel of a picture. */
const adjustContrast: Emitter = (call) => {
  const { b } = call;
  const x = call.input(0);
  const colors = cast(b, x, 'FP32');
  const rank = rankOf(x);
  if (rank < 3) throw new RefusedRun('INVALID_ARGUMENT', `input must be at least 3-D, got shape of ${rank} axes`);
  const mean = reduce(b, 'ReduceMean', colors, { axes: [rank - 3, rank - 2], keepsAxes: true });
  const apart = binary(b, 'Mul', [binary(b, 'Sub', [colors, mean]), cast(b, call.input(1), 'FP32')]);
  return cast(b, binary(b, 'Add', [apart, mean]), x.dtype);
};

/** Colors. */
export const COLORS: OpFamily = {
  title: 'Colors',
  ops: {
    AdjustContrastv2: adjustContrast,
    AdjustHue: adjusting(withHue),
    AdjustSaturation: adjusting(withSaturation),
    HSVToRGB: ofColors(redGreenBlue),
    RGBToHSV: ofColors(hueSaturationValue),
  },
};
