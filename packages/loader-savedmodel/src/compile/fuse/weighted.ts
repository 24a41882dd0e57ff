import type { NodeToWrite, StoredTensor } from '@servable/onnx-graph';
import type { FusingGraph } from './fusing-graph.ts';
import { type ChannelAxis, perChannel } from './per-channel.ts';

/** A node that multiplies by constant weights, each channel of its result by some of its own. */
export interface Weighted {
  readonly node: NodeToWrite;
  readonly weights: StoredTensor;
  /** The axis of the weights along which the channels lie. */
  readonly weightAxis: number;
  /** Of the result. */
  readonly channel: ChannelAxis;
  /** What is added to each channel; `undefined`: nothing is, or cannot be. */
  readonly bias: readonly number[] | undefined;
  /** Whether a number can be added to each channel. */
  readonly takesBias: boolean;
}

/** The convolution or product of matrices that gives a value, when nothing else uses that, or its weights. */
export function weightedMaker(graph: FusingGraph, name: string | undefined): Weighted | undefined {
  const node = graph.makerOf(name);
  if (node === undefined || name === undefined || node.domain !== '' || !graph.hasOneUser(name)) return undefined;
  const described = describe(graph, node);
  const [, weights = ''] = node.inputs;
  return described !== undefined && graph.hasOneUser(weights) ? described : undefined;
}

function describe(graph: FusingGraph, node: NodeToWrite): Weighted | undefined {
  const [, second, third] = node.inputs;
  const weights = graph.constant(second);
  const rank = graph.shape(node.outputs[0])?.length;
  if (weights?.dtype !== 'FP32' || rank === undefined) return undefined;
  const axes = axesOf(node, rank, weights.shape.length);
  if (axes === undefined) return undefined;
  const channel = { rank, axis: axes.result, channels: weights.shape[axes.weights] ?? 1 };
  const bias = third === undefined || third === '' ? undefined : perChannel(graph.constant(third), biasAxis(node, channel));
  if (third !== undefined && third !== '' && bias === undefined) return undefined;
  return { node, weights, weightAxis: axes.weights, channel, bias, takesBias: axes.takesBias };
}

interface Axes {
  readonly weights: number;
  readonly result: number;
  readonly takesBias: boolean;
}

function axesOf({ operator, attributes }: NodeToWrite, rank: number, weightRank: number): Axes | undefined {
  if (operator === 'Conv') return { weights: 0, result: 1, takesBias: true };
  // Of several groups the weights have the channels of one.
  if (operator === 'ConvTranspose') return (attributes['group'] ?? 1) === 1 ? { weights: 1, result: 1, takesBias: true } : undefined;
  if (operator === 'MatMul') return weightRank === 2 ? { weights: 1, result: rank - 1, takesBias: rank === 2 } : undefined;
  const isPlain = operator === 'Gemm' && Object.keys(attributes).length === 0;
  return isPlain ? { weights: 1, result: 1, takesBias: true } : undefined;
}

/** A convolution has a list; what `Gemm` adds is broadcast. */
function biasAxis({ operator }: NodeToWrite, channel: ChannelAxis): ChannelAxis {
  return operator === 'Gemm' ? channel : { rank: 1, axis: 0, channels: channel.channels };
}
