import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type PredictResponse, PredictRequestSchema, PredictResponseSchema } from '@servable/protos/tensorflow-serving';
import type { TensorProtoSchema } from '@servable/protos/tensorflow';

export const PREDICT = '/tensorflow.serving.PredictionService/Predict';

type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

/** A `TensorProto` of floats, as `[length]` when no shape is given. */
export function floats(values: readonly number[], shape: readonly number[] = [values.length]): TensorInit {
  return { dtype: 1, tensorShape: { dim: shape.map((size) => ({ size: BigInt(size) })) }, floatVal: [...values] };
}

/** A `PredictRequest`, written by generated code. */
export function predictBytes(request: MessageInitShape<typeof PredictRequestSchema>): Uint8Array {
  return toBinary(PredictRequestSchema, create(PredictRequestSchema, request));
}

/** For model `m`, with `x` as its one input. */
export function predictM(values: readonly number[], model = 'm'): Uint8Array {
  return predictBytes({ modelSpec: { name: model }, inputs: { x: floats(values) } });
}

/** A `PredictResponse`, read by generated code. */
export function predictResponse(bytes: Uint8Array): PredictResponse {
  return fromBinary(PredictResponseSchema, bytes);
}
