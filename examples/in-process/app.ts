import { fileURLToPath } from 'node:url';
import { createManager, createRunContext, createTensor, parseModelName, resolveCall, serveModels } from '@servable/core';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';
import fastify, { type FastifyInstance } from 'fastify';

const MODELS = fileURLToPath(new URL('../quickstart/models', import.meta.url));
const PIXELS = 64;

/** An app of its own that reads digits: the model is loaded, swapped and unloaded in this process, without a model server. */
export async function createApp(): Promise<FastifyInstance> {
  const manager = createManager({ limits: { ramBytes: 2 ** 30 } });
  const models = serveModels({ manager, source: fs(), models: [{ name: 'digits', path: `${MODELS}/digits`, loader: onnx() }] });
  const digits = parseModelName('digits');
  const app = fastify();
  app.addHook('onReady', () => models.ready());
  app.addHook('onClose', () => models.close());

  app.post<{ Body: { pixels: number[] } }>('/digit', { schema: { body: BODY } }, async ({ body, id }) => {
    const handle = manager.acquire({ kind: 'latest', name: digits });
    try {
      const pixels = createTensor('FP32', [1, PIXELS], Float32Array.from(body.pixels));
      const { signatureName, inputs } = resolveCall(handle.servable, { pixels });
      const outputs = await handle.servable.run(signatureName, inputs, createRunContext({ requestId: id }));
      return { digit: Number(outputs.get('label')?.data[0]), version: String(handle.id.version) };
    } finally {
      handle.release();
    }
  });
  return app;
}

const BODY = {
  type: 'object',
  required: ['pixels'],
  properties: { pixels: { type: 'array', minItems: PIXELS, maxItems: PIXELS, items: { type: 'number' } } },
};
