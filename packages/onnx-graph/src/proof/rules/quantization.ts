import { frontAxis, requireApart } from '../axes.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { isLiteral } from '../size.ts';

/** One scale for the tensor, or one for each place of an axis that is not the batch's. */
export const quantize: Rule = (call) => {
  const value = call.data(0);
  call.requireFree(1, 2);
  if (value.batch === undefined) return [value];
  const scale = call.shape(1);
  if (scale.every((size) => isLiteral(size, 1)) && scale.length <= 1) return [value];
  if (scale.length !== 1) throw ends('it has a scale for each block');
  requireApart(value, frontAxis(call.integer('axis', 1), call.shape(0).length));
  return [value];
};

/** The scale is of the largest and smallest number of the whole batch. */
const dynamic = (call: NodeCall): never => {
  call.allData();
  throw ends('it makes one scale for the whole batch, from the largest and smallest number in it');
};

export const quantization: RuleFamily = {
  title: 'Quantisation',
  domain: 'ai.onnx',
  holds: 'scales are stored with the model, and not one for each row; `DynamicQuantizeLinear` makes one scale for the whole batch and never keeps rows apart',
  rules: { DequantizeLinear: quantize, DynamicQuantizeLinear: dynamic, QuantizeLinear: quantize },
  neverFails: ['DynamicQuantizeLinear'],
};
