import type { NodeToWrite } from '@servable/onnx-graph';
import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { type ChannelAxis, listOf, perChannel } from '../per-channel.ts';
import { weightedMaker } from '../weighted.ts';
import { withWeights } from './scale-into-weights.ts';

/** `(y - mean) / √(variance + ε) · scale + offset` is a factor and an offset for each channel. */
export const BATCH_NORMALIZATION_INTO_WEIGHTS: Fusion = {
  title: '`BatchNormalization` into the weights and bias of a convolution',
  operators: ['BatchNormalization'],
  fuse: (node, graph) => {
    const weighted = weightedMaker(graph, node.inputs[0]);
    const affine = weighted?.takesBias === true ? affineOf(graph, node, weighted.channel.channels) : undefined;
    if (weighted === undefined || affine === undefined) return undefined;
    const { factors, offsets } = affine;
    return [withWeights(graph, node, weighted, { factors, bias: offsets.map((each, at) => each + (weighted.bias?.[at] ?? 0) * (factors[at] ?? 1)) })];
  },
};

function affineOf(graph: FusingGraph, { inputs, attributes, outputs }: NodeToWrite, channels: number): { readonly factors: readonly number[]; readonly offsets: readonly number[] } | undefined {
  const list: ChannelAxis = { rank: 1, axis: 0, channels };
  const [scale, offset, mean, variance] = inputs.slice(1).map((name) => perChannel(graph.constant(name), list));
  if (scale === undefined || offset === undefined || mean === undefined || variance === undefined || outputs.length > 1) return undefined;
  const given = attributes['epsilon'];
  const epsilon = typeof given === 'object' && 'float' in given ? given.float : 1e-5;
  const factors = scale.map((each, at) => each / Math.sqrt((variance[at] ?? 0) + epsilon));
  return factors.every(Number.isFinite) ? { factors, offsets: offset.map((each, at) => each - (mean[at] ?? 0) * (factors[at] ?? 0)) } : undefined;
}

/**
 * `x · s + t` for each channel of a picture, with nothing before it to take them: a normalization whose mean is 0 and whose variance is 1.
 * ONNX Runtime computes that in one pass, and in the layout of the convolutions around it.
 */
export const SCALE_AND_OFFSET: Fusion = {
  title: 'a factor and an offset for each channel of a picture into `BatchNormalization`',
  operators: ['Add'],
  fuse: (node, graph) => {
    const [left, right] = node.inputs;
    return normalized(graph, node, [left, right]) ?? normalized(graph, node, [right, left]);
  },
};

function normalized(graph: FusingGraph, node: NodeToWrite, [product, offset]: readonly (string | undefined)[]): readonly NodeToWrite[] | undefined {
  const multiplied = graph.madeBy(product, 'Mul');
  const constantAt = multiplied?.inputs.findIndex((name) => graph.constant(name) !== undefined) ?? -1;
  const [x, factor] = constantAt === 0 ? [multiplied?.inputs[1], multiplied?.inputs[0]] : [multiplied?.inputs[0], multiplied?.inputs[1]];
  const facts = x === undefined ? undefined : graph.facts(x);
  const channels = facts?.shape?.[1];
  if (x === undefined || product === undefined || constantAt === -1 || !graph.hasOneUser(product)) return undefined;
  if (facts?.dtype !== 'FP32' || facts.shape?.length !== 4 || typeof channels !== 'number' || channels === 1) return undefined;
  const axis = { rank: 4, axis: 1, channels };
  const [factors, offsets] = [factor, offset].map((name) => perChannel(graph.constant(name), axis));
  const isForAll = [factor, offset].every((name) => graph.number(name) !== undefined);
  if (factors === undefined || offsets === undefined || isForAll) return undefined;
  const [output = ''] = node.outputs;
  const lists = [factors, offsets, factors.map(() => 0), factors.map(() => 1)].map((list) => graph.addConstant(output, listOf(list)));
  return [instead(node, 'BatchNormalization', [x, ...lists], { epsilon: { float: 0 } })];
}
