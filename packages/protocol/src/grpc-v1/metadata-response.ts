import type { Dimension, Signature, TensorSpec } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { bytesField, entryField, joinFields, textField, varintField } from './message-bytes.ts';
import { encodeTensor } from './tensor-proto.ts';

/** What a `GetModelMetadataResponse` says. */
export interface ModelMetadata {
  readonly name: string;
  /** The version whose signatures these are. */
  readonly version: bigint;
  readonly signatures: ReadonlyMap<string, Signature>;
}

const SIGNATURE_DEF_MAP_URL = 'type.googleapis.com/tensorflow.serving.SignatureDefMap';

/**
 * Writes a `tensorflow.serving.GetModelMetadataResponse` with the field `signature_def`. A dimension of any size is -1 on
 * the wire; one that has a name keeps it beside the -1.
 */
export function encodeGetModelMetadataResponse(metadata: ModelMetadata): Uint8Array {
  const version = bytesField(2, varintField(1, metadata.version));
  const any = joinFields([textField(1, SIGNATURE_DEF_MAP_URL), bytesField(2, encodeSignatureDefMap(metadata.signatures))]);
  return joinFields([
    bytesField(1, joinFields([textField(1, metadata.name), version])),
    entryField(2, 'signature_def', any),
  ]);
}

function encodeSignatureDefMap(signatures: ReadonlyMap<string, Signature>): Uint8Array {
  return joinFields([...signatures].map(([name, signature]) => entryField(1, name, encodeSignatureDef(signature))));
}

function encodeSignatureDef({ inputs, outputs, methodName, defaults }: Signature): Uint8Array {
  return joinFields([
    ...[...inputs].map(([alias, spec]) => entryField(1, alias, encodeTensorInfo(alias, spec))),
    ...[...outputs].map(([alias, spec]) => entryField(2, alias, encodeTensorInfo(alias, spec))),
    textField(3, methodName),
    ...[...defaults].map(([alias, tensor]) => entryField(4, alias, encodeTensor(tensor))),
  ]);
}

function encodeTensorInfo(alias: string, spec: TensorSpec): Uint8Array {
  return joinFields([
    textField(1, spec.graphName ?? alias),
    varintField(2, tensorFlowTypeOf(spec.dtype).number),
    bytesField(3, encodeShape(spec.shape)),
  ]);
}

function encodeShape(shape: readonly Dimension[] | undefined): Uint8Array {
  if (shape === undefined) return varintField(3, 1);
  return joinFields(shape.map((dimension) => bytesField(2, encodeDimension(dimension))));
}

function encodeDimension(dimension: Dimension): Uint8Array {
  if (typeof dimension === 'number') return varintField(1, dimension);
  return joinFields([varintField(1, -1), textField(2, dimension)]);
}
