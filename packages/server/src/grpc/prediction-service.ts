import { DEFAULT_SIGNATURE_NAME, type GrpcMethod } from '@servable/core';
import {
  checkPredictMethod,
  decodeClassificationRequest,
  decodeGetModelMetadataRequest,
  decodeMultiInferenceRequest,
  decodePredictRequest,
  decodeRegressionRequest,
  encodeExampleResponse,
  encodeGetModelMetadataResponse,
  encodeMultiInferenceResponse,
  encodePredictResponse,
  type ExampleRequest,
  type ExampleTask,
  resolvePredictInputs,
  selectSignature,
  toServableRequest,
} from '@servable/protocol';
import { type ExampleInferenceOptions, inferTask, inferTasks } from '../example-inference.ts';
import { infer, type InferenceOptions } from '../inference.ts';
import { headersOf, type RecordedCall, recordedMethod } from './recorded-method.ts';

const SERVICE = '/tensorflow.serving.PredictionService';

export interface PredictionOptions extends ExampleInferenceOptions {
  /** Whether tensors of answers are `tensor_content`. */
  readonly asTensorContent: boolean;
}

/** `tensorflow.serving.PredictionService`, all of it. */
export function predictionMethods(options: PredictionOptions): readonly GrpcMethod[] {
  const { hooks } = options.manager;
  const methodOf = (name: string, method: string, answer: (call: RecordedCall) => Uint8Array | Promise<Uint8Array>): GrpcMethod =>
    recordedMethod({ path: `${SERVICE}/${name}`, method, hooks, answer });
  return [
    methodOf('Predict', 'predict', (call) => predict(call, options)),
    methodOf('Classify', 'classify', (call) => answerTask('classify', decodeClassificationRequest(call.request), { call, options })),
    methodOf('Regress', 'regress', (call) => answerTask('regress', decodeRegressionRequest(call.request), { call, options })),
    methodOf('MultiInference', 'multi-inference', (call) => multiInference(call, options)),
    methodOf('GetModelMetadata', 'metadata', (call) => getModelMetadata(call, options)),
  ];
}

async function predict({ request, call, record }: RecordedCall, options: PredictionOptions): Promise<Uint8Array> {
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
        if (options.checkMethodName === true) checkPredictMethod(signature);
        return { signature, ...resolvePredictInputs(predictRequest, signature) };
      },
    },
    record,
    options,
  );
  return encodePredictResponse({ modelSpec: { name: id.name, version: id.version, signatureName }, outputs, asTensorContent: options.asTensorContent });
}

interface AnsweredCall {
  readonly call: RecordedCall;
  readonly options: ExampleInferenceOptions;
}

async function answerTask(task: ExampleTask, { modelSpec, input }: ExampleRequest, { call: { call, record }, options }: AnsweredCall): Promise<Uint8Array> {
  record.model = modelSpec?.name ?? '';
  const target = toServableRequest(modelSpec);
  const signatureName = modelSpec?.signatureName ?? '';
  return encodeExampleResponse(await inferTask({ task, target, signatureName, input, clock: call, headers: () => headersOf(call) }, record, options));
}

async function multiInference({ request, call, record }: RecordedCall, options: ExampleInferenceOptions): Promise<Uint8Array> {
  const { tasks, input } = decodeMultiInferenceRequest(request);
  const [first] = tasks;
  record.model = first?.modelName ?? '';
  // The first task's says which version; without one there is no name either.
  const target = toServableRequest(first?.modelSpec ?? { name: '', signatureName: '' });
  return encodeMultiInferenceResponse(await inferTasks({ tasks, target, input, clock: call, headers: () => headersOf(call) }, record, options));
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
