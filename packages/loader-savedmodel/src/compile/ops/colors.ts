import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { reduce } from '../build/reducing.ts';
import { concat, slice } from '../build/slicing.ts';
import { rankOf, type Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';

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

function redGreenBlue(b: GraphBuilder, colors: Value): readonly Value[] {
  const [hue, saturation, value] = channelsOf(b, colors);
  const number = (each: number): Value => like(b, colors, each);
  const clamped = (x: Value): Value => binary(b, 'Max', [binary(b, 'Min', [x, number(1)]), number(0)]);
  const sixths = binary(b, 'Mul', [hue, number(6)]);
  const away = (from: number): Value => unary(b, 'Abs', binary(b, 'Sub', [sixths, number(from)]));
  const red = clamped(binary(b, 'Sub', [away(3), number(1)]));
  const green = clamped(binary(b, 'Sub', [number(2), away(2)]));
  const blue = clamped(binary(b, 'Sub', [number(2), away(4)]));
  const rest = binary(b, 'Sub', [number(1), saturation]);
  return [red, green, blue].map((each) => binary(b, 'Mul', [binary(b, 'Add', [rest, binary(b, 'Mul', [saturation, each])]), value]));
}

/** Colors. */
export const COLORS: OpFamily = { title: 'Colors', ops: { HSVToRGB: ofColors(redGreenBlue), RGBToHSV: ofColors(hueSaturationValue) } };
