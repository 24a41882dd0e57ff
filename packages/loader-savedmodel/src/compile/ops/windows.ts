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
  return { rank, isChannelsLast: !format.startsWith('NC') };
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

/**
 * TensorFlow's `padding` in ONNX's terms. Of sizes that only a run knows `SAME` is left to ONNX Runtime, which pads as TensorFlow does, but
 * not together with dilation.
 */
export function padWindows(b: GraphBuilder, call: OpCall, sizes: readonly Size[], windows: Windows, layout: Layout): PaddedWindows {
  const padding = call.attributes.text('padding');
  const spans = windows.size.map((size, axis) => (size - 1) * (windows.dilations[axis] ?? 1) + 1);
  if (padding === 'SAME') return padSame(b, sizes, windows, spans);
  const pads = padding === 'EXPLICIT' ? explicitPads(call, layout) : spans.map((): readonly [number, number] => [0, 0]);
  const out = sizes.map((size, axis) => {
    if (typeof size !== 'number') return spans[axis] === 1 && windows.strides[axis] === 1 && pads[axis]?.every((each) => each === 0) === true ? size : b.sizes.next();
    const [before, after] = pads[axis] ?? [0, 0];
    return Math.floor((size + before + after - (spans[axis] ?? 1)) / (windows.strides[axis] ?? 1)) + 1;
  });
  return { pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)], sizes: out };
}

function explicitPads(call: OpCall, layout: Layout): readonly (readonly [number, number])[] {
  const numbers = call.attributes.integers('explicit_paddings');
  const pairs = Array.from({ length: layout.rank }, (_, axis): readonly [number, number] => [numbers[axis * 2] ?? 0, numbers[axis * 2 + 1] ?? 0]);
  return spatial(pairs, layout);
}

function padSame(b: GraphBuilder, sizes: readonly Size[], { strides, dilations }: Windows, spans: readonly number[]): PaddedWindows {
  const totals = sizes.map((size, axis) => totalOf(size, strides[axis] ?? 1, spans[axis] ?? 1));
  const out = sizes.map((size, axis) => (typeof size === 'number' ? Math.ceil(size / (strides[axis] ?? 1)) : strides[axis] === 1 ? size : b.sizes.next()));
  const known = totals.filter((total) => total !== undefined);
  if (known.length === totals.length) {
    const before = known.map((total) => Math.floor(total / 2));
    return { pads: [...before, ...known.map((total, axis) => total - (before[axis] ?? 0))], sizes: out };
  }
  if (dilations.some((dilation) => dilation > 1)) throw new Uncovered('SAME padding with strides and dilation over sizes that are only known at run time');
  return { pads: 'SAME_UPPER', sizes: out };
}

function totalOf(size: Size, stride: number, span: number): number | undefined {
  if (typeof size !== 'number') return stride === 1 ? span - 1 : undefined;
  return Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
}

/** The attributes of a convolution or pool. */
export function windowAttributes({ size, strides, dilations }: Windows, { pads }: PaddedWindows): Record<string, number | string | readonly number[]> {
  const padding = pads === 'SAME_UPPER' ? { auto_pad: pads } : { pads };
  return { kernel_shape: size, strides, ...(dilations.some((dilation) => dilation !== 1) ? { dilations } : {}), ...padding };
}
