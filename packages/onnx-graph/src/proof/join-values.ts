import { ends } from './proof-end.ts';
import { isSameSize, type Size } from './size.ts';
import { batchTensor, countsRows, freeTensor, isEnded, isSameBatchSize, type TensorValue, type Value } from './value.ts';

/** The size of two dimensions that differ. */
export type JoinSizes = (left: Size, right: Size) => Size;

/**
 * What is known of a value that is one or the other, such as that of an `If`.
 *
 * @throws ProofEnd when rows stand elsewhere in one of them
 */
export function joinValues(left: Value, right: Value, joinSizes: JoinSizes): Value {
  if (isEnded(left)) return left;
  if (isEnded(right)) return right;
  const [a, b] = [left.shape, right.shape];
  const elements = joinElements(left, right);
  const { batch } = left;
  if (batch === undefined || right.batch === undefined) {
    if (batch !== right.batch) throw ends('a value has rows on one way through it, and none on another');
    return a === undefined || b?.length !== a.length ? freeTensor(undefined) : freeTensor(joinShapes(a, b, joinSizes), elements);
  }
  if (batch.axis !== right.batch.axis || !isSameBatchSize(batch, right.batch) || a === undefined || b?.length !== a.length) {
    throw ends('a value has the batch on another axis on another way through it');
  }
  return batchTensor(joinShapes(a, b, joinSizes), batch);
}

function joinShapes(left: readonly Size[], right: readonly Size[], joinSizes: JoinSizes): readonly Size[] {
  return left.map((size, axis) => {
    const other = right[axis] ?? size;
    return isSameSize(size, other) ? size : joinSizes(size, other);
  });
}

function joinElements(left: TensorValue, right: TensorValue): readonly Size[] | undefined {
  const [a, b] = [left.elements, right.elements];
  if (a !== undefined && b?.length === a.length && a.every((size, at) => isSameSize(size, b[at] ?? size))) return a;
  if (countsRows(left) || countsRows(right)) throw ends('a number depends on how many rows there are, in another way on another way through it');
  return undefined;
}

export function isSameValue(left: Value, right: Value): boolean {
  if (isEnded(left) || isEnded(right)) return isEnded(left) && isEnded(right);
  const [a, b] = [left.shape, right.shape];
  const isSameShape = a === undefined || b === undefined ? a === b : a.length === b.length && a.every((size, axis) => isSameSize(size, b[axis] ?? size));
  return isSameShape && (left.batch === undefined) === (right.batch === undefined) && (left.elements === undefined) === (right.elements === undefined);
}
