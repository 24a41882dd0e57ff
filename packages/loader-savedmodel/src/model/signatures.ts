import type { Dimension, NamedTensors, Signature, TensorSpec } from '@servable/core';
import type { MetaGraphDef, SignatureDef, TensorInfo } from '@servable/protos/saved-model';
import type { TensorProto, TensorShapeProto } from '@servable/protos/tensorflow';
import { dataTypeName, dtypeOf } from '../data-type.ts';
import { tensorFromProto } from '../tensor/tensor-from-proto.ts';

/** What a graph offers to clients. */
export interface GraphSignatures {
  /** In the order of their names; so are inputs and outputs. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** Signatures that cannot be called, by name, and why. */
  readonly unservable: ReadonlyMap<string, string>;
}

/** Signatures that TensorFlow writes for itself: what to run once, not what to call. */
const INTERNAL: ReadonlySet<string> = new Set(['__saved_model_init_op', '__saved_model_train_op']);

/** Of a default, beyond the values that are written down: there may be many signatures with many defaults. */
const MAX_EXPANDED_BYTES = 2 ** 20;

/**
 * The signatures of a graph. Each batches `none`: shapes cannot tell whether a graph keeps rows apart.
 *
 * @throws ServingError `SRV_SAVEDMODEL_TENSOR_INVALID` for a default that is no tensor
 */
export function signaturesOf({ signatureDef }: MetaGraphDef): GraphSignatures {
  const signatures = new Map<string, Signature>();
  const unservable = new Map<string, string>();
  for (const [name, definition] of sortedEntries(signatureDef)) {
    if (INTERNAL.has(name)) continue;
    const reason = reasonAgainst(definition);
    if (reason === undefined) signatures.set(name, toSignature(name, definition));
    else unservable.set(name, reason);
  }
  return { signatures, unservable };
}

/** Entries of a protobuf map by key: their order in a file means nothing. */
export function sortedEntries<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function toSignature(name: string, { methodName, inputs, outputs, defaults }: SignatureDef): Signature {
  return { methodName, inputs: toSpecs(inputs), outputs: toSpecs(outputs), defaults: toDefaults(name, defaults), batching: 'none' };
}

function toSpecs(tensors: Readonly<Record<string, TensorInfo>>): ReadonlyMap<string, TensorSpec> {
  const specs = new Map<string, TensorSpec>();
  for (const [alias, { dtype: dataType, encoding, tensorShape }] of sortedEntries(tensors)) {
    const dtype = dtypeOf(dataType);
    if (dtype !== undefined && encoding.case === 'name') specs.set(alias, { dtype, shape: toShape(tensorShape), graphName: encoding.value });
  }
  return specs;
}

function toDefaults(signature: string, defaults: Readonly<Record<string, TensorProto>>): NamedTensors {
  return new Map(sortedEntries(defaults).map(([alias, proto]) => [alias, tensorFromProto(`default '${alias}' of signature '${signature}'`, proto, { maxExpandedBytes: MAX_EXPANDED_BYTES })]));
}

/** A named dimension is any size, but the same wherever the name stands; TensorFlow writes names only beside -1. */
function toShape(shape: TensorShapeProto | undefined): readonly Dimension[] | undefined {
  if (shape?.unknownRank === true) return undefined;
  return (shape?.dim ?? []).map(({ size, name }) => (size < 0n && name !== '' ? name : Number(size)));
}

function reasonAgainst({ inputs, outputs }: SignatureDef): string | undefined {
  for (const [alias, { dtype, encoding }] of [...sortedEntries(inputs), ...sortedEntries(outputs)]) {
    if (encoding.case === 'cooSparse' || encoding.case === 'compositeTensor') return `'${alias}' is no dense tensor`;
    if (encoding.case === undefined || encoding.value === '') return `'${alias}' names no tensor of the graph`;
    if (dtypeOf(dtype) === undefined) return `'${alias}' is ${dataTypeName(dtype)}, which holds no plain values`;
  }
  return undefined;
}
