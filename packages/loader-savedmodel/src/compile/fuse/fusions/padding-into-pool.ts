import type { NodeToWrite } from '@servable/onnx-graph';
import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { hasElements } from './global-average.ts';

/**
 * What is put around a picture before it is pooled becomes the pool's own padding: the smallest number that there is, and zeros where no
 * number is below zero and each window has one of the picture's; zeros that an average counts.
 */
export const PADDING_INTO_POOL: Fusion = {
  title: '`Pad` into the pool behind it',
  operators: ['MaxPool', 'AveragePool'],
  fuse: (node, graph) => {
    const [padded = ''] = node.inputs;
    const pad = graph.madeBy(padded, 'Pad');
    const around = pad === undefined ? undefined : paddingOf(graph, pad);
    if (pad === undefined || around === undefined || !graph.hasOneUser(padded) || !isUnpadded(node) || node.outputs.length > 1) return undefined;
    const [x = ''] = pad.inputs;
    if (!isWithinWindows(node, around.pads) || !hasElements(graph.shape(x))) return undefined;
    if (node.operator === 'AveragePool') return around.fill === 0 ? [instead(node, 'AveragePool', [x], { ...node.attributes, pads: around.pads, count_include_pad: 1 })] : undefined;
    const isLowest = around.fill === Number.NEGATIVE_INFINITY || (around.fill === 0 && isNeverNegative(graph, x));
    return isLowest ? [instead(node, 'MaxPool', [x], { ...node.attributes, pads: around.pads })] : undefined;
  },
};

interface Around {
  /** Before the axes between, then behind them. */
  readonly pads: readonly number[];
  readonly fill: number;
}

function paddingOf(graph: FusingGraph, { inputs: [x, list, fill], attributes }: NodeToWrite): Around | undefined {
  const pads = graph.numbers(list);
  const rank = graph.shape(x)?.length;
  const number = fill === undefined || fill === '' ? 0 : graph.number(fill);
  if (attributes['mode'] !== 'constant' || pads === undefined || rank === undefined || number === undefined || pads.length !== rank * 2) return undefined;
  const outside = [0, 1, rank, rank + 1].map((at) => pads[at]);
  if (outside.some((each) => each !== 0) || pads.some((each) => each < 0)) return undefined;
  return { pads: [...pads.slice(2, rank), ...pads.slice(rank + 2)], fill: number };
}

function isUnpadded({ attributes: { auto_pad: auto, pads, ceil_mode: rounded = 0 } }: NodeToWrite): boolean {
  return auto === undefined && rounded === 0 && (pads === undefined || (Array.isArray(pads) && pads.every((each) => each === 0)));
}

/** ONNX wants less padding than a window has elements: then no window is made of padding alone. */
function isWithinWindows({ attributes: { kernel_shape: size, dilations } }: NodeToWrite, pads: readonly number[]): boolean {
  return dilations === undefined && Array.isArray(size) && pads.every((each, at) => each < (size[at % size.length] ?? 0));
}

const FROM_ZERO: ReadonlySet<string> = new Set(['Relu', 'Sigmoid', 'Abs']);
const KEEPS_SIGN: ReadonlySet<string> = new Set(['MaxPool', 'AveragePool']);

function isNeverNegative(graph: FusingGraph, name: string): boolean {
  const maker = graph.makerOf(name);
  if (maker === undefined || maker.domain !== '') return false;
  if (KEEPS_SIGN.has(maker.operator)) return isNeverNegative(graph, maker.inputs[0] ?? '');
  return FROM_ZERO.has(maker.operator) || (maker.operator === 'Clip' && (graph.number(maker.inputs[1]) ?? -1) >= 0);
}
