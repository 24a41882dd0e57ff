import { defineErrors } from '@servable/core';
import { defineServable, model, tensor } from '@servable/functions';

const HEX = /^#[0-9a-f]{6}$/i;
const fault = defineErrors<{ COLOUR_INVALID: [text: string] }>({
  COLOUR_INVALID: { status: 'INVALID_ARGUMENT', message: (text) => `'${text}' is no colour such as #ff6040` },
});

/** `#ff6040` as red, green and blue. */
function vectorOf(text: string): number[] {
  if (!HEX.test(text)) throw fault('COLOUR_INVALID', [text]);
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
}

/** The named colour that is nearest to each, and how far away it is. */
export default defineServable({
  uses: { nearest: model('colours', { signature: 'nearest', inputs: { vectors: 'FP32' }, outputs: { keys: 'BYTES', scores: 'FP32' } }) },
  inputs: { hex: { dtype: 'BYTES', shape: ['n'] } },
  outputs: { colour: { dtype: 'BYTES', shape: ['n'] }, distance: { dtype: 'FP32', shape: ['n'] } },
  async run({ hex }, { models }) {
    const texts = hex.data.map((bytes) => new TextDecoder().decode(bytes));
    const { keys, scores } = await models.nearest({ vectors: tensor('FP32', Float32Array.from(texts.flatMap(vectorOf)), [texts.length, 3]) });
    // Scores are squared distances, one for each since the table's `k` is 1.
    return { colour: tensor('BYTES', keys.data), distance: tensor('FP32', scores.data.map(Math.sqrt)) };
  },
});
