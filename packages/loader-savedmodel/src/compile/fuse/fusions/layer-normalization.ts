import { elementCount } from '@servable/core';
import type { NodeToWrite, StoredTensor } from '@servable/onnx-graph';
import { numbersOf, storedTensor } from '../../ir/constant-data.ts';
import { isFixed } from '../../ir/dimension.ts';
import { type Fusion, instead } from '../fusion.ts';
import type { FusingGraph } from '../fusing-graph.ts';
import { findPattern, made, type Match, type Pattern, value } from '../match.ts';
import { isSameShape } from './same-shape.ts';

const x = value('x');
const mean = made('ReduceMean', [x, value('axes')], 'mean');
const away = made('Sub', [x, mean]);
const variance = made('ReduceMean', [made('Mul', [away, away]), value('axes')], 'variance');
const deviation = made('Sqrt', [made('Add', [variance, value('epsilon')])]);
const inverse = made('Reciprocal', [deviation]);
const scaledInverse = made('Mul', [inverse, value('scale')]);

/** `x · f + (offset - mean · f)`: what Keras and `tf.nn.batch_normalization` write. */
const spread = (factor: Pattern): readonly Pattern[] => {
  const [work, shift] = [made('Mul', [x, factor]), made('Mul', [mean, factor])];
  const negative = made('Mul', [made('Neg', [mean]), factor]);
  return [
    made('Add', [work, made('Add', [negative, value('offset')])]),
    made('Add', [work, made('Sub', [value('offset'), shift])]),
    made('Add', [work, negative]),
    made('Sub', [work, shift]),
  ];
};

/** Those with a scale come first: without it they fit as well, and leave it over. */
const PATTERNS: readonly Pattern[] = [...spread(scaledInverse), ...spread(inverse), made('Div', [away, deviation]), made('Mul', [away, inverse]), made('Mul', [away, scaledInverse])];

/** A mean and a variance along the last axes, and what is made of them. */
export const LAYER_NORMALIZATION: Fusion = {
  title: 'a mean, a variance, and a division by its root into `LayerNormalization`',
  operators: ['Add', 'Sub', 'Div', 'Mul'],
  fuse: (node, graph) => {
    const found = findPattern(graph, node, PATTERNS);
    return found === undefined ? undefined : normalized(graph, node, found);
  },
};

function normalized(graph: FusingGraph, node: NodeToWrite, { values, named }: Match): readonly NodeToWrite[] | undefined {
  const input = values.get('x') ?? '';
  const facts = graph.facts(input);
  const epsilon = graph.number(values.get('epsilon'));
  const last = lastAxes(graph, input, values.get('axes'));
  const isKept = [...named.values()].every(({ attributes }) => attributes['keepdims'] === 1);
  if (facts?.dtype !== 'FP32' || epsilon === undefined || last === undefined || !isKept) return undefined;
  const scale = values.has('scale') ? along(graph.constant(values.get('scale')), last) : filled(last, 1);
  const offset = values.has('offset') ? along(graph.constant(values.get('offset')), last) : undefined;
  if (scale === undefined || (values.has('offset') && offset === undefined)) return undefined;
  const [output = ''] = node.outputs;
  const inputs = [input, ...[scale, offset].flatMap((each) => (each === undefined ? [] : [graph.addConstant(output, each)]))];
  return [instead(node, 'LayerNormalization', inputs, { axis: -last.length, epsilon: { float: epsilon } })];
}

/** The sizes of the axes that are reduced, where these are the last ones. */
function lastAxes(graph: FusingGraph, name: string, list: string | undefined): readonly number[] | undefined {
  const [shape, axes] = [graph.shape(name), graph.numbers(list)];
  if (shape === undefined || axes === undefined || axes.length === 0) return undefined;
  const sizes = shape.slice(-axes.length);
  const isLast = axes.toSorted((a, b) => a - b).every((axis, at) => axis === shape.length - axes.length + at);
  return isLast && isFixed(sizes) ? sizes : undefined;
}

/** A constant that has a number for each element along the last axes, and is the same along all others. */
function along(constant: StoredTensor | undefined, sizes: readonly number[]): StoredTensor | undefined {
  if (constant?.dtype !== 'FP32') return undefined;
  const leading = constant.shape.length - sizes.length;
  const isAlong = leading >= 0 && isSameShape(constant.shape.slice(leading), sizes) && constant.shape.slice(0, leading).every((size) => size === 1);
  return isAlong ? { dtype: 'FP32', shape: sizes, read: () => constant.read() } : undefined;
}

function filled(sizes: readonly number[], number: number): StoredTensor {
  return storedTensor('FP32', sizes, new Float32Array(elementCount(sizes)).fill(number));
}

/** A factor behind a normalization that has none, and what is added behind one that adds nothing. */
export const LAYER_SCALE: Fusion = {
  title: 'a factor and an offset behind it into `LayerNormalization`',
  operators: ['Add', 'Mul'],
  fuse: (node, graph) => {
    const [left, right] = node.inputs;
    return completed(graph, node, [left, right]) ?? completed(graph, node, [right, left]);
  },
};

function completed(graph: FusingGraph, node: NodeToWrite, [name = '', other]: readonly (string | undefined)[]): readonly NodeToWrite[] | undefined {
  const layer = graph.madeBy(name, 'LayerNormalization');
  const [input = '', scale = '', offset] = layer?.inputs ?? [];
  const stored = graph.constant(scale);
  const constant = stored === undefined ? undefined : along(graph.constant(other), stored.shape);
  if (layer === undefined || stored === undefined || constant === undefined || offset !== undefined || !graph.hasOneUser(name)) return undefined;
  if (node.operator === 'Add') return [{ ...layer, name: node.name, inputs: [input, scale, graph.addConstant(node.outputs[0] ?? '', constant)], outputs: node.outputs }];
  const isPlain = numbersOf(stored)?.every((each) => each === 1) === true;
  return isPlain ? [{ ...layer, name: node.name, inputs: [input, graph.addConstant(node.outputs[0] ?? '', constant)], outputs: node.outputs }] : undefined;
}
