import { defineSignatures, model, part, tensor } from '@servable/functions';

const LEVELS = 16;
const image = { dtype: 'UINT8', shape: ['images', 8, 8] } as const;

/** Reads the digit on each image of 8 × 8 bytes, 0 (white) to 255 (black). */
export default defineSignatures({
  uses: {
    // Belongs to this version: it is loaded, swapped and unloaded with it.
    classifier: part('./classifier', { platform: 'onnx', inputs: { pixels: 'FP32' }, outputs: { label: 'INT64', probabilities: 'FP32' } }),
    // Another model of this server: it may get new versions at any time.
    names: model('names', { label: 'english', inputs: { digit: 'INT64' }, outputs: { name: 'BYTES' } }),
  },
  signatures: (signature) => ({
    serving_default: signature({
      inputs: { image },
      outputs: { name: 'BYTES', probability: 'FP32' },
      async run({ image: images }, { models }) {
        const { label, probabilities } = await models.classifier({ pixels: pixelsOf(images.data) });
        const { name } = await models.names({ digit: label });
        const best = Float32Array.from(label.data, (digit, row) => probabilities.data[row * 10 + Number(digit)] ?? 0);
        return { name, probability: tensor('FP32', best) };
      },
    }),
    one_by_one: signature({
      inputs: { image },
      outputs: { name: 'BYTES' },
      async *stream({ image: images }, { models }) {
        for (let at = 0; at < images.data.length; at += 64) {
          const { label } = await models.classifier({ pixels: pixelsOf(images.data.subarray(at, at + 64)) });
          yield await models.names({ digit: label });
        }
      },
    }),
  }),
});

/** The classifier was trained on 17 levels of grey. */
function pixelsOf(bytes: Uint8Array) {
  const levels = Float32Array.from(bytes, (byte) => Math.round((byte / 255) * LEVELS));
  return tensor('FP32', levels, [bytes.length / 64, 64]);
}
