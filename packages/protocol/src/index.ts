export { dtypeOfNumber, tensorFlowTypeOf, type TensorFlowType } from './data-type.ts';
export type { ExampleErrorArguments } from './examples/errors.ts';
export type { ExampleList } from './examples/example-list.ts';
export { type InferenceTask, type PlannedTask, planTasks } from './examples/multi-inference.ts';
export { type Classification, type ExampleResult, exampleResult, type Regression } from './examples/result.ts';
export { exampleInputs, exampleInputsInSlices, type ExampleOptions, type ExampleTask, selectTaskSignature, taskOutputs } from './examples/task.ts';
export { type GrpcStatus, grpcStatusOf, type GrpcStatusOptions } from './grpc-v1/error.ts';
export type { GrpcV1ErrorArguments } from './grpc-v1/errors.ts';
export {
  decodeClassificationRequest,
  decodeMultiInferenceRequest,
  decodeRegressionRequest,
  type ExampleRequest,
  type MultiInferenceRequest,
} from './grpc-v1/example-request.ts';
export { encodeExampleResponse, encodeMultiInferenceResponse, type InferenceAnswer } from './grpc-v1/example-response.ts';
export { encodeGetModelMetadataResponse, type ModelMetadata } from './grpc-v1/metadata-response.ts';
export { checkPredictMethod, type NamedSignature, type PredictInputs, resolvePredictInputs, selectSignature } from './grpc-v1/predict-inputs.ts';
export { encodeExampleRequest, encodeModelSpec, encodePredictRequest, type WrittenModelSpec, type WrittenPredictRequest } from './grpc-v1/predict-request-writer.ts';
export {
  decodePredictionLog,
  encodePredictionLog,
  type PredictionLog,
  type PredictionLogKind,
  type PredictionLogParts,
} from './grpc-v1/prediction-log.ts';
export {
  decodeGetModelMetadataRequest,
  decodeGetModelStatusRequest,
  decodePredictRequest,
  type GetModelMetadataRequest,
  type GetModelStatusRequest,
  type PredictRequest,
} from './grpc-v1/request.ts';
export { encodePredictResponse, type PredictResponse } from './grpc-v1/response.ts';
export { encodeGetModelStatusResponse } from './grpc-v1/status-response.ts';
export { decodeTensor, type DecodeTensorOptions, encodeTensor, type EncodeTensorOptions } from './grpc-v1/tensor-proto.ts';
export { type AnsweredModelSpec, type ModelSpec, presentModelSpec, toServableRequest } from './model-spec.ts';
export { type ApiState, apiStateOf, selectModelStates, type VersionStatus, versionStatusOf } from './model-status.ts';
export {
  BINARY_HEADER,
  type BinaryBody,
  type BinaryInputs,
  parseBinaryBody,
  resolveBinaryBody,
} from './rest-v1/binary-request.ts';
export { type BinaryAnswer, encodeBinaryAnswer } from './rest-v1/binary-response.ts';
export type { Compat, RestOptions } from './rest-v1/compat.ts';
export { type RestError, restErrorOf } from './rest-v1/error.ts';
export type { RestErrorArguments } from './rest-v1/errors.ts';
export { type ExampleBody, parseExampleBody, parseExampleBodyInSlices } from './rest-v1/example-request.ts';
export { encodeExampleResult, encodeExampleResultInSlices } from './rest-v1/example-response.ts';
export type { JsonBody, ReadOptions } from './rest-v1/json-body.ts';
export { encodeMetadata, type RestMetadata } from './rest-v1/metadata.ts';
export { encodeModelList, encodeStatus, type ListedModel } from './rest-v1/model-status.ts';
export {
  parsePredictBody,
  parsePredictBodyInSlices,
  type PredictBody,
  type PredictStyle,
  resolvePredictBody,
  resolvePredictBodyInSlices,
  type RestInputs,
} from './rest-v1/request.ts';
export { encodePredict, encodePredictInSlices } from './rest-v1/response.ts';
export { type Route, routeOf } from './rest-v1/route.ts';
export { selectRestSignature } from './rest-v1/signature.ts';
export type { SliceOptions } from './slices.ts';
export { STATUS_NUMBERS, type StatusNumbers } from './status.ts';
export { tensorflowTextOf } from './tensorflow-text.ts';
