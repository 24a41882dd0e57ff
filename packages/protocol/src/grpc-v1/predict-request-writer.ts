import type { NamedTensors } from '@servable/core';
import type { AnsweredModelSpec } from '../model-spec.ts';
import { bytesField, entryField, joinFields, textField, varintField } from './message-bytes.ts';
import { encodeTensor } from './tensor-proto.ts';

/** What a `PredictRequest` is written from. */
export interface WrittenPredictRequest {
  readonly modelSpec: AnsweredModelSpec;
  /** Only read; not held after the call. */
  readonly inputs: NamedTensors;
  /** Aliases; empty means all. */
  readonly outputFilter: readonly string[];
}

/**
 * Writes a `tensorflow.serving.PredictRequest` with `tensor_content`, as log and warm-up files hold it. Not for the request path:
 * tensors are copied more than once. The result shares no memory with the inputs.
 */
export function encodePredictRequest({ modelSpec, inputs, outputFilter }: WrittenPredictRequest): Uint8Array {
  return joinFields([
    bytesField(1, encodeModelSpec(modelSpec)),
    ...[...inputs].map(([alias, tensor]) => entryField(2, alias, encodeTensor(tensor, { asTensorContent: true }))),
    ...outputFilter.map((alias) => bytesField(3, Buffer.from(alias))),
  ]);
}

/** Writes a `tensorflow.serving.ModelSpec` that names a version. */
export function encodeModelSpec({ name, version, signatureName }: AnsweredModelSpec): Uint8Array {
  return joinFields([textField(1, name), bytesField(2, varintField(1, version)), textField(3, signatureName)]);
}
