import { elementCount } from '@servable/core';
import { storedTensor } from '../../ir/constant-data.ts';
import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { findPattern, made, type Pattern, value } from '../match.ts';
import { isSameShape } from './same-shape.ts';

const rows = made('Reshape', [value('x'), value('target')], 'laid out');
const mean = made('ReduceMean', [rows, value('axes')], 'mean');
const away = made('Sub', [rows, mean]);
const variance = made('ReduceMean', [made('Mul', [away, away]), value('axes')], 'variance');
const quotient = made('Div', [away, made('Sqrt', [made('Add', [variance, value('epsilon')])])]);
const column = (name: string): Pattern => made('Reshape', [value(name), value(`${name} target`)]);
const PATTERNS: readonly Pattern[] = [
  made('Reshape', [made('Add', [made('Mul', [quotient, column('ones')]), column('zeros')]), value('back')]),
  made('Reshape', [made('Add', [made('Mul', [quotient, value('ones')]), value('zeros')]), value('back')]),
];

/**
 * Keras 2 has batch normalization normalize layers: each row stands for a channel of a picture that has one image, with 1 as every factor and 0 as
 * every offset.
 */
export const ROWS_NORMALIZATION: Fusion = {
  title: 'batch normalization that takes each row for a channel into `LayerNormalization`',
  operators: ['Reshape'],
  fuse: (node, graph) => {
    const found = findPattern(graph, node, PATTERNS);
    if (found === undefined) return undefined;
    const [x = '', epsilon] = [found.values.get('x'), graph.number(found.values.get('epsilon'))];
    const laidOut = found.named.get('laid out');
    const [shape, picture] = [graph.shape(x), graph.shape(laidOut?.outputs[0])];
    const [depth, axes] = [shape?.at(-1), graph.numbers(found.values.get('axes'))];
    const isRows = picture?.length === 4 && picture[0] === 1 && picture[2] === depth && picture[3] === 1 && axes?.join() === '0,2,3';
    const isBack = isSameShape(shape, graph.shape(node.outputs[0]));
    const isKept = [found.named.get('mean'), found.named.get('variance')].every((each) => each?.attributes['keepdims'] === 1);
    if (graph.facts(x)?.dtype !== 'FP32' || epsilon === undefined || typeof depth !== 'number' || !isRows || !isBack || !isKept) return undefined;
    if (!isFilledWith(graph, found.values.get('ones'), 1) || !isFilledWith(graph, found.values.get('zeros'), 0)) return undefined;
    const ones = graph.addConstant(node.outputs[0] ?? '', storedTensor('FP32', [depth], new Float32Array(elementCount([depth])).fill(1)));
    return [instead(node, 'LayerNormalization', [x, ones], { axis: -1, epsilon: { float: epsilon } })];
  },
};

/** Whether every element is one number. */
function isFilledWith(graph: FusingGraph, name: string | undefined, number: number): boolean {
  const expanded = graph.madeBy(name, 'Expand') ?? graph.madeBy(name, 'Reshape');
  if (expanded !== undefined) return isFilledWith(graph, expanded.inputs[0], number);
  return graph.numbers(name)?.every((each) => each === number) === true;
}
