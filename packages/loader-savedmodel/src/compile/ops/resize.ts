import { cast } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { kernelType } from '../build/kernel-types.ts';
import { reshape } from '../build/reshape.ts';
import { elementsOf, joinLists, sizeList } from '../build/shape-lists.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { asChannelsFirst, fromChannelsFirst } from './windows.ts';

/** Where an op takes the place of a new element from. */
function transformationOf(call: OpCall): string {
  if (call.attributes.flag('align_corners')) return 'align_corners';
  return call.attributes.flag('half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

interface Resizing {
  readonly sizes: Value;
  readonly attributes: Readonly<Record<string, string | number | { readonly float: number }>>;
}

/** `Resize` of rows and columns, channels first. */
function resize(b: GraphBuilder, x: Value, { sizes, attributes }: Resizing): Value {
  const layout = { rank: rankOf(x), isChannelsLast: true };
  const input = asChannelsFirst(b, x, layout);
  // A list of two, also where the graph does not say how long it is.
  const pair = reshape(b, cast(b, sizes, 'INT64'), b.list([2]));
  const target = joinLists(b, [sizeList(b, input, 0), sizeList(b, input, 1), pair]);
  const shape = [...shapeOf(input).slice(0, 2), ...(elementsOf(pair) ?? []).map((size) => size ?? b.sizes.next())];
  return fromChannelsFirst(b, b.one('Resize', [input, undefined, undefined, target], { dtype: input.dtype, shape }, attributes), layout);
}

const bilinear: Emitter = (call) => {
  const [x, sizes] = call.pair();
  return resize(call.b, cast(call.b, x, 'FP32'), { sizes, attributes: { mode: 'linear', coordinate_transformation_mode: transformationOf(call) } });
};

const nearest: Emitter = (call) => {
  const { b } = call;
  const [x, sizes] = call.pair();
  const kernel = kernelType('Resize', x.dtype);
  const transformation = transformationOf(call);
  const attributes = { mode: 'nearest', coordinate_transformation_mode: transformation, nearest_mode: transformation === 'asymmetric' ? 'floor' : 'round_prefer_ceil' };
  return cast(b, resize(b, cast(b, x, kernel), { sizes, attributes }), x.dtype);
};

/** Pictures of another size. */
export const RESIZE: OpFamily = {
  title: 'Resizing',
  ops: {
    ResizeBilinear: bilinear,
    ResizeNearestNeighbor: nearest,
  },
};
