import { batchOnFirstAxis, onFirstAxis, onFirstAxisOfRank, rowsOrOne } from '../batch-first.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';

const MASK_RANK = 4;

/** Input, weights, bias, mask, past, bias of the scores. The past has the batch on its second axis, and so has its output. */
const attention: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 3, ...rowsOrOne(call, 5, MASK_RANK));
  return [onFirstAxisOfRank(call, batch, 3), ends('the past it gives is not followed')];
};

const quantizedAttention: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 5);
  return [onFirstAxisOfRank(call, batch, 3), ends('the past it gives is not followed')];
};

/** Queries, keys, values, bias, mask of the keys, bias of the scores, past keys and values. */
const multiHeadAttention: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 1, 2, 4, ...rowsOrOne(call, 5, MASK_RANK), 6, 7);
  const present = onFirstAxisOfRank(call, batch, 4);
  return [onFirstAxisOfRank(call, batch, 3), present, present];
};

/** Measured with ONNX Runtime 1.30: rows with shorter pasts than others are answered otherwise, or batches refused. */
const groupQueryAttention: Rule = (call) => {
  call.allData();
  throw ends('what it answers depends on the longest past of all rows');
};

const rotaryEmbedding: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, ...rowsOrOne(call, 1, 2));
  return [onFirstAxis(batch, call.shape(0).slice(1))];
};

/** Ids, segments, tables, weights, mask, positions. */
const embedNormalization: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 1, 7, ...rowsOrOne(call, 8, 2));
  const embedded = onFirstAxisOfRank(call, batch, 3);
  return [embedded, onFirstAxis(batch, []), embedded];
};

export const fusedAttention: RuleFamily = {
  title: "ONNX Runtime's attention",
  domain: 'com.microsoft',
  holds: 'the batch is axis 0 of queries, keys, values, masks, lengths and caches; `Attention` with a past is not followed, and `GroupQueryAttention` never',
  rules: {
    Attention: attention,
    EmbedLayerNormalization: embedNormalization,
    GroupQueryAttention: groupQueryAttention,
    MultiHeadAttention: multiHeadAttention,
    QAttention: quantizedAttention,
    RotaryEmbedding: rotaryEmbedding,
  },
};
