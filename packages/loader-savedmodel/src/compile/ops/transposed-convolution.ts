import { binary, cast, chain, like } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { inPlace, transposed } from '../build/order.ts';
import { pad } from '../build/filling.ts';
import { matrixProduct } from '../build/products.ts';
import { reshapeTo, unsqueeze } from '../build/reshape.ts';
import { elementsOf, joinLists, sizeList } from '../build/shape-lists.ts';
import { concat, gather, slice } from '../build/slicing.ts';
import type { Shape } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { OpCall } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { asChannelsLast, atPlace, fromChannelsLast, placesOf, underWindow } from './window-parts.ts';
import { asChannelsFirst, fromChannelsFirst, type Layout, layoutOf, spatial } from './windows.ts';

/** The numbers of one transposed convolution, axis by axis. */
interface Plan {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly spans: readonly number[];
}

/** The gradient of a convolution by its input, which is how TensorFlow writes a transposed one. Inputs: sizes of the result, filter, what came out. */
export function transposedConvolution(call: OpCall): Value {
  const { b, attributes } = call;
  const [sizes, filter, y] = [call.input(0), call.input(1), call.input(2)];
  const rank = rankOf(y);
  const layout = layoutOf(call, rank);
  const filterSizes = shapeOf(filter).map((size) => {
    if (typeof size !== 'number') throw new Uncovered("its filter's size is only known at run time");
    return size;
  });
  const ones = Array.from({ length: rank - 2 }, () => 1);
  const listed = (name: string): readonly number[] => (attributes.integers(name).length === 0 ? ones : spatial(attributes.integers(name), layout));
  const [kernel, strides, dilations] = [filterSizes.slice(0, -2), listed('strides'), listed('dilations')];
  const plan = { kernel, strides, dilations, spans: kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1) };
  return convolveBack(call, { sizes, filter, y: asChannelsFirst(b, y, layout) }, { plan, layout });
}

interface Tensors {
  readonly sizes: Value;
  readonly filter: Value;
  /** Channels first. */
  readonly y: Value;
}

function convolveBack(call: OpCall, { sizes, filter, y }: Tensors, { plan, layout }: { readonly plan: Plan; readonly layout: Layout }): Value {
  const { b } = call;
  const rank = layout.rank;
  const isByParts = y.dtype === 'FP64';
  const type = isByParts ? 'FP64' : kernelType('ConvTranspose', y.dtype);
  const isDepthwise = call.op.startsWith('Depthwise');
  const weights = cast(b, isDepthwise ? filterOfEach(b, filter) : inPlace(b, transposed(b, filter, [rank - 1, rank - 2, ...plan.kernel.map((_, axis) => axis)])), type);
  const [perGroup = 1, inputs = 1] = [shapeOf(weights)[1], shapeOf(y)[1]].map(Number);
  const wanted = wantedSizes(sizes, layout);
  const channels = isDepthwise ? shapeOf(filter)[2] : (elementsOf(sizes) ?? []).at(layout.isChannelsLast ? -1 : 1);
  const groups = typeof channels === 'number' ? channels / perGroup : 1;
  const attributes = { kernel_shape: plan.kernel, strides: plan.strides, dilations: plan.dilations, ...(groups === 1 ? {} : { group: groups }) };
  const known = wanted.filter((size) => typeof size === 'number');
  const input = cast(b, y, type);
  const lead = [shapeOf(y)[0] ?? 1, perGroup * groups];
  if (inputs < 1) throw new Uncovered('its input has no channels');
  if (known.length === wanted.length) {
    const { pads, more } = paddingOf(call, { wanted: known, given: shapeOf(y).slice(2), plan, layout });
    if (isByParts) {
      const cuts = known.map((size, axis) => ({ axis: axis + 2, start: pads[axis] ?? 0, end: (pads[axis] ?? 0) + size }));
      return fromChannelsFirst(b, { ...slice(b, reachByParts(b, input, { weights, groups, plan }), cuts), shape: [...lead, ...known] }, layout);
    }
    const made = b.one('ConvTranspose', [input, weights], { dtype: type, shape: [...lead, ...known] }, { ...attributes, pads, output_padding: more });
    return fromChannelsFirst(b, cast(b, made, y.dtype), layout);
  }
  const open = { dtype: type, shape: [...lead, ...wanted.map(() => b.sizes.next())] };
  const full = isByParts
    ? { ...reachByParts(b, input, { weights, groups, plan }), shape: open.shape }
    : b.one('ConvTranspose', [input, weights], open, { ...attributes, output_padding: plan.strides.map((stride) => stride - 1) });
  return fromChannelsFirst(b, cast(b, cropped(call, full, { sizes, plan, layout }), y.dtype), layout);
}

/** Each channel has filters of its own. */
function filterOfEach(b: GraphBuilder, filter: Value): Value {
  const [height = 1, width = 1, channels, multiplier] = shapeOf(filter).map(Number);
  return reshapeTo(b, transposed(b, filter, [2, 3, 0, 1]), [(channels ?? 1) * (multiplier ?? 1), 1, height, width]);
}

interface Reach {
  /** Inputs, outputs of one group, then the axes between. */
  readonly weights: Value;
  readonly groups: number;
  readonly plan: Plan;
}

/** All that the filters reach, of types that ONNX Runtime's operator does not take: a convolution of what came out, with zeros between, by the turned filter. */
function reachByParts(b: GraphBuilder, y: Value, { weights, groups, plan }: Reach): Value {
  const rank = rankOf(y);
  const spread = plan.strides.reduce((value, stride, axis) => withZeros(b, value, { axis: axis + 2, count: stride - 1 }), y);
  const around = plan.spans.map((span): readonly [number, number] => [span - 1, span - 1]);
  const channelsFirst = { rank, isChannelsLast: false };
  const windows = { size: plan.kernel, strides: plan.kernel.map(() => 1), dilations: plan.dilations };
  const parts = underWindow(b, asChannelsLast(b, spread, channelsFirst), { moves: { windows, padding: 'EXPLICIT', pads: around }, fill: 0 });
  const places = placesOf(plan.kernel);
  const inputs = Number(shapeOf(weights)[0]) / groups;
  const each = Array.from({ length: groups }, (_, group) => {
    const own = (value: Value, axis: number): Value => (groups === 1 ? value : slice(b, value, [{ axis, start: group * inputs, end: (group + 1) * inputs }]));
    return chain(b, 'Add', parts.map((part, at) => {
      const turned = (places[at] ?? []).map((place, axis) => (plan.kernel[axis] ?? 1) - 1 - place);
      return matrixProduct(b, own(part, rank - 1), atPlace(b, own(weights, 0), turned));
    }));
  });
  return inPlace(b, fromChannelsLast(b, concat(b, each, rank - 1), channelsFirst));
}

/** With so many zeros after each element along an axis. */
function withZeros(b: GraphBuilder, x: Value, { axis, count }: { readonly axis: number; readonly count: number }): Value {
  if (count === 0) return x;
  const wide = unsqueeze(b, inPlace(b, x), axis + 1);
  const padded = pad(b, wide, shapeOf(wide).map((_, at): readonly [number, number] => [0, at === axis + 1 ? count : 0]), { mode: 'constant' });
  const sizes = shapeOf(x).map((_, at) => (at === axis ? binary(b, 'Mul', [sizeList(b, x, at), b.list([count + 1])]) : sizeList(b, x, at)));
  const size = shapeOf(x)[axis];
  const shape = shapeOf(x).with(axis, typeof size === 'number' ? size * (count + 1) : b.sizes.next());
  return b.one('Reshape', [inPlace(b, padded), joinLists(b, sizes)], { dtype: x.dtype, shape }, { allowzero: 1 });
}

function wantedSizes(sizes: Value, layout: Layout): Shape {
  const elements = elementsOf(sizes) ?? [];
  // Newer exports give the sizes of the axes between alone.
  return elements.length === layout.rank - 2 ? elements.map((size) => size ?? '') : spatial(elements.map((size) => size ?? ''), layout);
}

interface KnownSizes {
  readonly wanted: readonly number[];
  readonly given: Shape;
  readonly plan: Plan;
  readonly layout: Layout;
}

/** Padding of the forward convolution, and what ONNX adds so that the size is met. */
function paddingOf(call: OpCall, { wanted, given, plan, layout }: KnownSizes): { readonly pads: readonly number[]; readonly more: readonly number[] } {
  const padding = call.attributes.text('padding');
  const explicit = call.attributes.integers('explicit_paddings');
  const parts = wanted.map((size, axis) => {
    const [stride, span, steps] = [plan.strides[axis] ?? 1, plan.spans[axis] ?? 1, given[axis]];
    const count = typeof steps === 'number' ? steps : Math.ceil((padding === 'VALID' ? size - span + 1 : size) / stride);
    const place = layout.isChannelsLast ? axis + 1 : axis + 2;
    const total = padding === 'SAME' ? Math.max((count - 1) * stride + span - size, 0) : 0;
    const before = padding === 'EXPLICIT' ? (explicit[place * 2] ?? 0) : Math.floor(total / 2);
    const after = padding === 'EXPLICIT' ? (explicit[place * 2 + 1] ?? 0) : total - before;
    return { before, after, more: size - ((count - 1) * stride + span - before - after) };
  });
  return { pads: [...parts.map(({ before }) => before), ...parts.map(({ after }) => after)], more: parts.map(({ more }) => more) };
}

/** Of sizes that only a run knows: everything that the filters reach, cut to the size that is wanted. */
function cropped(call: OpCall, full: Value, { sizes, plan, layout }: { readonly sizes: Value; readonly plan: Plan; readonly layout: Layout }): Value {
  const { b, attributes } = call;
  const padding = attributes.text('padding');
  if (padding === 'EXPLICIT') throw new Uncovered('EXPLICIT padding over sizes that are only known at run time');
  const count = elementsOf(sizes)?.length ?? 0;
  const first = count === plan.kernel.length ? 0 : layout.isChannelsLast ? 1 : 2;
  const wanted = cast(b, gather(b, sizes, { indices: b.list(plan.kernel.map((_, axis) => axis + first)) }), 'INT64');
  const start = padding === 'SAME' ? startOf(b, wanted, plan) : b.list(plan.kernel.map(() => 0));
  const end = binary(b, 'Add', [start, wanted]);
  return b.one('Slice', [full, start, end, b.list(plan.kernel.map((_, axis) => axis + 2))], { dtype: full.dtype, shape: full.shape });
}

function startOf(b: GraphBuilder, wanted: Value, { strides, spans }: Plan): Value {
  const stride = b.list(strides);
  const steps = binary(b, 'Div', [binary(b, 'Add', [wanted, b.list(strides.map((each) => each - 1))]), stride]);
  const reach = binary(b, 'Add', [binary(b, 'Mul', [binary(b, 'Sub', [steps, like(b, steps, 1)]), stride]), b.list(spans)]);
  const total = binary(b, 'Max', [binary(b, 'Sub', [reach, wanted]), like(b, wanted, 0)]);
  return binary(b, 'Div', [total, like(b, total, 2)]);
}
