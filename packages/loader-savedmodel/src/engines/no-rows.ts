import { allocateData, createTensor, elementCount, type NamedTensors, type Tensor } from '@servable/core';

/** Whether a request has no rows: some input, and each, is empty along axis 0. */
export function hasNoRows(inputs: NamedTensors): boolean {
  return inputs.size > 0 && [...inputs.values()].every(({ shape }) => shape[0] === 0);
}

/** The same inputs with a row each, of zeros or empty strings. */
export function withOneRow(inputs: NamedTensors): NamedTensors {
  return mapped(inputs, ({ dtype, shape }) => emptyRows(dtype, [1, ...shape.slice(1)]));
}

/** The same outputs without their rows. */
export function withoutRows(outputs: NamedTensors): NamedTensors {
  return mapped(outputs, ({ dtype, shape }) => emptyRows(dtype, [0, ...shape.slice(1)]));
}

function emptyRows(dtype: Tensor['dtype'], shape: readonly number[]): Tensor {
  return createTensor(dtype, shape, allocateData(dtype, elementCount(shape)));
}

function mapped(tensors: NamedTensors, change: (tensor: Tensor) => Tensor): NamedTensors {
  return new Map(Array.from(tensors, ([name, tensor]) => [name, change(tensor)]));
}
