import type { NodeCall } from './node-call.ts';
import { ends } from './proof-end.ts';
import { isLiteral, type Size } from './size.ts';
import { type Batch, batchSize, batchTensor, isSameBatchSize, type TensorValue } from './value.ts';

/**
 * The batch of an operator that works on each slice of axis 0 by itself. All of `indices` that are given must have it
 * there; every other input must be the same for all requests.
 */
export function batchOnFirstAxis(call: NodeCall, ...indices: readonly number[]): Batch {
  let batch: Batch | undefined;
  for (let index = 0; index < call.inputCount; index++) {
    if (!call.has(index)) continue;
    if (!indices.includes(index)) {
      call.requireFree(index);
      continue;
    }
    const own = call.data(index).batch;
    if (own?.axis !== 0) throw ends(own === undefined ? `its input ${index} has a batch that is the same for all requests` : `its input ${index} has the batch on axis ${own.axis}`);
    if (batch !== undefined && !isSameBatchSize(batch, own)) throw ends('its inputs have different numbers of rows a request');
    batch ??= own;
  }
  if (batch === undefined) throw ends('none of its inputs has a batch');
  return batch;
}

/** A tensor with this batch on axis 0 and these sizes after it. */
export function onFirstAxis(batch: Batch, rest: readonly Size[]): TensorValue {
  return batchTensor([batchSize(batch), ...rest], { ...batch, axis: 0 });
}

/** The same batch on axis 0, followed by dimensions of which only the number is known. */
export function onFirstAxisOfRank(call: NodeCall, batch: Batch, rank: number): TensorValue {
  return onFirstAxis(batch, call.dimensions(rank - 1));
}

/** The index of an input when it has the batch; nothing when it is the same for all requests and of size 1 there. */
export function rowsOrOne(call: NodeCall, index: number, rank: number): readonly number[] {
  if (!call.has(index)) return [];
  const { batch, shape } = call.data(index);
  if (batch !== undefined && shape?.length === rank) return [index];
  const isShared = batch === undefined && shape !== undefined && (shape.length < rank || shape.slice(0, 1).every((size) => isLiteral(size, 1)));
  if (!isShared) throw ends(`its input ${index} has a batch of its own`);
  return [];
}
