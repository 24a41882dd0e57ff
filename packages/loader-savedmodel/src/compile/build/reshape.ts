import { fixedCount, isFixed, type Shape, ShapeMismatch, type Size } from '../ir/dimension.ts';
import { axisOf, shapeOf, type Value } from '../ir/value.ts';
import { cast, chain } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { inPlace, normalOrder, physical } from './order.ts';
import { elementsOf, joinLists, sizeList } from './shape-lists.ts';

/** The same elements under another shape, which is a list of integers of which one may be -1. */
export function reshape(b: GraphBuilder, value: Value, target: Value): Value {
  const input = inPlace(b, value);
  const elements = elementsOf(target);
  const shape = elements === undefined ? undefined : reshapedShape(b, input, elements);
  const written = elements === undefined || shape === undefined ? undefined : writtenTarget(input, elements, shape);
  const output = { dtype: value.dtype, shape, elements: shape !== undefined && shape.length <= 1 ? value.elements : undefined };
  // Beside a copied size, which may be 0, -1 is of no use: an empty tensor does not say what it stands for.
  const isOpen = (written?.includes(-1) === true && written.includes(0)) || (elements?.includes(0) === true && elements.includes(-1));
  const sizes = isOpen && elements !== undefined ? sizesAtRun(b, input, { target, elements }) : undefined;
  if (sizes !== undefined) return b.one('Reshape', [input, sizes], output, { allowzero: 1 });
  if (written !== undefined) return b.one('Reshape', [input, b.list(written)], output);
  return b.one('Reshape', [input, cast(b, inPlace(b, target), 'INT64')], output, { allowzero: 1 });
}

/** The target without -1, where a run can say it from the input's sizes: TensorFlow finds it out for empty tensors too. */
function sizesAtRun(b: GraphBuilder, input: Value, { target, elements }: { readonly target: Value; readonly elements: readonly (Size | undefined)[] }): Value | undefined {
  const at = elements.indexOf(-1);
  const lists = cast(b, inPlace(b, target), 'INT64');
  if (at === -1) return lists;
  const rest = restParts(input.shape, elements);
  if (rest === undefined) return undefined;
  const axes = rest.named.map((size) => input.shape?.indexOf(size) ?? 0);
  const missing = chain(b, 'Mul', [...axes.map((axis) => sizeList(b, input, axis)), b.list([rest.factor])]);
  const sizeAt = (place: number): Value => b.one('Gather', [lists, b.list([place])], { dtype: 'INT64', shape: [1], elements: [elements[place]] }, { axis: 0 });
  return joinLists(b, elements.map((_, place) => (place === at ? missing : sizeAt(place))));
}

/** As {@link reshape}, to a list without -1, right also for tensors without elements. */
export function reshapeExactly(b: GraphBuilder, value: Value, target: Value): Value {
  const shape = elementsOf(target)?.map((size) => size ?? b.sizes.next());
  return b.one('Reshape', [inPlace(b, value), cast(b, inPlace(b, target), 'INT64')], { dtype: value.dtype, shape }, { allowzero: 1 });
}

/** A shape that cannot be written as constant numbers. */
export class UnwrittenShape extends Error {
  constructor(shape: Shape) {
    super(`cannot write the shape [${shape}]`);
  }
}

/** As {@link reshape}, to sizes of which at most one is not known by number. @throws UnwrittenShape for others */
export function reshapeTo(b: GraphBuilder, value: Value, shape: Shape): Value {
  const input = inPlace(b, value);
  if (isFixed(shape) && shape.includes(0)) return b.one('Reshape', [input, b.list(shape)], { dtype: value.dtype, shape }, { allowzero: 1 });
  const written = writtenTarget(input, shape, shape);
  // Beside a size of 0 that is copied, -1 stands for nothing.
  if (written === undefined || (written.includes(0) && written.includes(-1))) throw new UnwrittenShape(shape);
  return b.one('Reshape', [input, b.list(written)], { dtype: value.dtype, shape });
}

function reshapedShape(b: GraphBuilder, input: Value, target: readonly (Size | undefined)[]): Shape {
  checkCount(input, target);
  if (!target.includes(-1)) return target.map((size) => size ?? b.sizes.next());
  const rest = restOf(input.shape, target);
  return target.map((size) => (size === -1 ? (rest ?? b.sizes.next()) : (size ?? b.sizes.next())));
}

function checkCount({ shape }: Value, target: readonly (Size | undefined)[]): void {
  const count = fixedCount(shape);
  const wanted = target.filter((size) => size !== -1);
  if (count === undefined || !wanted.every((size) => typeof size === 'number')) return;
  const product = wanted.reduce((rest, size) => rest * size, 1);
  if (wanted.length === target.length ? count === product : product > 0 && count % product === 0) return;
  throw new ShapeMismatch(`Input to reshape is a tensor with ${count} values, but the requested shape is [${target.join(',')}]`);
}

/** What -1 stands for: the input's sizes, without those that the others of the target take. */
function restOf(shape: Shape | undefined, target: readonly (Size | undefined)[]): Size | undefined {
  const rest = restParts(shape, target);
  if (rest === undefined) return undefined;
  const [only, another] = rest.named;
  if (only === undefined) return rest.factor;
  return rest.factor === 1 && another === undefined ? only : undefined;
}

/** {@link restOf}, as a number and the names of sizes that are multiplied. */
function restParts(shape: Shape | undefined, target: readonly (Size | undefined)[]): { readonly factor: number; readonly named: readonly string[] } | undefined {
  if (shape === undefined || target.includes(undefined)) return undefined;
  const named = shape.filter((size) => typeof size === 'string');
  // Beside a size of 0 TensorFlow leaves out what is 0 on both sides.
  const isEmpty = target.includes(0);
  let factor = fixedCount(shape.filter((size) => typeof size === 'number' && !(isEmpty && size === 0))) ?? 1;
  for (const size of target) {
    if (size === -1 || size === 0) continue;
    if (typeof size === 'number') factor /= size;
    else if (named.includes(size as string)) named.splice(named.indexOf(size as string), 1);
    else return undefined;
  }
  return Number.isSafeInteger(factor) ? { factor, named } : undefined;
}

/**
 * The target as constant numbers: 0 copies the input's size, -1 stands for one that follows from the rest. `undefined` when that cannot
 * say it, or might say something else for an empty tensor.
 */
function writtenTarget(input: Value, target: readonly (Size | undefined)[], shape: Shape): readonly number[] | undefined {
  if (target.includes(0) || shape.includes(0)) return undefined;
  let isOpen = target.includes(-1);
  const written: number[] = [];
  for (const [at, size] of target.entries()) {
    if (typeof size === 'number' && (size >= 0 || typeof shape[at] !== 'number')) written.push(size);
    else if (typeof shape[at] === 'number') written.push(shape[at]);
    else if (shape[at] !== undefined && input.shape?.[at] === shape[at]) written.push(0);
    else if (isOpen) return undefined;
    else {
      isOpen = true;
      written.push(-1);
    }
  }
  return copyRest(input, written, shape);
}

/** -1 of an empty tensor cannot be found out; 0 at the same place can. */
function copyRest(input: Value, written: readonly number[], shape: Shape): readonly number[] {
  return written.map((size, at) => (size === -1 && shape[at] !== undefined && input.shape?.[at] === shape[at] ? 0 : size));
}

/** Without axes of size 1. Axes may be counted from the end. */
export function squeeze(b: GraphBuilder, value: Value, axes: readonly number[]): Value {
  const shape = shapeOf(value);
  const gone = axes.map((axis) => axisOf(axis, shape.length));
  const kept = shape.map((_, axis) => axis).filter((axis) => !gone.includes(axis));
  const order = value.order?.filter((axis) => kept.includes(axis)).map((axis) => kept.indexOf(axis));
  const places = gone.map((axis) => value.order?.indexOf(axis) ?? axis).toSorted((a, c) => a - c);
  if (places.length === 0) return value;
  const output = { dtype: value.dtype, shape: kept.map((axis) => shape[axis] ?? 1), order: order === undefined ? undefined : normalOrder(order), elements: value.elements };
  return b.one('Squeeze', [value.order === undefined ? value : physical(value), b.list(places)], output);
}

/** With one more axis of size 1, at a place that may be counted from the end of the result. */
export function unsqueeze(b: GraphBuilder, value: Value, axis: number): Value {
  const shape = shapeOf(value);
  const at = axisOf(axis, shape.length + 1);
  const output = { dtype: value.dtype, shape: shape.toSpliced(at, 0, 1) };
  if (value.order === undefined) return b.one('Unsqueeze', [value, b.list([at])], { ...output, elements: shape.length === 0 ? value.elements : undefined });
  // Before the axis that it stands before, so that a row of channels-first stays channels-first as a picture.
  const place = at < shape.length ? value.order.indexOf(at) : shape.length;
  const order = value.order.map((each) => (each >= at ? each + 1 : each)).toSpliced(place, 0, at);
  return b.one('Unsqueeze', [physical(value), b.list([place])], { ...output, order: normalOrder(order) });
}
