import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import type { Shape } from '../../ir/dimension.ts';

/** The mean of each channel of a picture, which ONNX Runtime knows in the layout of convolutions. */
export const GLOBAL_AVERAGE: Fusion = {
  title: 'the mean over a picture into `GlobalAveragePool`',
  operators: ['ReduceMean'],
  fuse: (node, graph) => {
    const [x = '', axes] = node.inputs;
    const facts = graph.facts(x);
    if (facts?.dtype !== 'FP32' || facts.shape?.length !== 4 || graph.numbers(axes)?.join() !== '2,3' || !isPicture(graph, x)) return undefined;
    if (!hasElements(facts.shape)) return undefined;
    if (node.attributes['keepdims'] === 1) return [instead(node, 'GlobalAveragePool', [x])];
    const [batch = 1, channels = 1] = facts.shape;
    const [output = ''] = node.outputs;
    const mean = graph.addValue(output, { dtype: 'FP32', shape: [batch, channels, 1, 1] });
    return [{ ...instead(node, 'GlobalAveragePool', [x]), name: mean, outputs: [mean] }, instead(node, 'Squeeze', [mean, axes ?? ''])];
  },
};

/** Whether pictures are known not to be empty: pools refuse those that are. */
export function hasElements(shape: Shape | undefined): boolean {
  return shape?.slice(2).every((size) => typeof size === 'number' && size > 0) === true;
}

/** What each element alone decides, and pools. */
const PASSING: ReadonlySet<string> = new Set(['Add', 'BatchNormalization', 'Clip', 'Concat', 'MaxPool', 'AveragePool', 'Mul', 'Relu', 'Sigmoid', 'Gelu', 'HardSigmoid', 'Elu', 'LeakyRelu', 'Tanh']);

/** Whether it comes from a convolution, so that it lies as ONNX Runtime's convolutions have it. */
function isPicture(graph: FusingGraph, name: string, steps = 8): boolean {
  const maker = graph.makerOf(name);
  if (maker === undefined || steps === 0) return false;
  if (maker.operator === 'Conv') return true;
  return PASSING.has(maker.operator) && maker.inputs.some((input) => isPicture(graph, input, steps - 1));
}
