import type { NamedTensors, RunContext, Signature, Tensor, TensorSpec } from '@servable/core';
import { METHOD_NAMES } from '@servable/core';
import { tableError } from '../errors.ts';

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

interface InputData {
  readonly BYTES: readonly Uint8Array[];
  readonly FP32: Float32Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
}

/** A tensor of one of the dtypes that inputs have. */
export interface InputTensor<D extends keyof InputData> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: InputData[D];
}

/** Keys of a table. */
export type KeyTensor = InputTensor<'INT64'> | InputTensor<'BYTES'>;

/** An input of this dtype. @throws ServingError `SRV_TABLE_INPUT_INVALID` */
export function inputOf<D extends keyof InputData>(inputs: NamedTensors, name: string, dtype: D): InputTensor<D> {
  const tensor = inputs.get(name);
  if (tensor === undefined) throw tableError('SRV_TABLE_INPUT_INVALID', [name, 'is missing']);
  if (tensor.dtype !== dtype) throw tableError('SRV_TABLE_INPUT_INVALID', [name, `is ${tensor.dtype}, it must be ${dtype}`]);
  return tensor as unknown as InputTensor<D>;
}

/** @throws ServingError `SRV_TABLE_INPUT_INVALID` */
export function checkRank(name: string, { shape }: Pick<Tensor, 'shape'>, rank: number, what: string): void {
  if (shape.length !== rank) throw tableError('SRV_TABLE_INPUT_INVALID', [name, `has shape [${shape}], it must be ${what}`]);
}

/** Keys as a list. @throws ServingError `SRV_TABLE_INPUT_INVALID` */
export function keysOf(inputs: NamedTensors, name: string, dtype: KeyTensor['dtype']): KeyTensor {
  const keys = inputOf(inputs, name, dtype) as KeyTensor;
  checkRank(name, keys, 1, 'a list of keys, [n]');
  return keys;
}

/** Whether an output was asked for. */
export function isWanted({ outputs }: RunContext, name: string): boolean {
  return outputs.length === 0 || outputs.includes(name);
}
