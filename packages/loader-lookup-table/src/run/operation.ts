import type { DType, NamedTensors, RunContext, Signature, Tensor, TensorSpec } from '@servable/core';
import { METHOD_NAMES } from '@servable/core';
import { tableError } from '../errors.ts';
import type { KeyTensor } from './table-view.ts';

/** One signature, and what it does. */
export interface Operation {
  readonly signature: Signature;
  run(inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors>;
}

type Specs = Readonly<Record<string, TensorSpec>>;

export interface SignatureParts {
  readonly inputs: Specs;
  readonly outputs: Specs;
  readonly defaults?: NamedTensors;
  readonly batching: Signature['batching'];
}

export function createSignature({ inputs, outputs, defaults = new Map(), batching }: SignatureParts): Signature {
  return { methodName: METHOD_NAMES.predict, inputs: new Map(Object.entries(inputs)), outputs: new Map(Object.entries(outputs)), defaults, batching };
}

/** An input of this dtype. @throws ServingError `SRV_TABLE_INPUT_INVALID` */
export function inputOf<D extends DType>(inputs: NamedTensors, name: string, dtype: D): Extract<Tensor, { dtype: D }> {
  const tensor = inputs.get(name);
  if (tensor === undefined) throw tableError('SRV_TABLE_INPUT_INVALID', [name, 'is missing']);
  if (tensor.dtype !== dtype) throw tableError('SRV_TABLE_INPUT_INVALID', [name, `is ${tensor.dtype}, it must be ${dtype}`]);
  return tensor as Extract<Tensor, { dtype: D }>;
}

/** @throws ServingError `SRV_TABLE_INPUT_INVALID` */
export function checkRank(name: string, { shape }: Tensor, rank: number, what: string): void {
  if (shape.length !== rank) throw tableError('SRV_TABLE_INPUT_INVALID', [name, `has shape [${shape}], it must be ${what}`]);
}

/** Keys as a list. @throws ServingError `SRV_TABLE_INPUT_INVALID` */
export function keysOf(inputs: NamedTensors, name: string, dtype: KeyTensor['dtype']): KeyTensor {
  const keys = inputOf(inputs, name, dtype);
  checkRank(name, keys, 1, 'a list of keys, [n]');
  return keys;
}

/** Whether an output was asked for. */
export function isWanted({ outputs }: RunContext, name: string): boolean {
  return outputs.length === 0 || outputs.includes(name);
}
