import { defineServable, model, part, tensor, textsOf } from '@servable/functions';
import { Tokenizer } from '@huggingface/tokenizers';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Texts that the encoder has learnt from were cut to this many tokens, [CLS] and [SEP] included. */
const MAX_TOKENS = 256;
/** Tokenizing runs on the event loop: this much takes well under a millisecond. */
const MAX_CHARACTERS = 2000;
const PAD = 0n;

/** Finds the texts that say most nearly what is asked, best first. */
export default defineServable({
  uses: {
    // Belongs to this version: vectors of two encoders cannot be compared.
    encoder: part('./encoder', { platform: 'onnx', inputs: { input_ids: 'INT64', attention_mask: 'INT64' }, outputs: { embedding: 'FP32' } }),
    // One table, asked twice: which rows are near, and what they say.
    nearest: model('texts', { signature: 'nearest', inputs: { vectors: 'FP32' }, outputs: { keys: 'INT64', scores: 'FP32' } }),
    texts: model('texts', { signature: 'lookup', inputs: { keys: 'INT64' }, outputs: { text: 'BYTES' } }),
  },
  inputs: { question: { dtype: 'BYTES', shape: ['questions'] } },
  outputs: { text: { dtype: 'BYTES', shape: ['questions', -1] }, score: { dtype: 'FP32', shape: ['questions', -1] } },
  batching: 'rows',
  async load({ directory }) {
    return new Tokenizer(JSON.parse(await readFile(join(directory, 'tokenizer.json'), 'utf8')) as object, {});
  },
  async run({ question }, { models, state: tokenizer }) {
    const ids = textsOf(question).map((text) => tokenIds(tokenizer, text));
    const { embedding } = await models.encoder(padded(ids));
    const { keys, scores } = await models.nearest({ vectors: embedding });
    const { text } = await models.texts({ keys: tensor('INT64', keys.data) });
    return { text: { ...text, shape: keys.shape }, score: scores };
  },
});

/** The last token, which is [SEP], stays. */
function tokenIds(tokenizer: Tokenizer, text: string): number[] {
  const { ids } = tokenizer.encode(text.slice(0, MAX_CHARACTERS));
  return ids.length <= MAX_TOKENS ? ids : [...ids.slice(0, MAX_TOKENS - 1), ...ids.slice(-1)];
}

/** Token ids as rows of one length, and which of them are tokens. */
function padded(rows: readonly (readonly number[])[]) {
  const length = Math.max(1, ...rows.map((ids) => ids.length));
  const shape = [rows.length, length];
  const ids = new BigInt64Array(rows.length * length).fill(PAD);
  const mask = new BigInt64Array(rows.length * length);
  for (const [row, each] of rows.entries()) {
    ids.set(each.map(BigInt), row * length);
    mask.fill(1n, row * length, row * length + each.length);
  }
  return { input_ids: tensor('INT64', ids, shape), attention_mask: tensor('INT64', mask, shape) };
}
