import { binary } from '../build/elementwise.ts';
import { pad } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace, transposed } from '../build/order.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { reshape } from '../build/reshape.ts';
import { slice, TO_END } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { knownInput } from './shape.ts';

/** A shape of sizes that are taken from a value's axes, multiplied, divided, or given. */
function shapeOfParts(b: GraphBuilder, value: Value, parts: readonly Part[]): Value {
  return joinLists(b, parts.map((part) => sizeOfPart(b, value, part)));
}

type Part = number | { readonly axis: number; readonly times?: number; readonly by?: number };

function sizeOfPart(b: GraphBuilder, value: Value, part: Part): Value {
  if (typeof part === 'number') return b.list([part]);
  const { axis, times = 1, by = 1 } = part;
  const size = sizeList(b, value, axis);
  const multiplied = times === 1 ? size : binary(b, 'Mul', [size, b.list([times])]);
  return by === 1 ? multiplied : binary(b, 'Div', [multiplied, b.list([by])]);
}

const rows = (count: number, from: number): number[] => Array.from({ length: count }, (_, at) => at + from);

/** Blocks of pictures become more pictures. */
function cutUp(call: OpCall, blocks: readonly number[], paddings: readonly number[]): Value {
  const { b } = call;
  const count = blocks.length;
  const x = call.input(0);
  const pads = shapeOf(x).map((_, axis): readonly [number, number] => (axis >= 1 && axis <= count ? [paddings[(axis - 1) * 2] ?? 0, paddings[(axis - 1) * 2 + 1] ?? 0] : [0, 0]));
  const padded = inPlace(b, pad(b, x, pads));
  const rest = rows(rankOf(x) - count - 1, count + 1);
  const apart = reshape(b, padded, shapeOfParts(b, padded, [{ axis: 0 }, ...blocks.flatMap((block, at): Part[] => [{ axis: at + 1, by: block }, block]), ...rest.map((axis) => ({ axis }))]));
  const order = [...blocks.map((_, at) => 2 + at * 2), 0, ...blocks.map((_, at) => 1 + at * 2), ...rest.map((axis) => axis + count)];
  const total = blocks.reduce((product, block) => product * block, 1);
  const shape = shapeOfParts(b, padded, [{ axis: 0, times: total }, ...blocks.map((block, at) => ({ axis: at + 1, by: block })), ...rest.map((axis) => ({ axis }))]);
  return reshape(b, transposed(b, apart, order), shape);
}

/** The older ops: blocks of rows and columns, all of one size. */
function squareOf(call: OpCall): readonly number[] {
  const size = call.attributes.integer('block_size');
  return [size, size];
}

/** Pictures become blocks of fewer. */
function merged(call: OpCall, blocks: readonly number[], crops: readonly number[]): Value {
  const { b } = call;
  const count = blocks.length;
  const x = inPlace(b, call.input(0));
  const rest = rows(rankOf(x) - count - 1, count + 1);
  const total = blocks.reduce((product, block) => product * block, 1);
  const apart = reshape(b, x, shapeOfParts(b, x, [...blocks, { axis: 0, by: total }, ...blocks.map((_, at) => ({ axis: at + 1 })), ...rest.map((axis) => ({ axis }))]));
  const order = [count, ...blocks.flatMap((_, at) => [count + 1 + at, at]), ...rest.map((axis) => axis + count)];
  const shape = shapeOfParts(b, x, [{ axis: 0, by: total }, ...blocks.map((block, at) => ({ axis: at + 1, times: block })), ...rest.map((axis) => ({ axis }))]);
  const whole = reshape(b, transposed(b, apart, order), shape);
  const cuts = blocks.flatMap((_, at) => {
    const [before, after] = [crops[at * 2] ?? 0, crops[at * 2 + 1] ?? 0];
    return before === 0 && after === 0 ? [] : [{ axis: at + 1, start: before, end: after === 0 ? TO_END : -after }];
  });
  return slice(b, whole, cuts);
}

/** Blocks of a picture become channels, or channels blocks. */
const blocks = (toDepth: boolean): Emitter => (call) => {
  const { b, attributes } = call;
  const format = attributes.text('data_format', 'NHWC');
  if (format !== 'NHWC' && format !== 'NCHW') throw new Uncovered(`data_format ${format}`);
  const size = attributes.integer('block_size');
  const given = call.input(0);
  const x = inPlace(b, format === 'NHWC' ? given : transposed(b, given, [0, 2, 3, 1]));
  const square = size * size;
  const cut: readonly Part[] = toDepth
    ? [{ axis: 0 }, { axis: 1, by: size }, size, { axis: 2, by: size }, size, { axis: 3 }]
    : [{ axis: 0 }, { axis: 1 }, { axis: 2 }, size, size, { axis: 3, by: square }];
  const order = [0, 1, 3, 2, 4, 5];
  const joined: readonly Part[] = toDepth
    ? [{ axis: 0 }, { axis: 1, by: size }, { axis: 2, by: size }, { axis: 3, times: square }]
    : [{ axis: 0 }, { axis: 1, times: size }, { axis: 2, times: size }, { axis: 3, by: square }];
  const whole = reshape(b, transposed(b, reshape(b, x, shapeOfParts(b, x, cut)), order), shapeOfParts(b, x, joined));
  return format === 'NHWC' ? whole : transposed(b, whole, [0, 3, 1, 2]);
};

/** Pictures in blocks. */
export const BLOCKS: OpFamily = {
  title: 'Blocks',
  ops: {
    BatchToSpace: (call) => merged(call, squareOf(call), knownInput(call, 1, 'crops')),
    BatchToSpaceND: (call) => merged(call, knownInput(call, 1, 'block shape'), knownInput(call, 2, 'crops')),
    DepthToSpace: blocks(false),
    SpaceToBatch: (call) => cutUp(call, squareOf(call), knownInput(call, 1, 'paddings')),
    SpaceToBatchND: (call) => cutUp(call, knownInput(call, 1, 'block shape'), knownInput(call, 2, 'paddings')),
    SpaceToDepth: blocks(true),
  },
};
