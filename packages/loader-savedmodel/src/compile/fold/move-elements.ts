import { allocateData, type DType, elementCount, type TensorData } from '@servable/core';

/** Where each element of a result comes from: a start, and a step for each axis of the result. */
export interface Walk {
  readonly shape: readonly number[];
  readonly start: number;
  readonly steps: readonly number[];
}

/** Row-major steps of a shape. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) steps[axis] = (steps[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return steps;
}

/** Elements in another arrangement. Any dtype: they are only moved. */
export function walkElements(dtype: DType, data: TensorData, { shape, start, steps }: Walk): TensorData {
  // Of all arrays at once: source and target are of the same kind.
  const source = data as unknown as { readonly [at: number]: unknown };
  // Every place is filled: strings need none to be there before.
  const result = dtype === 'BYTES' ? Array.from<Uint8Array>({ length: elementCount(shape) }) : allocateData(dtype, elementCount(shape));
  const target = result as unknown as { [at: number]: unknown };
  const inner = shape.at(-1) ?? 1;
  const innerStep = steps.at(-1) ?? 1;
  const outer = shape.slice(0, -1);
  const counter = outer.map(() => 0);
  let from = start;
  for (let at = 0, rows = inner === 0 ? 0 : elementCount(outer); rows > 0; rows--) {
    for (let element = 0, read = from; element < inner; element++, read += innerStep) target[at++] = source[read];
    from = advance(counter, outer, { from, steps });
  }
  return result;
}

/** Counts the outer axes up by one, the last first. */
function advance(counter: number[], outer: readonly number[], { from, steps }: { readonly from: number; readonly steps: readonly number[] }): number {
  let next = from;
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const step = steps[axis] ?? 0;
    const count = (counter[axis] ?? 0) + 1;
    next += step;
    if (count < (outer[axis] ?? 1)) {
      counter[axis] = count;
      return next;
    }
    counter[axis] = 0;
    next -= step * count;
  }
  return next;
}

/** Steps with which a shape is read as a larger one that it is broadcast to. */
export function broadcastSteps(shape: readonly number[], to: readonly number[]): number[] {
  const steps = stepsOf(shape);
  const missing = to.length - shape.length;
  return to.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : (steps[axis - missing] ?? 0)));
}
