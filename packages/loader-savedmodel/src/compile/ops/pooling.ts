import type { DType } from '@servable/core';
import { binary, cast, chain, compare, like, unary, where } from '../build/elementwise.ts';
import { type GraphBuilder, knownNumbers } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { expand } from '../build/filling.ts';
import { placesUpTo } from '../build/places.ts';
import { reshape, unsqueeze } from '../build/reshape.ts';
import { joinLists, shapeList, sizeList } from '../build/shape-lists.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { asChannelsLast, fromChannelsLast, LOWEST, onTensor, underWindow } from './window-parts.ts';
import { asChannelsFirst, explicitPads, fromChannelsFirst, type Layout, layoutOf, padBefore, padWindows, spatial, windowAttributes, type Windows } from './windows.ts';

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
  if (BY_PARTS.get(operator)?.has(x.dtype) === true) return poolByParts(call, operator, { layout, windows });
  const kernel = kernelType(operator, x.dtype);
  const given = cast(b, asChannelsFirst(b, x, layout), kernel);
  const { input, padding } = padBefore(b, call, given, { windows, fill: operator === 'MaxPool' ? lowestOf(kernel) : 0 });
  const padded = padWindows(b, call, { sizes: shapeOf(input).slice(2), padding, layout }, windows);
  const shape = [...shapeOf(input).slice(0, 2), ...padded.sizes];
  const pooled = (value: Value): Value => b.one(operator, [value], { dtype: kernel, shape }, windowAttributes(windows, padded));
  const made = operator === 'AveragePool' && input !== given ? binary(b, 'Div', [pooled(input), pooled(onesOf(call, given, windows))]) : pooled(input);
  return fromChannelsFirst(b, cast(b, made, x.dtype), layout);
};

/** Types that ONNX Runtime's pools do not take. */
const BY_PARTS: ReadonlyMap<string, ReadonlySet<DType>> = new Map([
  ['MaxPool', new Set<DType>(['INT64', 'UINT32', 'UINT64'])],
  ['AveragePool', new Set<DType>(['FP64'])],
]);

function poolByParts(call: OpCall, operator: 'MaxPool' | 'AveragePool', { layout, windows }: Pool): Value {
  const { b } = call;
  const x = asChannelsLast(b, call.input(0), layout);
  const moves = { windows, padding: call.attributes.text('padding'), pads: explicitPads(call, layout) };
  const isLargest = operator === 'MaxPool';
  const pooled = chain(b, isLargest ? 'Max' : 'Add', underWindow(b, x, { moves, fill: isLargest ? (LOWEST[x.dtype] ?? 0) : 0 }));
  return fromChannelsLast(b, isLargest ? pooled : binary(b, 'Div', [pooled, chain(b, 'Add', onTensor(b, x, moves))]), layout);
}

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
  const isOpen = attributes.text('padding') === 'SAME' && spatial(shapeOf(x), layout).some((size) => typeof size === 'string');
  if (isOpen || BY_PARTS.get('MaxPool')?.has(x.dtype) === true) return placesByParts(call, { layout, windows });
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

/** The largest of each window and its place, one element of the window after the other: the first of equal ones counts. */
function placesByParts(call: OpCall, { layout, windows }: Pool): readonly Value[] {
  const { b, attributes } = call;
  const x = asChannelsLast(b, call.input(0), layout);
  const moves = { windows, padding: attributes.text('padding') };
  const [batch, ...sizes] = shapeOf(x).map((_, axis) => sizeList(b, x, axis));
  const count = chain(b, 'Mul', sizes);
  const numbers = placesUpTo(b, count, count.elements?.[0] ?? b.sizes.next());
  const grid = b.one('Reshape', [numbers, joinLists(b, [b.list([1]), ...sizes])], { dtype: 'INT64', shape: [1, ...shapeOf(x).slice(1)] }, { allowzero: 1 });
  const wide = cast(b, x, x.dtype === 'FP16' || x.dtype === 'BF16' ? 'FP32' : x.dtype);
  const [parts, places, inside] = [underWindow(b, wide, { moves, fill: 0 }), underWindow(b, grid, { moves, fill: 0 }), onTensor(b, cast(b, grid, 'INT32'), moves)];
  let [best, place, isFound]: readonly [Value | undefined, Value | undefined, Value] = [undefined, undefined, b.scalar('BOOL', 0)];
  for (const [at, part] of parts.entries()) {
    const isOn = compare(b, 'Equal', [inside[at] ?? part, b.scalar('INT32', 1)]);
    const isBetter: Value = best === undefined ? isOn : binary(b, 'And', [isOn, binary(b, 'Or', [unary(b, 'Not', isFound), compare(b, 'Greater', [part, best])])]);
    const number = places[at] ?? part;
    place = place === undefined ? number : where(b, isBetter, [number, place]);
    best = best === undefined ? part : where(b, isBetter, [part, best]);
    isFound = binary(b, 'Or', [isFound, isOn]);
  }
  if (best === undefined || place === undefined || batch === undefined) throw new Uncovered('its windows are empty');
  const rows = unsqueeze(b, unsqueeze(b, unsqueeze(b, placesUpTo(b, batch, shapeOf(x)[0] ?? 1), 1), 2), 3);
  const start = attributes.flag('include_batch_in_index') ? binary(b, 'Mul', [rows, count]) : b.scalar('INT64', 0);
  const counted = cast(b, binary(b, 'Add', [expand(b, place, shapeList(b, best)), start]), attributes.dtype('Targmax', 'INT64'));
  return [fromChannelsLast(b, cast(b, best, x.dtype), layout), fromChannelsLast(b, counted, layout)];
}

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
