import { ends } from './proof-end.ts';
import { dependsOnRows, isSameSize, literalOf, multiply, ROWS, type Size } from './size.ts';

/**
 * Where the batch is in a tensor: dimension `axis` has the size `before · rows · after`, and with this dimension taken
 * apart into `[before, rows, after]`, slice i depends on row i of the inputs alone, in a way that does not depend on how
 * many rows there are.
 */
export interface Batch {
  readonly axis: number;
  readonly before: Size;
  readonly after: Size;
}

/** What is known of a tensor. No size but that of the batch's dimension depends on the number of rows. */
export interface TensorValue {
  /** `undefined`: not even the rank is known; only where there is no batch. */
  readonly shape: readonly Size[] | undefined;
  /** `undefined`: it does not depend on what the inputs' rows hold, and on their number only through `elements`. */
  readonly batch: Batch | undefined;
  /** Of small tensors of known shape: their numbers, row by row. They may depend on the number of rows, as a shape does. */
  readonly elements: readonly Size[] | undefined;
}

/** A value that no longer keeps rows apart, or whose rows cannot be followed. */
export interface EndedValue {
  readonly reason: string;
  /** The node that ended it. */
  readonly node: { readonly name: string; readonly operator: string };
  /** Whether the nodes that made it run whatever the number of rows is. */
  readonly isHarmless: boolean;
}

export type Value = TensorValue | EndedValue;

export function isEnded(value: Value): value is EndedValue {
  return 'reason' in value;
}

/** Of a tensor of which nothing is known but that it is the same for all requests. */
export const UNKNOWN: TensorValue = { shape: undefined, batch: undefined, elements: undefined };

/** More numbers are data, not a shape. */
const MAX_ELEMENTS = 1024;

/** A tensor that does not depend on the batch; `elements` too many to be a shape are dropped. */
export function freeTensor(shape: readonly Size[] | undefined, elements?: readonly Size[]): TensorValue {
  if (shape?.some(dependsOnRows) === true) throw ends('its shape depends on how many rows there are');
  return { shape, batch: undefined, elements: elements === undefined || elements.length > MAX_ELEMENTS ? undefined : elements };
}

/** A tensor that has the batch at `batch.axis`. */
export function batchTensor(shape: readonly Size[], batch: Batch): TensorValue {
  const expected = multiply(multiply(batch.before, ROWS), batch.after);
  for (const [axis, size] of shape.entries()) {
    if (axis === batch.axis ? isSameSize(size, expected) : !dependsOnRows(size)) continue;
    throw ends('its shape depends on how many rows there are in more than one place');
  }
  return { shape, batch, elements: undefined };
}

export function tensorOf(shape: readonly Size[] | undefined, batch: Batch | undefined): TensorValue {
  if (batch === undefined) return freeTensor(shape);
  if (shape === undefined) throw ends('its rank is not known');
  return batchTensor(shape, batch);
}

/** The size of the dimension that holds the batch. */
export function batchSize({ before, after }: Batch): Size {
  return multiply(multiply(before, ROWS), after);
}

export function isSameBatchSize(left: Batch, right: Batch): boolean {
  return isSameSize(left.before, right.before) && isSameSize(left.after, right.after);
}

/** Whether its numbers change when requests are joined, though no row of it belongs to a request. */
export function countsRows({ elements }: TensorValue): boolean {
  return elements?.some(dependsOnRows) === true;
}

/** Its sizes, when all are known. */
export function literalShape(shape: readonly Size[] | undefined): readonly number[] | undefined {
  const sizes = shape?.map(literalOf);
  return sizes?.every((size) => size !== undefined) === true ? sizes : undefined;
}
