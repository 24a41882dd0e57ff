import { binary, like } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { pad } from '../build/filling.ts';
import { inPlace } from '../build/order.ts';
import { reshape } from '../build/reshape.ts';
import { concat, slice } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';

/** One number for each axis between batch and channels. */
interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly rates: readonly number[];
}

/** Of a list for all axes; without one all are 1. */
const between = (numbers: readonly number[], count: number): readonly number[] => Array.from({ length: count }, (_, at) => numbers[at + 1] ?? 1);

/** Where each element of a window stands in it, row by row. */
function placesIn(size: readonly number[]): readonly (readonly number[])[] {
  return size.reduce<readonly (readonly number[])[]>((places, count) => places.flatMap((place) => Array.from({ length: count }, (_, at) => [...place, at])), [[]]);
}

/** What lies under each element of a window as it moves over the axes between batch and channels: one tensor for each, row by row. */
function underWindow(call: OpCall, x: Value, { window, fill }: { readonly window: Window; readonly fill: number }): readonly Value[] {
  const { b } = call;
  const parts = window.size.map((kernel, at) => {
    const size = shapeOf(x)[at + 1];
    if (typeof size !== 'number') throw new Uncovered('the size of its pictures is only known at run time');
    const [stride, rate] = [window.strides[at] ?? 1, window.rates[at] ?? 1];
    const span = (kernel - 1) * rate + 1;
    const isSame = call.attributes.text('padding') === 'SAME';
    const count = isSame ? Math.ceil(size / stride) : Math.floor((size - span) / stride) + 1;
    const total = isSame ? Math.max((count - 1) * stride + span - size, 0) : 0;
    return { count, stride, rate, before: Math.floor(total / 2), after: total - Math.floor(total / 2) };
  });
  const pads = shapeOf(x).map((_, axis): readonly [number, number] => [parts[axis - 1]?.before ?? 0, parts[axis - 1]?.after ?? 0]);
  const padded = pad(b, inPlace(b, x), pads, { mode: 'constant', fill: like(b, x, fill) });
  return placesIn(window.size).map((places) =>
    slice(b, padded, parts.map(({ count, stride, rate }, axis) => {
      const start = (places[axis] ?? 0) * rate;
      return { axis: axis + 1, start, end: start + (count - 1) * stride + 1, step: stride };
    })),
  );
}

/** The largest sum of picture and filter. */
const dilation: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, filter] = call.pair();
  const [rows, columns] = shapeOf(filter);
  if (typeof rows !== 'number' || typeof columns !== 'number') throw new Uncovered("its filter's size is only known at run time");
  const window: Window = { size: [rows, columns], strides: between(attributes.integers('strides'), 2), rates: between(attributes.integers('rates'), 2) };
  const parts = underWindow(call, x, { window, fill: Number.NEGATIVE_INFINITY });
  const sums = parts.map((part, at) => binary(b, 'Add', [part, filterAt(b, filter, [Math.floor(at / columns), at % columns])]));
  return sums.reduce((largest, sum) => binary(b, 'Max', [largest, sum]));
};

function filterAt(b: GraphBuilder, filter: Value, [row, column]: readonly [number, number]): Value {
  const part = slice(b, filter, [{ axis: 0, start: row, end: row + 1 }, { axis: 1, start: column, end: column + 1 }]);
  return reshape(b, part, b.list([-1]));
}

/** What lies under a window, as channels. */
const patches: Emitter = (call) => {
  const { attributes } = call;
  const x = call.input(0);
  const list = (name: string): readonly number[] => between(attributes.integers(name), rankOf(x) - 2);
  const window: Window = { size: list('ksizes'), strides: list('strides'), rates: list('rates') };
  return concat(call.b, underWindow(call, x, { window, fill: 0 }), rankOf(x) - 1);
};

/** Windows that are no convolutions. */
export const PATCHES: OpFamily = {
  title: 'Patches',
  ops: {
    Dilation2D: dilation,
    ExtractImagePatches: patches,
    ExtractVolumePatches: patches,
  },
};
