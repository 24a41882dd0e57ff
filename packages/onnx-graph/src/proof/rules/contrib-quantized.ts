import { concatAlong } from './layout.ts';
import { matmul, requireOneNumber, requireParameters, swapLast } from './matmul.ts';
import { quantize } from './quantization.ts';
import { broadcast, frontAxis } from '../axes.ts';
import { batchOnFirstAxis, onFirstAxisOfRank } from '../batch-first.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';

const SCALED_OUTPUT = [1, 2, 3, 4];

/** One tensor, then its scale and zero point, then those of the output. */
const eachScaled: Rule = (call) => {
  requireOneNumber(call, ...SCALED_OUTPUT);
  return [call.data(0)];
};

const bothScaled: Rule = (call) => {
  requireOneNumber(call, 1, 2, 4, 5, 6, 7);
  return [broadcast([call.data(0), call.data(3)], call.sizes)];
};

const softmax: Rule = (call) => {
  requireOneNumber(call, ...SCALED_OUTPUT);
  const value = call.data(0);
  const rank = call.shape(0).length;
  const axis = frontAxis(call.integer('axis', -1), rank);
  const isFlattened = call.integer('opset', 0) < 13;
  // Measured: on any other axis ONNX Runtime 1.30 answers with numbers of other rows.
  if (value.batch !== undefined && !isFlattened && axis !== rank - 1) throw ends('it works along another axis than the last');
  if (value.batch !== undefined && value.batch.axis >= axis) throw ends('it works along the batch');
  return [value];
};

/** The output's scale and zero point, then each tensor with its own. */
const concat: Rule = (call) => {
  const tensors = Array.from({ length: Math.floor((call.inputCount - 2) / 3) }, (_, at) => 2 + at * 3);
  requireOneNumber(call, 0, 1, ...tensors.flatMap((at) => [at + 1, at + 2]));
  return [concatAlong(call, tensors.map((at) => call.data(at)), call.integer('axis', 1))];
};

/** Channels may be the last axis, so only the rank is known. */
const onFirst: Rule = (call) => [onFirstAxisOfRank(call, batchOnFirstAxis(call, 0), call.shape(0).length)];

const gemm: Rule = (call) => {
  requireParameters(call, 0, 1, 2);
  requireParameters(call, 3, 4, 5);
  requireOneNumber(call, 7, 8);
  call.requireFree(6);
  const left = call.integer('transA', 0) === 0 ? call.data(0) : swapLast(call.data(0));
  const right = call.integer('transB', 0) === 0 ? call.data(3) : swapLast(call.data(3));
  if (right.batch !== undefined) throw ends('it multiplies weights with rows');
  return [matmul(call, left, right)];
};

const dynamic: Rule = (call) => {
  call.allData();
  throw ends('it makes one scale for the whole batch, from the largest and smallest number in it');
};

export const fusedQuantized: RuleFamily = {
  title: 'What ONNX Runtime puts together, quantised',
  domain: 'com.microsoft',
  holds: 'as for the operators it stands for; those that quantise what they are given (`DynamicQuantize…`) never keep rows apart',
  rules: {
    DequantizeLinear: quantize,
    DynamicQuantizeLSTM: dynamic,
    DynamicQuantizeMatMul: dynamic,
    NhwcMaxPool: onFirst,
    QGemm: gemm,
    QLinearAdd: bothScaled,
    QLinearAveragePool: onFirst,
    QLinearConcat: concat,
    QLinearConv: onFirst,
    QLinearGlobalAveragePool: onFirst,
    QLinearLeakyRelu: eachScaled,
    QLinearMul: bothScaled,
    QLinearSigmoid: eachScaled,
    QLinearSoftmax: softmax,
    QuantizeLinear: quantize,
  },
  neverFails: ['DynamicQuantizeMatMul'],
};
