/** What one would write by hand: fastify, and ONNX Runtime's binding called in the handler, where it holds up the event loop. */
import fastify from 'fastify';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const model = join(import.meta.dirname, '../../fixtures/onnx/mlp/1/model.onnx');
const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const app = fastify();
app.post<{ Body: { instances: number[][] } }>('/v1/models/mlp:predict', async ({ body: { instances } }) => {
  const width = instances[0]?.length ?? 0;
  const features = new Tensor('float32', Float32Array.from(instances.flat()), [instances.length, width]);
  const { probabilities } = await session.run({ features });
  if (probabilities === undefined) throw new Error('no probabilities');
  const [, classes = 0] = probabilities.dims;
  const values = Array.from(probabilities.data as Float32Array);
  return { predictions: instances.map((_, row) => values.slice(row * classes, (row + 1) * classes)) };
});
console.log(`REST  ${await app.listen({ host: '127.0.0.1', port: 0 })}\nReady: ${model}`);
process.once('SIGTERM', () => process.exit(0));
