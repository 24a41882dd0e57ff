import { batchOnFirstAxis, onFirstAxis, onFirstAxisOfRank, rowsOrOne } from '../batch-first.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';

const MASK = 3;
const MASK_RANK = 4;

/** Queries, keys, values, then the mask, the cache of keys and values, and lengths. */
const attention: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 1, 2, ...rowsOrOne(call, MASK, MASK_RANK), 4, 5, 6);
  const rank = call.shape(0).length;
  const cache = onFirstAxisOfRank(call, batch, 4);
  return [onFirstAxisOfRank(call, batch, rank), cache, cache, onFirstAxisOfRank(call, batch, 4)];
};

/** The tables of sines are looked up by `position_ids`, or given for each row. */
const rotaryEmbedding: Rule = (call) => {
  const tables = call.has(MASK) ? [] : [...rowsOrOne(call, 1, 3), ...rowsOrOne(call, 2, 3)];
  const batch = batchOnFirstAxis(call, 0, ...tables, MASK);
  return [onFirstAxis(batch, call.shape(0).slice(1))];
};

const tensorScatter: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 1, 2);
  const shape = call.shape(0);
  const axis = call.integer('axis', -2);
  if (axis === 0 || axis === -shape.length) throw ends('it writes along the batch');
  return [onFirstAxis(batch, shape.slice(1))];
};

export const attentions: RuleFamily = {
  title: 'Attention',
  domain: 'ai.onnx',
  holds: 'the batch is axis 0 of queries, keys, values and caches, and the mask has one row for each or one for all',
  rules: { Attention: attention, RotaryEmbedding: rotaryEmbedding, TensorScatter: tensorScatter },
};
