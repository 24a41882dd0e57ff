import type { Dimension, Signature, TensorSpec } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { fields, type ProtoJson, protoJsonText } from './proto-json.ts';
import { tensorProtoJson } from './tensor-proto-json.ts';

/** What a metadata answer says. */
export interface RestMetadata {
  readonly name: string;
  /** The version whose signatures these are. */
  readonly version: bigint;
  readonly signatures: ReadonlyMap<string, Signature>;
}

/**
 * Writes the answer to `GET /v1/models/<name>/metadata`, line breaks as TensorFlow Serving has them: two pieces of protobuf
 * JSON in a frame of text. A dimension of any size is -1; one that has a name keeps it beside the -1.
 *
 * Source: TF Serving, `ToJsonString` in `model_servers/http_rest_api_util.cc`.
 */
export function encodeMetadata({ name, version, signatures }: RestMetadata): Uint8Array {
  const modelSpec = protoJsonText(fields({ name, version: String(version), signature_name: '' }));
  const signatureDefs = protoJsonText(fields({ signature_def: mapOf(signatures, signatureDef) }));
  const text = `{\n"model_spec":${modelSpec},\n"metadata": {"signature_def": ${signatureDefs}}\n}\n`;
  return new TextEncoder().encode(text);
}

function mapOf<Value>(
  entries: ReadonlyMap<string, Value>,
  toJson: (value: Value, key: string) => ProtoJson,
): ReadonlyMap<string, ProtoJson> {
  return new Map(Array.from(entries, ([key, value]) => [key, toJson(value, key)]));
}

function signatureDef({ inputs, outputs, methodName, defaults }: Signature): ProtoJson {
  return fields({
    inputs: mapOf(inputs, tensorInfo),
    outputs: mapOf(outputs, tensorInfo),
    method_name: methodName,
    defaults: mapOf(defaults, (tensor) => tensorProtoJson(tensor)),
  });
}

function tensorInfo({ dtype, shape, graphName }: TensorSpec, alias: string): ProtoJson {
  return fields({
    name: graphName ?? alias,
    dtype: tensorFlowTypeOf(dtype).protoName,
    tensor_shape: tensorShapeJson(shape),
  });
}

/** A `TensorShapeProto`; `undefined` is an unknown rank. */
function tensorShapeJson(shape: readonly Dimension[] | undefined): ProtoJson {
  return fields({ dim: (shape ?? []).map(dimensionJson), unknown_rank: shape === undefined });
}

function dimensionJson(dimension: Dimension): ProtoJson {
  return typeof dimension === 'number'
    ? fields({ size: String(dimension), name: '' })
    : fields({ size: '-1', name: dimension });
}
