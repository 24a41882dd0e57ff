import { Client, credentials } from '@grpc/grpc-js';
import { create, fromBinary, toBinary } from '@servable/protos';
import { DataType, TensorProtoSchema } from '@servable/protos/tensorflow';
import { PredictRequestSchema, PredictResponseSchema } from '@servable/protos/tensorflow-serving';
import { defer } from '../runner/deferred.ts';
import { checkProbabilities, FEATURES } from './golden.ts';

export const PREDICT_PATH = '/tensorflow.serving.PredictionService/Predict';

/** The request that every server is sent. */
export function predictRequest(): Uint8Array {
  const features = create(TensorProtoSchema, {
    dtype: DataType.DT_FLOAT,
    tensorShape: { dim: [{ size: 1n }, { size: BigInt(FEATURES.length) }] },
    floatVal: [...FEATURES],
  });
  return toBinary(PredictRequestSchema, create(PredictRequestSchema, { modelSpec: { name: 'mlp' }, inputs: { features } }));
}

/** Fails unless these bytes hold the model's answer. */
export function checkResponse(bytes: Uint8Array): void {
  const output = fromBinary(PredictResponseSchema, bytes).outputs['probabilities'];
  const packed = output?.tensorContent ?? new Uint8Array();
  checkProbabilities(packed.length > 0 ? [...new Float32Array(packed.slice().buffer)] : (output?.floatVal ?? []));
}

/** One call by a real client, before the load that only compares bytes. */
export async function callOnce(address: string, request: Uint8Array): Promise<Uint8Array> {
  const client = new Client(address, credentials.createInsecure());
  const { promise, resolve, reject } = defer<Uint8Array>();
  const give = (message: Uint8Array): Buffer => Buffer.from(message);
  client.makeUnaryRequest(PREDICT_PATH, give, (answer: Buffer) => answer, request, (error, answer) => {
    if (error === null && answer !== undefined) resolve(answer);
    else reject(error ?? new Error('no answer'));
  });
  return promise.finally(() => client.close());
}
