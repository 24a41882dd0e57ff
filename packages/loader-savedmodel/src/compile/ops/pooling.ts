import type { DType } from '@servable/core';
import { binary, cast, like } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { expand } from '../build/filling.ts';
import { reshape } from '../build/reshape.ts';
import { shapeList, sizeList } from '../build/shape-lists.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { asChannelsFirst, fromChannelsFirst, type Layout, layoutOf, padBefore, padWindows, spatial, windowAttributes, type Windows } from './windows.ts';

interface Pool {
  readonly layout: Layout;
  readonly windows: Windows;
}

/** Windows of a call's attributes, or of its inputs in the newer op. */
function poolOf(call: OpCall, x: Value): Pool {
  const layout = layoutOf(call, rankOf(x));
  const [size, strides] = call.op.endsWith('PoolV2') ? [knownNumbers(call.input(1)), knownNumbers(call.input(2))] : [call.attributes.integers('ksize'), call.attributes.integers('strides')];
  if (size === undefined || strides === undefined) throw new Uncovered('its windows are only known at run time');
  const outside = [size, strides].flatMap((list) => [list[0], list[layout.isChannelsLast ? layout.rank - 1 : 1]]);
  if (outside.some((each) => each !== 1)) throw new Uncovered('it pools over batch or channels');
  const windows = { size: spatial(size, layout), strides: spatial(strides, layout), dilations: spatial(size, layout).map(() => 1) };
  return { layout, windows };
}

const pooling = (operator: 'MaxPool' | 'AveragePool'): Emitter => (call) => {
  const { b } = call;
  const x = call.input(0);
  const { layout, windows } = poolOf(call, x);
  const kernel = kernelType(operator, x.dtype);
  const given = cast(b, asChannelsFirst(b, x, layout), kernel);
  const { input, padding } = padBefore(b, call, given, { windows, fill: operator === 'MaxPool' ? lowestOf(kernel) : 0 });
  const padded = padWindows(b, call, { sizes: shapeOf(input).slice(2), padding, layout }, windows);
  const shape = [...shapeOf(input).slice(0, 2), ...padded.sizes];
  const pooled = (value: Value): Value => b.one(operator, [value], { dtype: kernel, shape }, windowAttributes(windows, padded));
  const made = operator === 'AveragePool' && input !== given ? binary(b, 'Div', [pooled(input), pooled(onesOf(call, given, windows))]) : pooled(input);
  return fromChannelsFirst(b, cast(b, made, x.dtype), layout);
};

/** What an average is divided by where zeros were put around its input: 1 for each element of its own. */
function onesOf(call: OpCall, given: Value, windows: Windows): Value {
  const { b } = call;
  return padBefore(b, call, expand(b, like(b, given, 1), shapeList(b, given)), { windows, fill: 0 }).input;
}

/** What no number is below. */
function lowestOf(dtype: DType): number {
  if (dtype === 'INT8') return -128;
  return dtype === 'UINT8' ? 0 : Number.NEGATIVE_INFINITY;
}

/** With the places of the largest, counted as TensorFlow does: rows, columns, then channels. */
const maxPoolWithArgmax: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const { layout, windows } = poolOf(call, x);
  const kernel = kernelType('MaxPool', x.dtype);
  const input = cast(b, asChannelsFirst(b, x, layout), kernel);
  const padded = padWindows(b, call, { sizes: shapeOf(input).slice(2), padding: attributes.text('padding'), layout }, windows);
  const shape = [...shapeOf(input).slice(0, 2), ...padded.sizes];
  const outputs = [{ dtype: kernel, shape }, { dtype: 'INT64' as const, shape }];
  const [values, places] = b.make('MaxPool', [input], { attributes: windowAttributes(windows, padded), outputs });
  if (values === undefined || places === undefined) throw new Error('MaxPool has two outputs');
  const counted = channelsLastPlaces(b, places, { input, withBatch: attributes.flag('include_batch_in_index') });
  return [fromChannelsFirst(b, cast(b, values, x.dtype), layout), fromChannelsFirst(b, cast(b, counted, attributes.dtype('Targmax', 'INT64')), layout)];
};

/** ONNX counts over batch, channels, rows and columns. */
function channelsLastPlaces(b: GraphBuilder, places: Value, { input, withBatch }: { readonly input: Value; readonly withBatch: boolean }): Value {
  const size = (axis: number): Value => reshape(b, sizeList(b, input, axis), b.list([]));
  const [channels, area] = [size(1), binary(b, 'Mul', [size(2), size(3)])];
  const within = binary(b, 'Mod', [places, area]);
  const channel = binary(b, 'Mod', [binary(b, 'Div', [places, area]), channels]);
  const counted = binary(b, 'Add', [binary(b, 'Mul', [within, channels]), channel]);
  if (!withBatch) return counted;
  const whole = binary(b, 'Mul', [area, channels]);
  return binary(b, 'Add', [counted, binary(b, 'Mul', [binary(b, 'Div', [places, whole]), whole])]);
}

/** Pooling. */
export const POOLING: OpFamily = {
  title: 'Pooling',
  ops: {
    AvgPool: pooling('AveragePool'),
    AvgPool3D: pooling('AveragePool'),
    MaxPool: pooling('MaxPool'),
    MaxPool3D: pooling('MaxPool'),
    MaxPoolV2: pooling('MaxPool'),
    MaxPoolWithArgmax: maxPoolWithArgmax,
  },
};
