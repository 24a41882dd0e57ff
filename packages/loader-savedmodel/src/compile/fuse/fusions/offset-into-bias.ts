import type { NodeToWrite } from '@servable/onnx-graph';
import type { Fusion } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { listOf, perChannel } from '../per-channel.ts';
import { weightedMaker } from '../weighted.ts';

/** `(x · W + b) + t = x · W + (b + t)`, with a constant for each channel. */
export const OFFSET_INTO_BIAS: Fusion = {
  title: 'what is added to each channel into the bias of a convolution, or of `Gemm`',
  operators: ['Add', 'Sub'],
  fuse: (node, graph) => {
    const [left, right] = node.inputs;
    if (node.operator === 'Sub') return shiftedBy(graph, node, [left, right], -1);
    return shiftedBy(graph, node, [left, right], 1) ?? shiftedBy(graph, node, [right, left], 1);
  },
};

function shiftedBy(graph: FusingGraph, node: NodeToWrite, [product, offset]: readonly (string | undefined)[], sign: 1 | -1): readonly NodeToWrite[] | undefined {
  const weighted = weightedMaker(graph, product);
  const offsets = weighted?.takesBias === true ? perChannel(graph.constant(offset), weighted.channel) : undefined;
  if (weighted === undefined || offsets === undefined) return undefined;
  const bias = offsets.map((each, at) => sign * each + (weighted.bias?.[at] ?? 0));
  const [output = ''] = node.outputs;
  const [x = '', weights = ''] = weighted.node.inputs;
  const operator = weighted.node.operator === 'MatMul' ? 'Gemm' : weighted.node.operator;
  return [{ ...weighted.node, operator, name: node.name, inputs: [x, weights, graph.addConstant(output, listOf(bias))], outputs: node.outputs }];
}
