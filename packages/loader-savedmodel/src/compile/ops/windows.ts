import { binary, like } from '../build/elementwise.ts';
import { pad, padBy } from '../build/filling.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { channelsFirst, inOrder, labelled, physical } from '../build/order.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Size } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { OpCall } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';

/** How windows move over the axes between batch and channels. */
export interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** Where a tensor has its channels. */
export interface Layout {
  readonly rank: number;
  readonly isChannelsLast: boolean;
}

/** The layout that a call names. */
export function layoutOf(call: OpCall, rank: number): Layout {
  const format = call.attributes.text('data_format', 'NHWC');
  if (format.includes('VECT')) throw new Uncovered(`data_format ${format}`);
  return { rank, isChannelsLast: !format.startsWith('NC') && format !== 'CHANNELS_FIRST' };
}

/** A list of the layout's axes without those of batch and channels. */
export function spatial<T>(list: readonly T[], { rank, isChannelsLast }: Layout): readonly T[] {
  return isChannelsLast ? list.slice(1, rank - 1) : list.slice(2, rank);
}

/** As ONNX computes: batch, channels, then the others. What lies so already is left where it is. */
export function asChannelsFirst(b: GraphBuilder, value: Value, { isChannelsLast }: Layout): Value {
  const rank = rankOf(value);
  if (!isChannelsLast) return physical(inOrder(b, value, Array.from({ length: rank }, (_, axis) => axis)));
  return physical(inOrder(b, value, channelsFirst(rank)));
}

/** What was computed channels first, named as the layout has it. */
export function fromChannelsFirst(b: GraphBuilder, value: Value, { rank, isChannelsLast }: Layout): Value {
  if (!isChannelsLast) return value;
  const order = channelsFirst(rank);
  const sizes = shapeOf(value);
  const shape = Array.from({ length: rank }, (_, axis) => sizes[order.indexOf(axis)] ?? 1);
  return labelled(b, value, { shape, order });
}

/** Attributes for ONNX, and the sizes that come out. */
export interface PaddedWindows {
  readonly pads: readonly number[] | 'SAME_UPPER';
  readonly sizes: readonly Size[];
}

/** The axes that windows move over, and how they are padded. */
export interface WindowedAxes {
  readonly sizes: readonly Size[];
  readonly padding: string;
  readonly layout: Layout;
}

/** An input that windows move over, channels first. */
export interface WindowedInput {
  readonly input: Value;
  /** What is left to be padded. */
  readonly padding: string;
}

/**
 * Pads an input by what follows from its size, where ONNX Runtime's own `SAME` is not TensorFlow's: with strides and dilation, and with strides
 * that leave elements out. Others stay as they are.
 */
export function padBefore(b: GraphBuilder, call: OpCall, input: Value, { windows, fill }: { readonly windows: Windows; readonly fill: number }): WindowedInput {
  const padding = call.attributes.text('padding');
  const sizes = shapeOf(input).slice(2);
  const spans = spansOf(windows);
  const isOdd = sizes.some((size, axis) => {
    const stride = windows.strides[axis] ?? 1;
    // What strides do not reach is no padding: ONNX Runtime refuses it as one below 0.
    if (typeof size === 'number') return (sizes.length > 2 || !sizes.every((each) => typeof each === 'number')) && missingOf(size, stride, spans[axis] ?? 1) < 0;
    // Of three axes ONNX Runtime counts the padding of one as another's.
    return stride > 1 && (sizes.length > 2 || stride > (spans[axis] ?? 1) || windows.dilations.some((dilation) => dilation > 1));
  });
  if (padding !== 'SAME') return { input, padding };
  const cut = cutEnds(sizes, windows, spans);
  if (cut !== undefined) return { input: pad(b, input, [[0, 0], [0, 0], ...cut], { mode: 'constant', fill: like(b, input, fill) }), padding: 'VALID' };
  if (!isOdd) return { input, padding };
  const size = joinLists(b, sizes.map((_, axis) => sizeList(b, input, axis + 2)));
  const [stride, span] = [b.list(windows.strides), b.list(spans)];
  const steps = binary(b, 'Div', [binary(b, 'Add', [size, b.list(windows.strides.map((each) => each - 1))]), stride]);
  const reach = binary(b, 'Add', [binary(b, 'Mul', [binary(b, 'Sub', [steps, b.list([1])]), stride]), span]);
  const missing = binary(b, 'Sub', [reach, size]);
  const total = sizes.length > 2 ? missing : binary(b, 'Max', [missing, b.list([0])]);
  const before = binary(b, 'Div', [total, b.list([2])]);
  const pads = joinLists(b, [b.list([0, 0]), before, b.list([0, 0]), binary(b, 'Sub', [total, before])]);
  return { input: padBy(b, input, pads, { mode: 'constant', fill: like(b, input, fill) }), padding: 'VALID' };
}

/**
 * Over three axes TensorFlow leaves half of what its strides do not reach out at the start: its padding is below zero then. `undefined`: it is not,
 * or only a run knows.
 */
function cutEnds(sizes: readonly Size[], { strides }: Windows, spans: readonly number[]): readonly (readonly [number, number])[] | undefined {
  if (sizes.length < 3 || !sizes.every((size) => typeof size === 'number')) return undefined;
  const missing = sizes.map((size, axis) => missingOf(size, strides[axis] ?? 1, spans[axis] ?? 1));
  if (missing.every((each) => each >= 0)) return undefined;
  return missing.map((each) => [Math.trunc(each / 2), each - Math.trunc(each / 2)]);
}

function missingOf(size: number, stride: number, span: number): number {
  return (Math.ceil(size / stride) - 1) * stride + span - size;
}

function spansOf({ size, dilations }: Windows): readonly number[] {
  return size.map((each, axis) => (each - 1) * (dilations[axis] ?? 1) + 1);
}

/**
 * TensorFlow's `padding` in ONNX's terms. Of sizes that only a run knows `SAME` is left to ONNX Runtime, which then pads as TensorFlow does:
 * {@link padBefore} has seen to the rest.
 */
export function padWindows(b: GraphBuilder, call: OpCall, { sizes, padding, layout }: WindowedAxes, windows: Windows): PaddedWindows {
  const spans = spansOf(windows);
  if (padding === 'SAME') return padSame(b, sizes, windows, spans);
  const pads = padding === 'EXPLICIT' ? explicitPads(call, layout) : spans.map((): readonly [number, number] => [0, 0]);
  const out = sizes.map((size, axis) => {
    if (typeof size !== 'number') return spans[axis] === 1 && windows.strides[axis] === 1 && pads[axis]?.every((each) => each === 0) === true ? size : b.sizes.next();
    const [before, after] = pads[axis] ?? [0, 0];
    return Math.floor((size + before + after - (spans[axis] ?? 1)) / (windows.strides[axis] ?? 1)) + 1;
  });
  return { pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)], sizes: out };
}

/** The pairs of a call's `explicit_paddings` for the axes that windows move over. */
export function explicitPads(call: OpCall, layout: Layout): readonly (readonly [number, number])[] {
  const numbers = call.attributes.integers('explicit_paddings');
  const pairs = Array.from({ length: layout.rank }, (_, axis): readonly [number, number] => [numbers[axis * 2] ?? 0, numbers[axis * 2 + 1] ?? 0]);
  return spatial(pairs, layout);
}

function padSame(b: GraphBuilder, sizes: readonly Size[], { strides }: Windows, spans: readonly number[]): PaddedWindows {
  const totals = sizes.map((size, axis) => totalOf(size, strides[axis] ?? 1, spans[axis] ?? 1));
  const out = sizes.map((size, axis) => (typeof size === 'number' ? Math.ceil(size / (strides[axis] ?? 1)) : strides[axis] === 1 ? size : b.sizes.next()));
  const known = totals.filter((total) => total !== undefined);
  if (known.length === totals.length) {
    const before = known.map((total) => Math.floor(total / 2));
    return { pads: [...before, ...known.map((total, axis) => total - (before[axis] ?? 0))], sizes: out };
  }
  return { pads: 'SAME_UPPER', sizes: out };
}

function totalOf(size: Size, stride: number, span: number): number | undefined {
  if (typeof size !== 'number') return stride === 1 ? span - 1 : undefined;
  return Math.max(missingOf(size, stride, span), 0);
}

/** The attributes of a convolution or pool. */
export function windowAttributes({ size, strides, dilations }: Windows, { pads }: PaddedWindows): Record<string, number | string | readonly number[]> {
  const padding = pads === 'SAME_UPPER' ? { auto_pad: pads } : { pads };
  return { kernel_shape: size, strides, ...(dilations.some((dilation) => dilation !== 1) ? { dilations } : {}), ...padding };
}
