import type { NodeToWrite } from '@servable/onnx-graph';
import type { Fusion } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { listOf, perChannel, scaled } from '../per-channel.ts';
import { type Weighted, weightedMaker } from '../weighted.ts';

/** `(x · W + b) · s = x · (W · s) + b · s`, with a constant factor for each channel. */
export const SCALE_INTO_WEIGHTS: Fusion = {
  title: 'a factor for each channel into the weights of a convolution or product of matrices',
  operators: ['Mul'],
  fuse: (node, graph) => {
    const [left, right] = node.inputs;
    return scaledBy(graph, node, [left, right]) ?? scaledBy(graph, node, [right, left]);
  },
};

function scaledBy(graph: FusingGraph, node: NodeToWrite, [product, factor]: readonly (string | undefined)[]): readonly NodeToWrite[] | undefined {
  const weighted = weightedMaker(graph, product);
  const factors = weighted === undefined ? undefined : perChannel(graph.constant(factor), weighted.channel);
  return weighted === undefined || factors === undefined ? undefined : [withWeights(graph, node, weighted, { factors, bias: weighted.bias?.map((each, at) => each * (factors[at] ?? 1)) })];
}

/** The same product, with other weights, in place of a node behind it. */
export function withWeights(graph: FusingGraph, node: NodeToWrite, { node: product, weights, weightAxis }: Weighted, { factors, bias }: { readonly factors: readonly number[]; readonly bias: readonly number[] | undefined }): NodeToWrite {
  const [output = ''] = node.outputs;
  const [x = ''] = product.inputs;
  const inputs = [x, graph.addConstant(output, scaled(weights, weightAxis, factors)), ...(bias === undefined ? [] : [graph.addConstant(output, listOf(bias))])];
  const operator = product.operator === 'MatMul' && bias !== undefined ? 'Gemm' : product.operator;
  return { ...product, operator, name: node.name, inputs, outputs: node.outputs };
}
