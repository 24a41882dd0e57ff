import { eachElement } from './elementwise.ts';
import { convolve } from './convolution.ts';
import { trilu } from './gather.ts';
import { addTo, gemm, matmul, requireParameters, transposedProduct } from './matmul.ts';
import { requireBroadcast } from './normalization.ts';
import { gridSample } from './signal.ts';
import { broadcast, requireApart } from '../axes.ts';
import { batchOnFirstAxis } from '../batch-first.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { literal, type Size } from '../size.ts';
import { tensorOf } from '../value.ts';

/** An activation after a bias along the last axis. */
const biased: Rule = (call) => {
  const value = call.data(0);
  call.requireFree(1);
  if (call.has(1)) requireBroadcast(call, value, 1);
  return [value];
};

const fusedMatmul: Rule = (call) => {
  if (call.integer('transBatchA', 0) !== 0 || call.integer('transBatchB', 0) !== 0) throw ends('it turns the axes before the last two');
  return [transposedProduct(call, 0, 1)];
};

/** Adds two tensors and normalises along the last axis. */
const skipNormalization: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  for (let index = 2; index < call.inputCount; index++) call.requireFree(index);
  const sum = broadcast([value, call.data(1)], call.sizes);
  if (sum.shape?.length !== shape.length || (sum.batch === undefined) !== (value.batch === undefined)) throw ends('it adds rows to a tensor of one row');
  requireApart(value, shape.length - 1);
  return [value, ends('its statistics are not followed'), ends('its statistics are not followed'), value];
};

/** Weights in blocks; the left side is multiplied along its last axis. */
const blockedMatmul: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  for (let index = 1; index < call.inputCount; index++) call.requireFree(index);
  requireApart(value, shape.length - 1);
  const columns: Size = literal(call.integer('N', 1));
  return [tensorOf(shape.with(shape.length - 1, columns), value.batch)];
};

const integerToFloat: Rule = (call) => {
  requireParameters(call, 0, 2, 4);
  requireParameters(call, 1, 3, 5);
  const product = matmul(call, call.data(0), call.data(1));
  return [call.has(6) ? addTo(call, product, call.free(6)) : product];
};

const fusedConv: Rule = (call) => {
  if (!call.has(3)) return [convolve(call, 0, 1)];
  const batch = batchOnFirstAxis(call, 0, 3);
  return [tensorOf(call.shape(3), { ...batch, axis: 0 })];
};

const groupNorm: Rule = (call) => {
  batchOnFirstAxis(call, 0);
  return [call.data(0)];
};

const inverse: Rule = (call) => {
  const value = call.data(0);
  if (value.batch !== undefined && value.batch.axis >= call.shape(0).length - 2) throw ends('it inverts a matrix that has the batch in it');
  return [value];
};

export const fused: RuleFamily = {
  title: 'What ONNX Runtime puts together',
  domain: 'com.microsoft',
  holds: 'as for the operators it stands for',
  rules: {
    BiasGelu: biased,
    FastGelu: biased,
    FusedConv: fusedConv,
    FusedGemm: gemm,
    FusedMatMul: fusedMatmul,
    Gelu: eachElement,
    GridSample: gridSample,
    GroupNorm: groupNorm,
    Inverse: inverse,
    MatMulBnb4: blockedMatmul,
    MatMulIntegerToFloat: integerToFloat,
    MatMulNBits: blockedMatmul,
    MurmurHash3: eachElement,
    QuickGelu: eachElement,
    SkipLayerNormalization: skipNormalization,
    SkipSimplifiedLayerNormalization: skipNormalization,
    TransposeMatMul: fusedMatmul,
    Trilu: trilu,
  },
};
