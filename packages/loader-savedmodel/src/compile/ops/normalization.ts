import { binary, cast, chain, like, unary } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { reduce } from '../build/reducing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { Emitter, OpCall, OpFamily } from '../op-call.ts';
import { asChannelsFirst, fromChannelsFirst, layoutOf } from './windows.ts';
import { reshapeTo } from '../build/reshape.ts';
import { sizeList } from '../build/shape-lists.ts';

/** Batch normalization, with the statistics that were learnt, or with those of the batch. */
const fusedBatchNorm: Emitter = (call) => {
  const { b, attributes } = call;
  const [x, scale, offset] = [call.input(0), call.input(1), call.input(2)];
  const layout = layoutOf(call, rankOf(x));
  const input = cast(b, asChannelsFirst(b, x, layout), 'FP32');
  const epsilon = attributes.float('epsilon', 1e-4);
  if (attributes.flag('is_training', true)) {
    const axes = [0, ...Array.from({ length: layout.rank - 2 }, (_, at) => at + 2)];
    const mean = reduce(b, 'ReduceMean', input, { axes, keepsAxes: true });
    const away = binary(b, 'Sub', [input, mean]);
    const variance = reduce(b, 'ReduceMean', binary(b, 'Mul', [away, away]), { axes, keepsAxes: true });
    const channels = shapeOf(scale)[0] ?? 1;
    const column = (value: Value): Value => reshapeTo(b, value, [1, channels, ...axes.slice(1).map(() => 1)]);
    const deviation = unary(b, 'Sqrt', binary(b, 'Add', [variance, like(b, variance, epsilon)]));
    const made = binary(b, 'Add', [binary(b, 'Mul', [binary(b, 'Div', [away, deviation]), column(scale)]), column(offset)]);
    const list = (value: Value): Value => reshapeTo(b, value, [channels]);
    const given = [mean, unbiased(b, input, { variance, axes })].map((value, at) => averaged(call, list(value), call.input(3 + at)));
    return [fromChannelsFirst(b, cast(b, made, x.dtype), layout), ...given, list(mean), list(variance), list(variance)];
  }
  const [mean, variance] = [call.input(3), call.input(4)];
  const parts = [input, scale, offset, mean, variance].map((value) => inPlace(b, value));
  const made = b.one('BatchNormalization', parts, { dtype: 'FP32', shape: input.shape }, { epsilon: { float: epsilon } });
  return [fromChannelsFirst(b, cast(b, made, x.dtype), layout), mean, variance, mean, variance, variance];
};

/** The variance as it is learnt: as if there were one picture element less. */
function unbiased(b: GraphBuilder, input: Value, { variance, axes }: { readonly variance: Value; readonly axes: readonly number[] }): Value {
  const count = cast(b, chain(b, 'Mul', axes.map((axis) => sizeList(b, input, axis))), 'FP32');
  const one = like(b, count, 1);
  return binary(b, 'Mul', [variance, binary(b, 'Div', [count, binary(b, 'Max', [binary(b, 'Sub', [count, one]), one])])]);
}

/** With what was learnt before, in shares. */
function averaged({ b, attributes }: OpCall, fresh: Value, old: Value): Value {
  const share = attributes.float('exponential_avg_factor', 1);
  if (share === 1) return fresh;
  return binary(b, 'Add', [binary(b, 'Mul', [old, like(b, old, 1 - share)]), binary(b, 'Mul', [fresh, like(b, fresh, share)])]);
}

/** Each number by those of the channels beside it. */
const localResponse: Emitter = (call) => {
  const { b, attributes } = call;
  const x = call.input(0);
  const layout = { rank: 4, isChannelsLast: true };
  const input = cast(b, asChannelsFirst(b, x, layout), 'FP32');
  const size = attributes.integer('depth_radius', 5) * 2 + 1;
  const made = b.one('LRN', [input], { dtype: 'FP32', shape: input.shape }, {
    size,
    bias: { float: attributes.float('bias', 1) },
    // ONNX divides by the number of channels that it sums over.
    alpha: { float: attributes.float('alpha', 1) * size },
    beta: { float: attributes.float('beta', 0.5) },
  });
  return fromChannelsFirst(b, cast(b, made, x.dtype), layout);
};

/** Normalization. */
export const NORMALIZATION: OpFamily = {
  title: 'Normalization',
  ops: {
    FusedBatchNorm: fusedBatchNorm,
    FusedBatchNormV2: fusedBatchNorm,
    FusedBatchNormV3: fusedBatchNorm,
    LRN: localResponse,
  },
};
