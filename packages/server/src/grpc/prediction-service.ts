import { DEFAULT_SIGNATURE_NAME, type GrpcMethod } from '@servable/core';
import {
  decodeGetModelMetadataRequest,
  decodePredictRequest,
  encodeGetModelMetadataResponse,
  encodePredictResponse,
  resolvePredictInputs,
  selectSignature,
  toServableRequest,
} from '@servable/protocol';
import { infer, type InferenceOptions } from '../inference.ts';
import { headersOf, notOffered, type RecordedCall, recordedMethod } from './recorded-method.ts';

const SERVICE = '/tensorflow.serving.PredictionService';

/** `tensorflow.serving.PredictionService`: Predict and GetModelMetadata; the others say that they are not offered. */
export function predictionMethods(options: InferenceOptions): readonly GrpcMethod[] {
  const { hooks } = options.manager;
  return [
    recordedMethod({ path: `${SERVICE}/Predict`, method: 'predict', hooks, answer: (call) => predict(call, options) }),
    recordedMethod({
      path: `${SERVICE}/GetModelMetadata`,
      method: 'metadata',
      hooks,
      answer: (call) => getModelMetadata(call, options),
    }),
    notOffered(`${SERVICE}/Classify`),
    notOffered(`${SERVICE}/Regress`),
    notOffered(`${SERVICE}/MultiInference`),
  ];
}

async function predict({ request, call, record }: RecordedCall, options: InferenceOptions): Promise<Uint8Array> {
  const predictRequest = decodePredictRequest(request);
  const { modelSpec } = predictRequest;
  record.model = modelSpec?.name ?? '';
  const signatureName = modelSpec?.signatureName || DEFAULT_SIGNATURE_NAME;
  const { id, outputs } = await infer(
    {
      target: toServableRequest(modelSpec),
      signatureName,
      clock: call,
      headers: () => headersOf(call),
      resolve(servable) {
        const { signature } = selectSignature(servable.signatures, signatureName);
        return { signature, ...resolvePredictInputs(predictRequest, signature) };
      },
    },
    record,
    options,
  );
  return encodePredictResponse({ modelSpec: { name: id.name, version: id.version, signatureName }, outputs });
}

function getModelMetadata({ request, record }: RecordedCall, { manager }: InferenceOptions): Uint8Array {
  const { modelSpec } = decodeGetModelMetadataRequest(request);
  record.model = modelSpec?.name ?? '';
  const handle = manager.acquire(toServableRequest(modelSpec));
  try {
    record.version = handle.id.version;
    return encodeGetModelMetadataResponse({ ...handle.id, signatures: handle.servable.signatures });
  } finally {
    handle.release();
  }
}
