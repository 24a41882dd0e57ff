import type { GraphBuilder } from './graph-builder.ts';
import type { Shape } from '../ir/dimension.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';

/** Channels first, of a tensor whose channels come last: batch, channels, then the axes between. */
export function channelsFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: Math.max(0, rank - 2) }, (_, at) => at + 1)];
}

/** A value in the order of its shape. */
export function inPlace(b: GraphBuilder, value: Value): Value {
  return value.order === undefined ? value : inOrder(b, value, identity(value.order.length));
}

/** A value that lies in a given order; a transpose, if it does not already. */
export function inOrder(b: GraphBuilder, value: Value, order: readonly number[]): Value {
  const shape = shapeOf(value);
  const current = value.order ?? identity(order.length);
  if (String(current) === String(order)) return value;
  const moves = order.map((axis) => current.indexOf(axis));
  const lying = physical(value);
  const moved = moves.map((axis) => shapeOf(lying)[axis] ?? 1);
  const made = onlyMovesOnes(shapeOf(lying), moves) ? asReshape(b, lying, moved) : undefined;
  const result = made ?? b.one('Transpose', [lying], { dtype: value.dtype, shape: moved }, { perm: moves });
  return labelled(b, result, { shape, order });
}

/** What lies in memory, as if that were what the graph means. */
export function physical(value: Value): Value {
  const { order, shape, ...rest } = value;
  if (order === undefined) return value;
  return { ...rest, elements: undefined, shape: order.map((axis) => shape?.[axis] ?? 1) };
}

/** What lies in memory in some order, named as the graph means it. */
export function labelled(b: GraphBuilder, lying: Value, { shape, order }: { readonly shape: Shape; readonly order: readonly number[] }): Value {
  if (isIdentity(order)) return { ...lying, shape, order: undefined };
  // A constant's elements are known in the order of its shape only: from here on it is a value like any other.
  return { name: b.nameOf(lying), dtype: lying.dtype, shape, order };
}

/** The axes in another order. Nothing moves yet: only what the graph means changes. */
export function transposed(b: GraphBuilder, value: Value, axes: readonly number[]): Value {
  const shape = shapeOf(value);
  const newShape = axes.map((axis) => shape[axis] ?? 1);
  if (value.constant !== undefined) return b.one('Transpose', [value], { dtype: value.dtype, shape: newShape }, { perm: axes });
  const order = (value.order ?? identity(shape.length)).map((axis) => axes.indexOf(axis));
  return { ...value, elements: undefined, shape: newShape, order: isIdentity(order) ? undefined : order };
}

/** Brings values that are broadcast into one order, that of the first that has all axes. */
export function aligned(b: GraphBuilder, values: readonly Value[], shape: Shape | undefined): { readonly values: readonly Value[]; readonly order: readonly number[] | undefined } {
  const rank = shape?.length;
  const order = values.find((value) => value.order !== undefined && value.shape?.length === rank)?.order;
  if (order === undefined || rank === undefined || values.some((value) => value.shape === undefined)) return { values: values.map((value) => inPlace(b, value)), order: undefined };
  return { values: values.map((value) => (isOne(value) ? physical(value) : physical(inOrder(b, raised(b, value, rank), order)))), order };
}

function isOne(value: Value): boolean {
  return shapeOf(value).every((size) => size === 1);
}

/** With axes of size 1 before its own. */
export function raised(b: GraphBuilder, value: Value, rank: number): Value {
  const missing = rank - rankOf(value);
  if (missing <= 0) return value;
  const axes = identity(missing);
  return b.one('Unsqueeze', [inPlace(b, value), b.list(axes)], { dtype: value.dtype, shape: [...axes.map(() => 1), ...shapeOf(value)] });
}

function asReshape(b: GraphBuilder, lying: Value, shape: Shape): Value | undefined {
  const unknown = shape.filter((size) => typeof size === 'string');
  if (unknown.length > 1 || shape.includes(0)) return undefined;
  const target = shape.map((size) => (typeof size === 'string' ? -1 : size));
  return b.one('Reshape', [lying, b.list(target)], { dtype: lying.dtype, shape });
}

/** Whether axes that have more than one element keep their order. */
function onlyMovesOnes(shape: Shape, moves: readonly number[]): boolean {
  const moving = moves.filter((axis) => shape[axis] !== 1);
  return moving.every((axis, at) => at === 0 || axis > (moving[at - 1] ?? 0));
}

export function identity(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** `undefined` where nothing is out of order. */
export function normalOrder(order: readonly number[]): readonly number[] | undefined {
  return isIdentity(order) ? undefined : order;
}

function isIdentity(order: readonly number[]): boolean {
  return order.every((axis, at) => axis === at);
}
