import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type ExampleSchema, FeatureSchema } from '@servable/protos/tensorflow';
import {
  ClassificationRequestSchema,
  type ClassificationResponse,
  ClassificationResponseSchema,
  ExampleListSchema,
  ExampleListWithContextSchema,
  type InputSchema,
  MultiInferenceRequestSchema,
  type MultiInferenceResponse,
  MultiInferenceResponseSchema,
  RegressionRequestSchema,
  type RegressionResponse,
  RegressionResponseSchema,
} from '@servable/protos/tensorflow-serving';

const SERVICE = '/tensorflow.serving.PredictionService';
export const CLASSIFY: string = `${SERVICE}/Classify`;
export const REGRESS: string = `${SERVICE}/Regress`;
export const MULTI_INFERENCE: string = `${SERVICE}/MultiInference`;

type ExampleInit = MessageInitShape<typeof ExampleSchema>;
type InputInit = MessageInitShape<typeof InputSchema>;

/** A `tensorflow.Example` with a list of floats for each name. */
export function floatExample(features: Readonly<Record<string, readonly number[]>>): ExampleInit {
  const lists = Object.entries(features).map(([name, value]) => [name, create(FeatureSchema, { kind: { case: 'floatList', value: { value: [...value] } } })] as const);
  return { features: { feature: Object.fromEntries(lists) } };
}

/** An `Input` with an example for each argument. */
export function inputOf(...examples: readonly ExampleInit[]): InputInit {
  return { kind: { case: 'exampleList', value: create(ExampleListSchema, { examples: [...examples] }) } };
}

/** An `Input` with a context. */
export function contextInputOf(context: ExampleInit, ...examples: readonly ExampleInit[]): InputInit {
  return { kind: { case: 'exampleListWithContext', value: create(ExampleListWithContextSchema, { context, examples: [...examples] }) } };
}

export function classificationBytes(request: MessageInitShape<typeof ClassificationRequestSchema>): Uint8Array {
  return toBinary(ClassificationRequestSchema, create(ClassificationRequestSchema, request));
}

export function regressionBytes(request: MessageInitShape<typeof RegressionRequestSchema>): Uint8Array {
  return toBinary(RegressionRequestSchema, create(RegressionRequestSchema, request));
}

export function multiInferenceBytes(request: MessageInitShape<typeof MultiInferenceRequestSchema>): Uint8Array {
  return toBinary(MultiInferenceRequestSchema, create(MultiInferenceRequestSchema, request));
}

export function classificationResponse(bytes: Uint8Array): ClassificationResponse {
  return fromBinary(ClassificationResponseSchema, bytes);
}

export function regressionResponse(bytes: Uint8Array): RegressionResponse {
  return fromBinary(RegressionResponseSchema, bytes);
}

export function multiInferenceResponse(bytes: Uint8Array): MultiInferenceResponse {
  return fromBinary(MultiInferenceResponseSchema, bytes);
}
