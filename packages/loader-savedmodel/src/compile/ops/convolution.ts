import { cast, chain } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace, transposed } from '../build/order.ts';
import { matrixProduct } from '../build/products.ts';
import { reshapeTo } from '../build/reshape.ts';
import { concat, slice } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';
import { transposedConvolution } from './transposed-convolution.ts';
import { asChannelsLast, atPlace, fromChannelsLast, placesOf, underWindow } from './window-parts.ts';
import { asChannelsFirst, explicitPads, fromChannelsFirst, type Layout, layoutOf, padBefore, type PaddedWindows, padWindows, spatial, windowAttributes, type Windows } from './windows.ts';

/** A size of a filter, which must be known. */
export function knownSizes(value: Value): readonly number[] {
  return shapeOf(value).map((size) => {
    if (typeof size !== 'number') throw new Uncovered("its filter's size is only known at run time");
    return size;
  });
}

/** The list that an op has for all axes; 1 where it has none. */
export function axesList(call: OpCall, name: string, layout: Layout): readonly number[] {
  const numbers = call.attributes.integers(name);
  return numbers.length === 0 ? Array.from({ length: layout.rank - 2 }, () => 1) : spatial(numbers, layout);
}

/** Filters as ONNX has them: outputs, inputs of one group, then the axes between. */
export function filterFirst(b: GraphBuilder, filter: Value): Value {
  const rank = rankOf(filter);
  return inPlace(b, transposed(b, filter, [rank - 1, rank - 2, ...Array.from({ length: rank - 2 }, (_, axis) => axis)]));
}

interface ConvolutionParts {
  readonly weights: Value;
  readonly groups: number;
  readonly windows: Windows;
  readonly layout: Layout;
}

/** `Conv` of channels first. */
function convolve(call: OpCall, x: Value, { weights, groups, windows, layout }: ConvolutionParts): Value {
  const { b } = call;
  if (x.dtype === 'FP64' || x.dtype === 'INT32') return convolveByParts(call, x, { weights, groups, windows, layout });
  const { input: given, padding } = padBefore(b, call, asChannelsFirst(b, x, layout), { windows, fill: 0 });
  const windowed = padWindows(b, call, { sizes: shapeOf(given).slice(2), padding, layout }, windows);
  const shape = [shapeOf(given)[0] ?? 1, shapeOf(weights)[0] ?? 1, ...windowed.sizes];
  const { input, padded } = withoutPad(b, given, windowed);
  const kernel = kernelType('Conv', x.dtype);
  const attributes = { ...windowAttributes(windows, padded), ...(groups === 1 ? {} : { group: groups }) };
  const made = b.one('Conv', [cast(b, input, kernel), cast(b, weights, kernel)], { dtype: kernel, shape }, attributes);
  return fromChannelsFirst(b, cast(b, made, x.dtype), layout);
}

/** Types that ONNX Runtime's `Conv` does not take: the sum of one product for each place of the filter. */
function convolveByParts(call: OpCall, x: Value, { weights, groups, windows, layout }: ConvolutionParts): Value {
  const { b } = call;
  const pads = explicitPads(call, layout);
  const parts = underWindow(b, asChannelsLast(b, x, layout), { moves: { windows, padding: call.attributes.text('padding'), pads }, fill: 0 });
  const places = placesOf(windows.size);
  const [outputs = 1, inputs = 1] = shapeOf(weights).slice(0, 2).map(Number);
  const each = Array.from({ length: groups }, (_, group) => {
    const own = (value: Value, axis: number, count: number): Value => slice(b, value, [{ axis, start: group * count, end: (group + 1) * count }]);
    const filters = own(weights, 0, outputs / groups);
    return chain(b, 'Add', parts.map((part, at) => matrixProduct(b, groups === 1 ? part : own(part, rankOf(x) - 1, inputs), transposed(b, atPlace(b, filters, places[at] ?? []), [1, 0]))));
  });
  return fromChannelsLast(b, concat(b, each, rankOf(x) - 1), layout);
}

/** Zeros around a picture are padding of the convolution: a step less, and a picture less in memory. */
function withoutPad(b: GraphBuilder, given: Value, padded: PaddedWindows): { readonly input: Value; readonly padded: PaddedWindows } {
  const origin = b.originOf(given);
  const moves = origin?.operator === 'Transpose' ? origin.attributes['perm'] : undefined;
  const [turned] = moves === undefined ? [given] : (origin?.inputs ?? []);
  const padding = turned === undefined ? undefined : b.originOf(turned);
  const [x, list, fill] = padding?.operator === 'Pad' && padding.attributes['mode'] === 'constant' ? padding.inputs : [];
  const listed = list === undefined ? undefined : knownNumbers(list);
  const rank = rankOf(given);
  const isZero = fill === undefined || knownNumbers(fill)?.[0] === 0;
  if (x === undefined || listed === undefined || typeof padded.pads === 'string' || !isZero) return { input: given, padded };
  const order = Array.isArray(moves) ? (moves as readonly number[]) : Array.from({ length: rank }, (_, axis) => axis);
  const pads = [...order.map((axis) => listed[axis] ?? 0), ...order.map((axis) => listed[axis + rank] ?? 0)];
  const isInside = [0, 1, rank, rank + 1].every((at) => pads[at] === 0) && pads.every((each) => each >= 0);
  if (!isInside) return { input: given, padded };
  const more = [...pads.slice(2, rank), ...pads.slice(rank + 2)];
  const input = moves === undefined ? x : b.one('Transpose', [x], { dtype: x.dtype, shape: order.map((axis) => shapeOf(x)[axis] ?? 1) }, { perm: order });
  return { input, padded: { ...padded, pads: padded.pads.map((each, at) => each + (more[at] ?? 0)) } };
}

const convolution: Emitter = (call) => {
  const [x, filter] = call.pair();
  const layout = layoutOf(call, rankOf(x));
  const sizes = knownSizes(filter);
  const channels = channelsOf(x, layout);
  const perGroup = sizes.at(-2) ?? 1;
  if (typeof channels === 'number' && channels % perGroup !== 0) throw new RefusedRun('INVALID_ARGUMENT', `input depth must be evenly divisible by filter depth: ${channels} vs ${perGroup}`);
  const groups = typeof channels === 'number' ? channels / perGroup : 1;
  const windows = { size: sizes.slice(0, -2), strides: axesList(call, 'strides', layout), dilations: axesList(call, 'dilations', layout) };
  return convolve(call, x, { weights: filterFirst(call.b, filter), groups, windows, layout });
};

function channelsOf(x: Value, { rank, isChannelsLast }: Layout): number | string | undefined {
  return shapeOf(x)[isChannelsLast ? rank - 1 : 1];
}

/** Each channel has filters of its own. */
const depthwise: Emitter = (call) => {
  const { b } = call;
  const [x, filter] = call.pair();
  const layout = layoutOf(call, rankOf(x));
  const [height = 1, width = 1, channels = 1, multiplier = 1] = knownSizes(filter);
  const weights = reshapeTo(b, transposed(b, filter, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
  const windows = { size: [height, width], strides: axesList(call, 'strides', layout), dilations: axesList(call, 'dilations', layout) };
  return convolve(call, x, { weights, groups: channels, windows, layout });
};

/** Over two axes or three. Axes before those, but for one, are a batch too. */
const anyConvolution: Emitter = (call) => {
  if (call.attributes.integer('batch_dims', 1) !== 1) throw new Uncovered('it has several axes of batches');
  return convolution(call);
};

/** Convolutions. */
export const CONVOLUTION: OpFamily = {
  title: 'Convolutions',
  ops: {
    Conv: anyConvolution,
    Conv2D: convolution,
    Conv2DBackpropInput: transposedConvolution,
    Conv3D: convolution,
    Conv3DBackpropInputV2: transposedConvolution,
    DepthwiseConv2dNative: depthwise,
    DepthwiseConv2dNativeBackpropInput: transposedConvolution,
  },
};
