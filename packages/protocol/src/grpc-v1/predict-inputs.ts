import { DEFAULT_SIGNATURE_NAME, METHOD_NAMES, type NamedTensors, type Signature, type Tensor } from '@servable/core';
import { truncateText } from '../tensorflow-text.ts';
import { grpcV1Error } from './errors.ts';
import type { PredictRequest } from './request.ts';
import { decodeTensor, type DecodeTensorOptions } from './tensor-proto.ts';

/** A signature with the name it has. */
export interface NamedSignature {
  readonly name: string;
  readonly signature: Signature;
}

/** What a servable is run with. */
export interface PredictInputs {
  /** All inputs of the signature, defaults included. */
  readonly inputs: NamedTensors;
  /** Aliases of outputs to compute; empty means all. */
  readonly outputs: readonly string[];
}

/**
 * The signature that a request means; an empty name is `serving_default`.
 *
 * @throws ServingError `SRV_GRPC_V1_SIGNATURE_NOT_FOUND`
 */
export function selectSignature(signatures: ReadonlyMap<string, Signature>, signatureName: string): NamedSignature {
  const name = signatureName === '' ? DEFAULT_SIGNATURE_NAME : signatureName;
  const signature = signatures.get(name);
  if (signature === undefined) throw grpcV1Error('SRV_GRPC_V1_SIGNATURE_NOT_FOUND', [truncateText(name)]);
  return { name, signature };
}

const PREDICT_METHODS: ReadonlySet<string> = new Set(Object.values(METHOD_NAMES));

/**
 * For servers that check method names: Predict takes every kind of signature that TensorFlow Serving knows, and no other.
 *
 * @throws ServingError `SRV_GRPC_V1_METHOD_NAME`
 */
export function checkPredictMethod({ methodName }: Signature): void {
  if (!PREDICT_METHODS.has(methodName)) throw grpcV1Error('SRV_GRPC_V1_METHOD_NAME', [methodName]);
}

/**
 * Checks a request's inputs and outputs against the signature, decodes its tensors and adds the signature's defaults.
 * Dtypes and shapes are not checked: that is the servable's. Tensors may be views of the request's bytes.
 *
 * @throws ServingError, in this order: `SRV_GRPC_V1_INPUT_COUNT`, `SRV_GRPC_V1_INPUT_MISSING`,
 * `SRV_GRPC_V1_INPUT_UNREADABLE` (the reason is its cause), `SRV_GRPC_V1_INPUT_UNKNOWN`, `SRV_GRPC_V1_OUTPUT_NOT_FOUND`,
 * `SRV_GRPC_V1_OUTPUT_REPEATED`
 *
 * Source: TF Serving, `PreProcessPrediction` in `servables/tensorflow/predict_util.cc`.
 */
export function resolvePredictInputs(
  request: PredictRequest,
  signature: Signature,
  options: DecodeTensorOptions = {},
): PredictInputs {
  checkCount(request, signature);
  checkPresence(request, signature);
  const inputs = decodeInputs(request, signature, options);
  checkUnknown(request, signature);
  checkOutputs(request.outputFilter, signature);
  return { inputs, outputs: request.outputFilter };
}

function checkCount(request: PredictRequest, signature: Signature): void {
  const sent = request.inputs.size;
  const wanted = signature.inputs.size;
  if (sent === wanted || (sent < wanted && signature.defaults.size > 0)) return;
  throw grpcV1Error('SRV_GRPC_V1_INPUT_COUNT', [[...request.inputs.keys()], [...signature.inputs.keys()]]);
}

function checkPresence(request: PredictRequest, signature: Signature): void {
  for (const [alias, spec] of signature.inputs) {
    if (request.inputs.has(alias) || signature.defaults.has(alias)) continue;
    const sent = [...request.inputs.keys()];
    throw grpcV1Error('SRV_GRPC_V1_INPUT_MISSING', [alias, spec.graphName ?? alias, sent, [...signature.defaults.keys()]]);
  }
}

function decodeInputs(request: PredictRequest, signature: Signature, options: DecodeTensorOptions): NamedTensors {
  const inputs = new Map<string, Tensor>();
  for (const alias of signature.inputs.keys()) {
    const bytes = request.inputs.get(alias);
    const tensor = bytes === undefined ? signature.defaults.get(alias) : decodeInput(alias, bytes, options);
    if (tensor !== undefined) inputs.set(alias, tensor);
  }
  return inputs;
}

function decodeInput(alias: string, bytes: Uint8Array, options: DecodeTensorOptions): Tensor {
  try {
    return decodeTensor(bytes, options);
  } catch (error) {
    throw grpcV1Error('SRV_GRPC_V1_INPUT_UNREADABLE', [alias], { cause: error });
  }
}

function checkUnknown(request: PredictRequest, signature: Signature): void {
  const sent = [...request.inputs.keys()];
  const used = sent.filter((alias) => signature.inputs.has(alias));
  if (used.length < sent.length) throw grpcV1Error('SRV_GRPC_V1_INPUT_UNKNOWN', [used, sent]);
}

function checkOutputs(filter: readonly string[], signature: Signature): void {
  const seen = new Set<string>();
  for (const alias of filter) {
    if (!signature.outputs.has(alias)) {
      throw grpcV1Error('SRV_GRPC_V1_OUTPUT_NOT_FOUND', [truncateText(alias), [...signature.outputs.keys()]]);
    }
    if (seen.has(alias)) throw grpcV1Error('SRV_GRPC_V1_OUTPUT_REPEATED', [alias]);
    seen.add(alias);
  }
}
