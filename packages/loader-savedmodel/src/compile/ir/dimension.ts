/** A size: a number, or the name of one that is only known when the graph runs. Equal names are equal sizes. */
export type Size = number | string;
/** `undefined` where a shape is meant: not even the rank is known. */
export type Shape = readonly Size[];

/** Gives sizes names that no other has. */
export class SizeNames {
  #count = 0;

  next(): string {
    this.#count += 1;
    return `size_${this.#count}`;
  }
}

/** Whether every size is a number. */
export function isFixed(shape: Shape | undefined): shape is readonly number[] {
  return shape !== undefined && shape.every((size) => typeof size === 'number');
}

/** Elements of a shape all of whose sizes are numbers; `undefined` for others. */
export function fixedCount(shape: Shape | undefined): number | undefined {
  return isFixed(shape) ? shape.reduce((product, size) => product * size, 1) : undefined;
}

/**
 * The size of an axis of two that are broadcast. A size with a name may turn out to be 1, so that beside a number above 1 it is that
 * number; two different names may turn out to be either.
 */
export function broadcastSize(first: Size, second: Size, names: SizeNames): Size | undefined {
  if (first === second) return first;
  if (first === 1) return second;
  if (second === 1) return first;
  if (typeof first === 'number') return typeof second === 'number' ? undefined : first;
  return typeof second === 'number' ? second : names.next();
}

/** The shape of several that are broadcast, from their last axes; `undefined` where a rank is not known. @throws ShapeMismatch */
export function broadcastShapes(shapes: readonly (Shape | undefined)[], names: SizeNames): Shape | undefined {
  return shapes.reduce((joined, shape) => (joined === undefined || shape === undefined ? undefined : broadcastTwo(joined, shape, names)), []);
}

/** Shapes that cannot stand together: TensorFlow refuses such a run. */
export class ShapeMismatch extends Error {}

function broadcastTwo(first: Shape, second: Shape, names: SizeNames): Shape {
  const rank = Math.max(first.length, second.length);
  return Array.from({ length: rank }, (_, axis) => {
    const one = first[axis - rank + first.length] ?? 1;
    const other = second[axis - rank + second.length] ?? 1;
    const size = broadcastSize(one, other, names);
    if (size === undefined) throw new ShapeMismatch(`Incompatible shapes: [${first}] vs. [${second}]`);
    return size;
  });
}
