import type { NamedTensors } from '@servable/core';
import type { ExampleList } from '../examples/example-list.ts';
import type { AnsweredModelSpec } from '../model-spec.ts';
import { bytesField, entryField, joinFields, textField, varintField } from './message-bytes.ts';
import { encodeTensor, type EncodeTensorOptions } from './tensor-proto.ts';

/** What a `PredictRequest` is written from. */
export interface WrittenPredictRequest extends EncodeTensorOptions {
  readonly modelSpec: WrittenModelSpec;
  /** Only read; not held after the call. */
  readonly inputs: NamedTensors;
  /** Aliases; empty means all. */
  readonly outputFilter: readonly string[];
}

/**
 * Writes a `tensorflow.serving.PredictRequest` for log and warm-up files. Not for the request path: tensors are copied more than
 * once. The result shares no memory with the inputs.
 */
export function encodePredictRequest({ modelSpec, inputs, outputFilter, ...options }: WrittenPredictRequest): Uint8Array {
  return joinFields([
    bytesField(1, encodeModelSpec(modelSpec)),
    ...[...inputs].map(([alias, tensor]) => entryField(2, alias, encodeTensor(tensor, options))),
    ...outputFilter.map((alias) => bytesField(3, Buffer.from(alias))),
  ]);
}

/** Writes a `ClassificationRequest` or `RegressionRequest`; both have the same fields. */
export function encodeExampleRequest(modelSpec: WrittenModelSpec, { examples, context }: ExampleList): Uint8Array {
  const list = examples.map((example) => bytesField(1, example));
  const input = context === undefined ? bytesField(1, joinFields(list)) : bytesField(2, joinFields([...list, bytesField(2, context)]));
  return joinFields([bytesField(1, encodeModelSpec(modelSpec)), bytesField(2, input)]);
}

/** What a `ModelSpec` is written from. */
export type WrittenModelSpec = Omit<AnsweredModelSpec, 'version'> & { readonly version?: bigint | undefined };

/** Writes a `tensorflow.serving.ModelSpec`, with a version where there is one. */
export function encodeModelSpec({ name, version, signatureName }: WrittenModelSpec): Uint8Array {
  const versionField = version === undefined ? [] : [bytesField(2, varintField(1, version))];
  return joinFields([textField(1, name), ...versionField, textField(3, signatureName)]);
}
