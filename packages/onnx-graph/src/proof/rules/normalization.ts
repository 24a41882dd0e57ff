import { broadcast, frontAxis } from '../axes.ts';
import { batchOnFirstAxis } from '../batch-first.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { ONE } from '../size.ts';
import { tensorOf, type TensorValue } from '../value.ts';

const batchNormalization: Rule = (call) => {
  const value = call.data(0);
  call.requireFree(1, 2, 3, 4);
  const isTraining = call.opset >= 14 ? call.integer('training_mode', 0) === 1 : call.hasOutput(1);
  if (isTraining) throw ends('it is in training mode and normalises over the batch');
  if (value.batch?.axis === 1) throw ends('it has weights of its own for each place of axis 1, which is the batch');
  return [value];
};

/** Normalises over all axes from `axis` on. */
export function layerNormalization(call: NodeCall, axis: number, ...weights: readonly number[]): readonly TensorValue[] {
  const value = call.data(0);
  call.requireFree(...weights);
  const shape = call.shape(0);
  const first = frontAxis(axis, shape.length);
  if (value.batch !== undefined && value.batch.axis >= first) throw ends(`it normalises over all axes from ${first} on, and the batch is one of them`);
  for (const index of weights) if (call.has(index)) requireBroadcast(call, value, index);
  const statistics = tensorOf(shape.map((size, at) => (at < first ? size : ONE)), value.batch);
  return [value, statistics, statistics];
}

/** Weights may have no size of their own along the batch, and no rank beyond the input's. */
export function requireBroadcast(call: NodeCall, value: TensorValue, weight: number): void {
  const scaled = broadcast([value, call.data(weight)], call.sizes);
  if (scaled.shape?.length !== value.shape?.length) throw ends(`its input ${weight} has a higher rank than what it normalises`);
}

/** Normalises each channel of each row by itself. */
const instanceNormalization: Rule = (call) => {
  batchOnFirstAxis(call, 0);
  return [call.data(0)];
};

const localResponse: Rule = (call) => {
  const value = call.data(0);
  if (value.batch?.axis === 1) throw ends('it normalises over neighbours on axis 1, which is the batch');
  return [value];
};

const dropout: Rule = (call) => {
  const value = call.data(0);
  call.requireFree(1);
  if (call.opset >= 12 && call.has(2) && call.literals(2)?.[0] !== 0) throw ends('whether it is in training mode is not known to be false', true);
  return [value, value];
};

export const normalizations: RuleFamily = {
  title: 'Normalisations',
  domain: 'ai.onnx',
  holds: 'statistics are of one row, or stored with the model: no training mode, and the batch is not among the axes that are normalised',
  rules: {
    BatchNormalization: batchNormalization,
    Dropout: dropout,
    GroupNormalization: instanceNormalization,
    InstanceNormalization: instanceNormalization,
    LayerNormalization: (call) => layerNormalization(call, call.integer('axis', -1), 1, 2),
    LRN: localResponse,
    RMSNormalization: (call) => layerNormalization(call, call.integer('axis', -1), 1).slice(0, 1),
    SimplifiedLayerNormalization: (call) => layerNormalization(call, call.integer('axis', -1), 1).slice(0, 2),
  },
};
