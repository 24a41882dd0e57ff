import { ends } from './proof-end.ts';
import {
  dependsOnRows,
  divide,
  isPositive,
  literalOf,
  multiply,
  productOf,
  type Size,
  type SizeSpace,
  withoutRows,
} from './size.ts';
import { batchTensor, freeTensor, type TensorValue } from './value.ts';

/** A new shape; `undefined` stands for a size that follows from the others. */
export type TargetShape = readonly (Size | undefined)[];

/** What `Reshape` means by its numbers: -1 follows from the others, and 0 is the input's own size there. */
export function targetShape(value: TensorValue, numbers: readonly Size[], allowsZero: boolean): TargetShape {
  return numbers.map((number, axis) => {
    const known = literalOf(number);
    if (known === undefined && isPositive(number)) return number;
    if (known === 0 && !allowsZero) return ownSize(value, axis);
    if (known !== undefined && known >= 0) return number;
    if (known === undefined && value.batch?.axis === axis) throw ends('its new shape is not known: it may be the size of the batch');
    return undefined;
  });
}

function ownSize({ shape }: TensorValue, axis: number): Size | undefined {
  if (shape === undefined) return undefined;
  const size = shape[axis];
  if (size === undefined) throw ends(`its new shape takes over axis ${axis}, which its input does not have`);
  return size;
}

/**
 * The same numbers under another shape. In memory a tensor is `[sizes before the batch, rows, sizes after it]`; rows stay
 * apart when the new shape has a dimension that ends after the same sizes before, and holds all rows.
 */
export function reshape(value: TensorValue, target: TargetShape, sizes: SizeSpace): TensorValue {
  const { batch, shape } = value;
  const solved = solve(value, target, sizes);
  if (batch === undefined || shape === undefined) return freeTensor(solved, value.elements);
  const axis = solved.findIndex(dependsOnRows);
  const size = solved[axis];
  if (size === undefined) throw ends('its new shape has no dimension that holds the batch');
  const inFront = multiply(productOf(shape.slice(0, batch.axis)), batch.before);
  const before = divide(inFront, productOf(solved.slice(0, axis)));
  const inside = withoutRows(size);
  const after = before === undefined || inside === undefined ? undefined : divide(inside, before);
  if (before === undefined || after === undefined) throw ends('its new shape cuts the batch apart, or joins it with other sizes in another order');
  return batchTensor(solved, { axis, before, after });
}

/** The new shape with what follows from the others filled in. */
function solve({ shape, batch }: TensorValue, target: TargetShape, sizes: SizeSpace): readonly Size[] {
  const known = target.filter((size) => size !== undefined);
  const open = target.length - known.length;
  if (open === 0) return known;
  const total = shape === undefined ? undefined : productOf(shape);
  const rest = open === 1 && total !== undefined ? divide(total, productOf(known)) : undefined;
  if (rest !== undefined) return target.map((size) => size ?? rest);
  // The batch must be in a size that is known: what follows from the others is then the same for all requests.
  const holdsRows = known.some(dependsOnRows);
  if (batch !== undefined && !holdsRows) throw ends('its new shape does not say where the batch is');
  return target.map((size) => size ?? sizes.dimension());
}
