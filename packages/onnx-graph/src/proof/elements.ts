import { ends } from './proof-end.ts';
import { dependsOnRows, literal, literalOf, type Size, type SizeSpace } from './size.ts';
import { freeTensor, literalShape, type TensorValue } from './value.ts';

/** Computes one number of others; `undefined`: it cannot be said. */
export type Fold = (numbers: readonly Size[], sizes: SizeSpace) => Size | undefined;

/**
 * Computes with tensors that hold sizes, with numpy's broadcasting. A number that cannot be said is unknown, unless it
 * depends on how many rows there are.
 */
export function foldElements(values: readonly TensorValue[], fold: Fold, sizes: SizeSpace): TensorValue | undefined {
  const operands = values.map(({ shape, elements }) => ({ shape: literalShape(shape), elements }));
  const shapes = operands.map(({ shape }) => shape);
  if (!operands.some(({ elements }) => elements !== undefined) || !shapes.every((shape) => shape !== undefined)) return undefined;
  const shape = shapes.reduce(broadcastShapes, []);
  const count = countOf(shape);
  if (count > 1024 || operands.some((each) => each.elements === undefined && countOf(each.shape ?? []) > 16)) return undefined;
  const known = operands.map((each) => each.elements ?? Array.from({ length: countOf(each.shape ?? []) }, () => sizes.unknown()));
  const elements = Array.from({ length: count }, (_, index) => {
    const numbers = known.map((each, at) => each[sourceIndex(index, shape, shapes[at] ?? [])] ?? sizes.unknown());
    return foldOne(numbers, fold, sizes);
  });
  return freeTensor(shape.map(literal), elements);
}

function foldOne(numbers: readonly Size[], fold: Fold, sizes: SizeSpace): Size {
  const folded = fold(numbers, sizes);
  if (folded !== undefined && (folded.atoms.length > 0 || Number.isFinite(folded.factor))) return folded;
  if (numbers.some(dependsOnRows)) throw ends('it computes with the number of rows');
  return sizes.unknown();
}

function broadcastShapes(left: readonly number[], right: readonly number[]): readonly number[] {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = [left.at(axis - rank), right.at(axis - rank)].filter((size) => size !== undefined && size !== 1);
    return sizes[0] ?? 1;
  });
}

/** Where an element of the broadcast tensor comes from. */
function sourceIndex(index: number, shape: readonly number[], source: readonly number[]): number {
  let at = 0;
  let stride = 1;
  let rest = index;
  for (let axis = 1; axis <= shape.length; axis++) {
    const size = shape.at(-axis) ?? 1;
    const position = rest % size;
    rest = Math.floor(rest / size);
    const own = axis <= source.length ? (source.at(-axis) ?? 1) : 1;
    if (own !== 1) at += position * stride;
    stride *= own;
  }
  return at;
}

/** The numbers of a small tensor in another order: `indexOf` says where each new position comes from. */
export function rearrange(value: TensorValue, shape: readonly number[], sourceOf: (position: readonly number[]) => readonly number[]): TensorValue {
  const from = literalShape(value.shape);
  const { elements } = value;
  if (from === undefined || elements === undefined) return freeTensor(shape.map(literal));
  const moved = Array.from({ length: countOf(shape) }, (_, index) => elements[indexAt(sourceOf(positionAt(index, shape)), from)]);
  return freeTensor(shape.map(literal), moved.every((each) => each !== undefined) ? moved : undefined);
}

export function positionAt(index: number, shape: readonly number[]): readonly number[] {
  const position: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return position;
}

function indexAt(position: readonly number[], shape: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + (position[axis] ?? 0), 0);
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** One number out of two known ones. */
export function foldLiterals(fold: (left: number, right: number) => number): Fold {
  return ([left, right]) => {
    const a = left === undefined ? undefined : literalOf(left);
    const b = right === undefined ? undefined : literalOf(right);
    return a === undefined || b === undefined ? undefined : literal(fold(a, b));
  };
}
