import { allocateData, createTensor, elementCount, type NamedTensors, type Tensor, type TensorData } from '@servable/core';

/** Rows of the first tensor; `undefined` when there is none, or it is a scalar. */
export function rowsOf(tensors: NamedTensors): number | undefined {
  const [first] = tensors.values();
  return first?.shape[0];
}

/** Whether two requests can be joined along axis 0: the same names, dtypes and inner shapes, and rows that agree within each. */
export function canJoin(left: NamedTensors, right: NamedTensors): boolean {
  return left.size === right.size && [...left].every(([name, tensor]) => {
    const other = right.get(name);
    if (other === undefined || other.dtype !== tensor.dtype) return false;
    if (tensor.shape[0] !== rowsOf(left) || other.shape[0] !== rowsOf(right)) return false;
    return tensor.shape.length > 0 && tensor.shape.slice(1).join() === other.shape.slice(1).join();
  });
}

/** Joins two requests along axis 0; they must be joinable. Shares no memory with them. */
export function joinRows(left: NamedTensors, right: NamedTensors): NamedTensors {
  return new Map([...left].map(([name, tensor]) => [name, joinTensors(tensor, right.get(name) ?? tensor)]));
}

function joinTensors(left: Tensor, right: Tensor): Tensor {
  const shape = [(left.shape[0] ?? 0) + (right.shape[0] ?? 0), ...left.shape.slice(1)];
  const data = allocateData(left.dtype, elementCount(shape));
  copyInto(data, copyData(left, 0, left.data.length), 0);
  copyInto(data, copyData(right, 0, right.data.length), left.data.length);
  return createTensor(left.dtype, shape, data);
}

/** Rows `from` up to `to` of every tensor, copied. */
export function sliceRows(tensors: NamedTensors, from: number, to: number): NamedTensors {
  return new Map([...tensors].map(([name, tensor]) => [name, sliceTensor(tensor, from, to)]));
}

function sliceTensor(tensor: Tensor, from: number, to: number): Tensor {
  const rows = tensor.shape[0] ?? 1;
  const perRow = rows === 0 ? 0 : tensor.data.length / rows;
  return createTensor(tensor.dtype, [to - from, ...tensor.shape.slice(1)], copyData(tensor, from * perRow, to * perRow));
}

/** Entries `from` up to `to` of a tensor's data, copied. */
export function copyData(tensor: Tensor, from: number, to: number): TensorData {
  if (tensor.dtype === 'BYTES') return tensor.data.slice(from, to).map((bytes) => new Uint8Array(bytes));
  // A Buffer is a Uint8Array too, but its slice() shares memory.
  if (tensor.data instanceof Uint8Array) return new Uint8Array(tensor.data.subarray(from, to));
  return tensor.data.slice(from, to);
}

function copyInto(target: TensorData, source: TensorData, offset: number): void {
  // Both hold the same dtype, so one element is as good as another; no array type covers all of them.
  const writable = target as unknown[];
  for (let index = 0; index < source.length; index += 1) writable[offset + index] = source[index];
}
