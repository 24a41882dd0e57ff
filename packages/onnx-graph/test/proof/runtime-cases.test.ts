import { expect, it } from 'vitest';
import { constant, type ElementName, input, modelOf, node, output, type TensorInit } from './graph-builder.ts';
import { floats, type GraphCase, ints, one, scalar, sizes, verdictOf, weights } from './proof-case.ts';
import { Random } from './random.ts';
import { joinRaw, rawTensor, type RawTensor, type RawTensors, rowsDiffer, runModel } from './runtime.ts';

const bytes = (name: string, shape: readonly number[]): TensorInit => constant(name, 'uint8', shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => (at * 37) % 256));

const embed: GraphCase = {
  inputs: { 'ids:int32': 'n 4', 'mask:int32': 'n 4' },
  nodes: [node('com.microsoft::EmbedLayerNormalization', ['ids', '', 'words', 'places', '', 'scale', 'shift', 'mask'], ['y', 'counts'])],
  constants: [tableOf('words', [5, 6]), tableOf('places', [4, 6]), tableOf('scale', [6]), tableOf('shift', [6])],
};

const nbits: GraphCase = {
  inputs: { x: 'n 2 16' },
  nodes: [node('com.microsoft::MatMulNBits', ['x', 'b', 's'], ['y'], { K: 16, N: 4, bits: 4, block_size: 16 })],
  constants: [bytes('b', [4, 1, 8]), tableOf('s', [4])],
};

const selfAttention: GraphCase = {
  inputs: { x: 'n 3 4' },
  nodes: [node('com.microsoft::Attention', ['x', 'w', 'b'], ['y'], { num_heads: 2 })],
  constants: [tableOf('w', [4, 12]), tableOf('b', [12])],
};

const maskedAttention: GraphCase = {
  inputs: { x: 'n 3 4', 'mask:int32': 'n 3' },
  nodes: [node('com.microsoft::Attention', ['x', 'w', 'b', 'mask'], ['y'], { num_heads: 2 })],
  constants: [tableOf('w', [4, 12]), tableOf('b', [12])],
};

const maskedHeads: GraphCase = {
  inputs: { x: 'n 3 4', 'mask:int32': 'n 3' },
  nodes: [node('com.microsoft::MultiHeadAttention', ['x', 'x', 'x', '', 'mask'], ['y'], { num_heads: 2 })],
};

const headsWithPast: GraphCase = {
  inputs: { x: 'n 3 4', past: 'n 2 2 2' },
  nodes: [node('com.microsoft::MultiHeadAttention', ['x', 'x', 'x', '', '', '', 'past', 'past'], ['y', 'k', 'v'], { num_heads: 2 })],
};

const attentionWithPast: GraphCase = {
  inputs: { x: 'n 2 3 4', past: 'n 2 2 4' },
  nodes: [node('Attention', ['x', 'x', 'x', '', 'past', 'past'], ['y', 'k', 'v'], { is_causal: 1 })],
};

const flatAttention: GraphCase = {
  inputs: { x: 'n 3 8', m: 'n 1 3 3' },
  nodes: [node('Attention', ['x', 'x', 'x', 'm'], ['y'], { q_num_heads: 2, kv_num_heads: 2 })],
};

const cachedLengths: GraphCase = {
  inputs: { x: 'n 2 3 4', 'lengths:int64': 'n' },
  nodes: [node('Add', ['lengths', 'one'], ['l']), node('Attention', ['x', 'x', 'x', '', '', '', 'l'], ['y'])],
  constants: [constant('one', 'int64', [1], [1])],
};

const rotary: GraphCase = {
  inputs: { x: 'n 3 8', 'places:int64': 'n 3' },
  nodes: [node('com.microsoft::RotaryEmbedding', ['x', 'places', 'cos', 'sin'], ['y'], { num_heads: 1 })],
  constants: [tableOf('cos', [6, 4]), tableOf('sin', [6, 4])],
};

const tree = {
  nodes_treeids: [0, 0, 0],
  nodes_nodeids: [0, 1, 2],
  nodes_featureids: [1, 0, 0],
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
  nodes_values: { floats: [0.5, 0, 0] },
  nodes_truenodeids: [1, 0, 0],
  nodes_falsenodeids: [2, 0, 0],
  target_treeids: [0, 0],
  target_nodeids: [1, 2],
  target_ids: [0, 0],
  target_weights: { floats: [1, -2] },
  n_targets: 1,
};

const grid: GraphCase = {
  inputs: { x: 'n 2 3' },
  nodes: [node('Shape', ['x'], ['s'], { end: 1 }), node('Concat', ['s', 'rest'], ['size'], { axis: 0 }), node('AffineGrid', ['x', 'size'], ['y'])],
  constants: [constant('rest', 'int64', [3], [1, 2, 3])],
};

/** Operators that random graphs seldom or never make: title, graph, opset. */
const CASES: readonly (readonly [title: string, graph: GraphCase, opset: number])[] = [
  ['MatMulNBits', nbits, 17],
  ['EmbedLayerNormalization', embed, 17],
  ['ONNX Runtime’s Attention', selfAttention, 17],
  ['ONNX Runtime’s Attention with a mask', maskedAttention, 17],
  ['MultiHeadAttention with a mask', maskedHeads, 17],
  ['MultiHeadAttention with a past', headsWithPast, 17],
  ['Attention with a past', attentionWithPast, 23],
  ['Attention of three axes with a mask', flatAttention, 23],
  ['Attention with lengths', cachedLengths, 24],
  ['ONNX Runtime’s RotaryEmbedding', rotary, 17],
  ['TransposeMatMul', one('com.microsoft::TransposeMatMul', 'n 2 3', [weights('4 3')], { transB: 1 }), 17],
  ['STFT', one('STFT', 'n 16 1', [scalar(4), '', scalar(8)]), 17],
  ['Col2Im', one('Col2Im', 'n 4 9', [ints(4, 4), ints(2, 2)]), 18],
  ['AffineGrid', grid, 20],
  ['TfIdfVectorizer', one('TfIdfVectorizer', { 'x:int64': 'n 4' }, ['x'], { mode: 'TF', min_gram_length: 1, max_gram_length: 2, max_skip_count: 0, ngram_counts: [0, 2], ngram_indexes: [0, 1, 2], pool_int64s: [0, 1, 0, 1] }), 17],
  ['TreeEnsembleRegressor', one('ai.onnx.ml::TreeEnsembleRegressor', 'n 3', [], tree), 17],
  ['SVMRegressor', one('ai.onnx.ml::SVMRegressor', 'n 2', [], { kernel_type: 'RBF', kernel_params: { floats: [0.5, 0, 3] }, n_supports: 2, support_vectors: { floats: [1, 2, -1, 0.5] }, coefficients: { floats: [1, -1] }, rho: { floats: [0.25] } }), 17],
  ['Imputer', one('ai.onnx.ml::Imputer', 'n 3', [], { imputed_value_floats: { floats: [1, 2, 3] }, replaced_value_float: { float: 0 } }), 17],
  ['Binarizer', one('ai.onnx.ml::Binarizer', 'n 3', [], { threshold: { float: 0.5 } }), 17],
  ['FeatureVectorizer', one('ai.onnx.ml::FeatureVectorizer', { a: 'n 2', b: 'n 3' }, ['a', 'b'], { inputdimensions: [2, 3] }), 17],
  ['LabelEncoder', one('ai.onnx.ml::LabelEncoder', { 'x:int64': 'n' }, ['x'], { keys_int64s: [0, 1], values_int64s: [7, 9], default_int64: -1 }), 17],
  ['Upsample', one('Upsample', 'n 2 3 3', [floats(1, 1, 2, 2)]), 9],
];

function tableOf(name: string, shape: readonly number[]): TensorInit {
  return constant(name, 'float', shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => ((at * 7) % 11) / 4 - 1));
}

function requestOf({ inputs }: GraphCase, rows: number, random: Random): RawTensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, shape]) => {
      const [name = '', type = 'float'] = key.split(':');
      return [name, draw(type, [rows, ...sizes(shape).slice(1).map(Number)], random)];
    }),
  );
}

function draw(type: string, dims: readonly number[], random: Random): RawTensor {
  const count = dims.reduce((product, size) => product * size, 1);
  if (type === 'float') return rawTensor('float32', dims, Float32Array.from({ length: count }, () => random.between(-8, 8) / 4));
  if (type === 'int64') return rawTensor('int64', dims, BigInt64Array.from({ length: count }, () => BigInt(random.between(0, 1))));
  return rawTensor('int32', dims, Int32Array.from({ length: count }, () => random.between(0, 1)));
}

it.each(CASES)('%s is proven, and ONNX Runtime answers joined as alone', async (_title, graph, opset) => {
  expect(await verdictOf(graph, { opset })).toBe('rows');
  const values = Object.entries(graph.inputs).map(([key, shape]) => {
    const [name = '', type = 'float'] = key.split(':');
    return input(name, type as ElementName, sizes(shape));
  });
  const model = modelOf({ node: [...graph.nodes], input: values, output: [output('y')], initializer: [...(graph.constants ?? [])] }, { opset });
  const random = new Random(3);
  for (const [left, right] of [[1, 1], [2, 3], [1, 4]] as const) {
    const [a, b] = [requestOf(graph, left, random), requestOf(graph, right, random)];
    const answers = await runModel(model, [a, b, joinRaw(a, b)]);
    const [alone, other, joined] = answers.map((answer) => (answer instanceof Error ? expect.unreachable(answer.message) : answer['y']));
    expect(rowsDiffer(joined, alone, { from: 0, count: left, total: left + right })).toBeUndefined();
    expect(rowsDiffer(joined, other, { from: left, count: right, total: left + right })).toBeUndefined();
  }
});
