import { elementCount, type NamedTensors, type Tensor } from '@servable/core';
import { type AllocateInput, type BatchPart } from './concat.ts';
import { batchingError } from './errors.ts';

const MAX_PADDED_RANK = 6;

/**
 * Pads the inputs of several requests so that they agree in every axis but the first: to the longest of each axis, with the
 * tensor's own first element.
 *
 * @throws ServingError `SRV_BATCH_PADDING_EMPTY`, `SRV_BATCH_PADDING_RANK`
 *
 * Source: TF Serving, `AddPadding` in `batching/batching_util.cc`.
 */
export function padParts(parts: readonly BatchPart[], allocate: AllocateInput): readonly BatchPart[] {
  const targets = longestAxes(parts);
  return parts.map((part) => ({ rows: part.rows, inputs: padInputs(part.inputs, targets, allocate) }));
}

function longestAxes(parts: readonly BatchPart[]): ReadonlyMap<string, readonly number[]> {
  const longest = new Map<string, number[]>();
  for (const { inputs } of parts) {
    for (const [name, { shape }] of inputs) {
      const before = longest.get(name) ?? [];
      longest.set(name, shape.slice(1).map((size, axis) => Math.max(size, before[axis] ?? 0)));
    }
  }
  return longest;
}

function padInputs(inputs: NamedTensors, targets: ReadonlyMap<string, readonly number[]>, allocate: AllocateInput): NamedTensors {
  const padded = new Map<string, Tensor>();
  for (const [name, tensor] of inputs) padded.set(name, padTensor(name, tensor, targets.get(name) ?? [], allocate));
  return padded;
}

function padTensor(name: string, tensor: Tensor, target: readonly number[], allocate: AllocateInput): Tensor {
  const { shape } = tensor;
  if (target.every((size, axis) => size === shape[axis + 1])) return tensor;
  if (shape.length > MAX_PADDED_RANK) throw batchingError('SRV_BATCH_PADDING_RANK', [name, shape.length]);
  if (tensor.data.length === 0) throw batchingError('SRV_BATCH_PADDING_EMPTY', [name]);
  const padded = [shape[0] ?? 0, ...target];
  const data = allocate(tensor.dtype, elementCount(padded));
  const entries = data.length / elementCount(padded);
  const to = data as unknown as unknown[];
  const from = tensor.data as unknown as unknown[];
  for (let at = 0; at < data.length; at++) to[at] = from[at % entries];
  copyBlock({ to, from, toShape: padded, fromShape: shape, entries }, 0, 0, 0);
  return { dtype: tensor.dtype, shape: padded, data } as Tensor;
}

interface BlockCopy {
  readonly to: unknown[];
  readonly from: unknown[];
  readonly toShape: readonly number[];
  readonly fromShape: readonly number[];
  readonly entries: number;
}

function copyBlock(copy: BlockCopy, axis: number, toAt: number, fromAt: number): void {
  const size = copy.fromShape[axis];
  if (size === undefined) {
    for (let entry = 0; entry < copy.entries; entry++) copy.to[toAt + entry] = copy.from[fromAt + entry];
    return;
  }
  const toStride = elementCount(copy.toShape.slice(axis + 1)) * copy.entries;
  const fromStride = elementCount(copy.fromShape.slice(axis + 1)) * copy.entries;
  for (let index = 0; index < size; index++) copyBlock(copy, axis + 1, toAt + index * toStride, fromAt + index * fromStride);
}
