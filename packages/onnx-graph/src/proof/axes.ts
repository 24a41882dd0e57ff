import { ends } from './proof-end.ts';
import { isLiteral, isSameSize, literalOf, type Size, type SizeSpace } from './size.ts';
import { type Batch, isSameBatchSize, tensorOf, type TensorValue } from './value.ts';

/** An axis counted from the front. */
export function frontAxis(axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis;
  if (front < 0 || front >= rank) throw ends(`axis ${axis} does not fit rank ${rank}`);
  return front;
}

/** Fails when an operator works along the batch. */
export function requireApart(value: TensorValue, axis: number): void {
  if (value.batch?.axis === axis) throw ends(`it works along axis ${axis}, which is the batch`);
}

/**
 * What numpy's broadcasting makes of tensors. Batches must meet on one dimension; whatever else is there must be of size
 * 1, because no other size fits every number of rows.
 */
export function broadcast(values: readonly TensorValue[], sizes: SizeSpace): TensorValue {
  const batched = values.filter((value) => value.batch !== undefined);
  if (values.some((value) => value.shape === undefined)) {
    if (batched.length > 0) throw ends('it joins rows with a tensor of unknown rank');
    return tensorOf(undefined, undefined);
  }
  const rank = Math.max(0, ...values.map((value) => value.shape?.length ?? 0));
  const batch = batched.map((value) => fromRank(value, rank)).reduce<Batch | undefined>(sameBatch, undefined);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const met = values.flatMap((value) => sizeAt(value, axis - rank));
    if (batch?.axis !== axis) return met.reduce((left, right) => broadcastSize(left, right, sizes));
    const own = values.flatMap((value) => (value.batch === undefined ? sizeAt(value, axis - rank) : []));
    if (!own.every((size) => isLiteral(size, 1))) throw ends('it joins rows with a tensor that has a size of its own there');
    const first = batched[0];
    return first === undefined ? sizes.dimension() : (sizeAt(first, axis - rank)[0] ?? sizes.dimension());
  });
  return tensorOf(shape, batch);
}

function sizeAt({ shape = [] }: TensorValue, fromEnd: number): readonly Size[] {
  const size = shape[shape.length + fromEnd];
  return size === undefined ? [] : [size];
}

function fromRank({ shape = [], batch }: TensorValue, rank: number): Batch {
  if (batch === undefined) throw ends('it has no batch');
  return { ...batch, axis: batch.axis + rank - shape.length };
}

function sameBatch(left: Batch | undefined, right: Batch): Batch {
  if (left === undefined) return right;
  if (left.axis !== right.axis) throw ends('it joins tensors that have the batch on different axes');
  if (!isSameBatchSize(left, right)) throw ends('it joins tensors that have different numbers of rows a request');
  return right;
}

/** The size two dimensions have together, neither of them the batch's. */
export function broadcastSize(left: Size, right: Size, sizes: SizeSpace): Size {
  if (isLiteral(left, 1) || isSameSize(left, right)) return right;
  if (isLiteral(right, 1)) return left;
  // One that is known and not 1 wins, whatever the other turns out to be.
  if (literalOf(left) !== undefined) return left;
  return literalOf(right) === undefined ? sizes.dimension() : right;
}

/** The one batch of tensors that must agree in it, such as those that are concatenated. */
export function agreeingBatch(values: readonly TensorValue[]): Batch | undefined {
  const [first, ...others] = values;
  const batch = first?.batch;
  for (const other of others) {
    const isSame = batch === undefined || other.batch === undefined ? batch === other.batch : batch.axis === other.batch.axis && isSameBatchSize(batch, other.batch);
    if (!isSame) throw ends('it puts tensors together that do not have the batch on the same axis');
  }
  return batch;
}

/** A batch after the dimensions before it changed in number. */
export function shiftBatch(batch: Batch | undefined, by: number): Batch | undefined {
  return batch === undefined ? undefined : { ...batch, axis: batch.axis + by };
}
