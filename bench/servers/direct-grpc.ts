/** What one would write by hand: `@grpc/grpc-js`, generated code, and ONNX Runtime's binding called in the handler. */
import { create, fromBinary, toBinary } from '@servable/protos';
import { DataType, TensorProtoSchema } from '@servable/protos/tensorflow';
import { PredictRequestSchema, PredictResponseSchema } from '@servable/protos/tensorflow-serving';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { listenGrpc } from './listen-grpc.ts';

const model = join(import.meta.dirname, '../../fixtures/onnx/mlp/1/model.onnx');
const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });

await listenGrpc(async (request) => {
  const { modelSpec, inputs } = fromBinary(PredictRequestSchema, request);
  const input = inputs['features'];
  if (input === undefined || modelSpec === undefined) throw new Error('no features');
  const shape = (input.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const { probabilities } = await session.run({ features: new Tensor('float32', Float32Array.from(input.floatVal), shape) });
  if (probabilities === undefined) throw new Error('no probabilities');
  const output = create(TensorProtoSchema, {
    dtype: DataType.DT_FLOAT,
    tensorShape: { dim: probabilities.dims.map((size) => ({ size: BigInt(size) })) },
    floatVal: [...(probabilities.data as Float32Array)],
  });
  return toBinary(PredictResponseSchema, create(PredictResponseSchema, { modelSpec, outputs: { probabilities: output } }));
});
