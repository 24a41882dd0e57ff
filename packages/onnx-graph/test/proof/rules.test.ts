import { describe, expect, it } from 'vitest';
import { type AttributeValue, constant, node, type ModelOptions } from './graph-builder.ts';
import { floats, type GraphCase, ints, one, scalar, turned, verdictOf, weights } from './proof-case.ts';

type Case = readonly [title: string, graph: GraphCase, expected: string | RegExp, options?: ModelOptions];

function cases(family: string, table: readonly Case[]): void {
  describe(family, () => {
    it.each(table.map(([title, graph, expected, options]) => ({ title, graph, expected, options })))('$title', async ({ graph, expected, options }) => {
      const verdict = await verdictOf(graph, options);
      if (typeof expected === 'string') expect(verdict).toBe(expected);
      else expect(verdict).toMatch(expected);
    });
  });
}

const ALONG = /works along axis \d, which is the batch/;
const SIZE_OF_ITS_OWN = /size of its own there/;
/** Nodes one after the other, each of the one before, from `x` to `y`. */
const chain = (shape: string, ...steps: readonly Step[]): GraphCase => ({
  inputs: { x: shape },
  nodes: steps.map(([operator, attributes = {}], at) => node(operator, [at === 0 ? 'x' : `v${at}`], [at === steps.length - 1 ? 'y' : `v${at + 1}`], attributes)),
});
type Step = readonly [operator: string, attributes?: Readonly<Record<string, AttributeValue>>];

cases('elements and broadcasting', [
  ['an activation', one('Relu', 'n 3'), 'rows'],
  ['a bias along the last axis', one('Add', 'n 3', [weights('3')]), 'rows'],
  ['a bias of one row', one('Add', 'n 3', [weights('1 3')]), 'rows'],
  ['a bias of five rows', one('Add', 'n 3', [weights('5 3')]), SIZE_OF_ITS_OWN],
  ['a scalar', one('Mul', 'n', [weights('')]), 'rows'],
  ['a vector against rows of scalars', one('Mul', 'n', [weights('3')]), SIZE_OF_ITS_OWN],
  ['a tensor of higher rank in front', one('Add', 'n 3', [weights('2 1 3')]), "output 'y' has the batch on axis 1"],
  ['two inputs', one('Sub', { a: 'n 3', b: 'n 3' }, ['a', 'b']), 'rows'],
  ['two inputs of other ranks', one('Sub', { a: 'n 3', b: 'n' }, ['a', 'b']), /batch on different axes/],
  ['rows against rows', { inputs: { x: 'n 1' }, nodes: [node('Transpose', ['x'], ['t']), node('Add', ['x', 't'], ['y'])] }, /batch on different axes/],
  ['a choice', { inputs: { x: 'n 3' }, nodes: [node('Greater', ['x', 'c'], ['m']), node('Where', ['m', 'x', 'c'], ['y'])], constants: [constant('c', 'float', [], [0])] }, 'rows'],
  ['a slope', one('PRelu', 'n 3', [weights('3')]), 'rows'],
  ['a slope of rows', one('PRelu', { x: 'n 3' }, [weights('1 3'), 'x']), /slope is larger than its input/],
  ['limits', one('Clip', 'n 3', [{ floats: [0], shape: '' }, { floats: [1], shape: '' }]), 'rows'],
  ['the mean of some', one('Mean', { a: 'n 3', b: 'n 1' }, ['a', 'b']), 'rows'],
]);

cases('the mean of the batch', [
  ['subtracted', { inputs: { x: 'n 3' }, nodes: [node('ReduceMean', ['x'], ['m'], { axes: [0] }), node('Sub', ['x', 'm'], ['y'])] }, ALONG],
  ['of a row, subtracted', { inputs: { x: 'n 3' }, nodes: [node('ReduceMean', ['x'], ['m'], { axes: [1] }), node('Sub', ['x', 'm'], ['y'])] }, 'rows'],
]);

cases('products', [
  ['rows by weights', one('MatMul', 'n 3', [weights('3 4')]), 'rows'],
  ['rows of matrices by weights', one('MatMul', 'n 2 3', [weights('3 4')]), 'rows'],
  ['weights by rows', one('MatMul', { x: 'n 3' }, [weights('2 5'), 'x']), /sums over the batch/],
  ['rows by themselves', { inputs: { x: 'n 3' }, nodes: [node('Transpose', ['x'], ['t']), node('MatMul', ['x', 't'], ['y'])] }, /every row with every other/],
  ['rows by themselves, summed', { inputs: { x: 'n 3' }, nodes: [node('Transpose', ['x'], ['t']), node('MatMul', ['t', 'x'], ['y'])] }, /sums over the batch/],
  ['attention scores', one('MatMul', { a: 'n 2 3', b: 'n 3 2' }, ['a', 'b']), 'rows'],
  ['matrices by five weights', one('MatMul', 'n 2 3', [weights('5 3 4')]), SIZE_OF_ITS_OWN],
  ['a vector of rows', one('MatMul', 'n 3', [weights('3')]), 'rows'],
  ['Gemm', one('Gemm', 'n 3', [weights('3 4'), weights('4')]), 'rows'],
  ['Gemm with transB', one('Gemm', 'n 3', [weights('4 3')], { transB: 1 }), 'rows'],
  ['Gemm with transA', one('Gemm', 'n 3', [weights('5 4')], { transA: 1 }), /sums over the batch/],
  ['Gemm with transA of turned rows', turned([1, 0], one('Gemm', 'n 3', [weights('3 4')], { transA: 1 })), 'rows'],
  ['Gemm with a bias of rows', one('Gemm', 'n 3', [weights('3 4'), weights('5 4')]), SIZE_OF_ITS_OWN],
  ['Gemm with rows added to one', one('Gemm', { x: 'n 4' }, [weights('1 3'), weights('3 4'), 'x']), /adds rows to a product of one row/],
  ['Einsum over features', one('Einsum', 'n 3', [weights('3 4')], { equation: 'ij,jk->ik' }), 'rows'],
  ['Einsum over rows', one('Einsum', 'n 3', [weights('5 4')], { equation: 'ij,ik->jk' }), /sums over the batch/],
  ['Einsum of rows and a vector of their size', one('Einsum', 'n 3', [weights('5')], { equation: 'ij,i->ij' }), SIZE_OF_ITS_OWN],
  ['Einsum of a diagonal', one('Einsum', { x: 'n 3' }, ['x'], { equation: 'ii->i' }), SIZE_OF_ITS_OWN],
  ['Einsum without an arrow', one('Einsum', { a: 'n 3', b: 'n 3' }, ['a', 'b'], { equation: 'ij,ij' }), /sums over the batch/],
  ['Einsum with dots', one('Einsum', 'n 3', [weights('3 4')], { equation: '...j,jk->...k' }), /equation .* is not followed/],
  ['MatMulInteger', one('MatMulInteger', { 'x:uint8': 'n 3' }, ['x', weights('3 4'), scalar(1)]), 'rows'],
  ['MatMulInteger with a zero point for each row', one('MatMulInteger', { 'x:uint8': 'n 3' }, ['x', weights('3 4'), ints(1, 2, 3, 4, 5)]), /numbers of its own along an axis/],
]);

cases('axes that are reduced or normalised', [
  ['Softmax of a row', one('Softmax', 'n 3', [], { axis: 1 }), 'rows'],
  ['Softmax of the batch', one('Softmax', 'n 3', [], { axis: 0 }), ALONG],
  ['Softmax counted from the end', one('Softmax', 'n 3', [], { axis: -2 }), ALONG],
  ['Softmax before opset 13 takes all axes from the first on', turned([1, 0, 2], one('Softmax', 'n 2 3', [], { axis: 1 })), /along all axes from 1 on/, { opset: 12 }],
  ['Softmax from opset 13 takes one', turned([1, 0, 2], one('Softmax', 'n 2 3', [], { axis: 2 })), "output 'y' has the batch on axis 1"],
  ['ReduceSum of a row', one('ReduceSum', 'n 3', [ints(1)]), 'rows'],
  ['ReduceSum of the batch', one('ReduceSum', 'n 3', [ints(0)], { keepdims: 0 }), ALONG],
  ['ReduceSum of everything', one('ReduceSum', 'n 3'), /reduces all axes/],
  ['ReduceSum of nothing', one('ReduceSum', 'n 3', [ints()], { noop_with_empty_axes: 1 }), 'rows'],
  ['ReduceSum of axes that are not known', one('ReduceSum', { x: 'n 3', 'axes:int64': 'n' }, ['x', 'axes']), /input 1 depends on the rows/],
  ['ReduceMax by attribute', one('ReduceMax', 'n 3', [], { axes: [-1] }), 'rows', { opset: 11 }],
  ['a reduced axis in front of the batch', turned([1, 0], one('ReduceMax', 'n 3', [], { axes: [0], keepdims: 0 })), 'rows'],
  ['ArgMax of a row', one('ArgMax', 'n 3', [], { axis: 1, keepdims: 0 }), 'rows'],
  ['ArgMax of the batch', one('ArgMax', 'n 3'), ALONG],
  ['TopK of a row', one('TopK', 'n 3', [ints(2)], { axis: 1 }), 'rows'],
  ['TopK of the batch', one('TopK', 'n 3', [ints(1)], { axis: 0 }), ALONG],
  ['CumSum of a row', one('CumSum', 'n 3', [scalar(1)]), 'rows'],
  ['CumSum of the batch', one('CumSum', 'n 3', [scalar(0)]), ALONG],
  ['LayerNormalization of a row', one('LayerNormalization', 'n 3', [weights('3')]), 'rows'],
  ['LayerNormalization of the batch', one('LayerNormalization', 'n 3', [weights('5 3')], { axis: 0 }), /normalises over all axes from 0 on/],
  ['InstanceNormalization', one('InstanceNormalization', 'n 2 4', [weights('2'), weights('2')]), 'rows'],
  ['InstanceNormalization of turned rows', turned([1, 0, 2], one('InstanceNormalization', 'n 2 4', [weights('5'), weights('5')])), /batch on axis 1/],
  ['BatchNormalization', one('BatchNormalization', 'n 2 4', [weights('2'), weights('2'), weights('2'), weights('2')]), 'rows'],
  ['BatchNormalization in training', one('BatchNormalization', 'n 2 4', [weights('2'), weights('2'), weights('2'), weights('2')], { training_mode: 1 }), /training mode/],
  ['BatchNormalization of turned rows', turned([1, 0, 2], one('BatchNormalization', 'n 2 4', [weights('5'), weights('5'), weights('5'), weights('5')])), /axis 1, which is the batch/],
  ['LRN of turned rows', turned([1, 0, 2, 3], one('LRN', 'n 2 3 4', [], { size: 3 })), /neighbours on axis 1/],
  ['MeanVarianceNormalization takes the batch by itself', one('MeanVarianceNormalization', 'n 2 3 4'), ALONG],
  ['Dropout', one('Dropout', 'n 3'), 'rows'],
  ['Dropout in training', { ...one('Dropout', 'n 3', [{ floats: [0.5], shape: '' }, 't']), constants: [constant('t', 'bool', [], [1]), constant('c0', 'float', [], [0.5])] }, /training mode/],
]);

cases('convolutions', [
  ['Conv', one('Conv', 'n 2 8 8', [weights('4 2 3 3'), weights('4')]), 'rows'],
  ['Conv of turned rows', turned([1, 0, 2], one('Conv', 'n 3 8', [weights('4 5 3')])), /batch on axis 1/],
  ['Conv whose weights are rows', one('Conv', { x: 'n 2 3' }, [weights('1 2 8'), 'x']), /has a batch that is the same for all requests/],
  ['a flattened Conv', chain('n 2 8 8', ['MaxPool', { kernel_shape: [2, 2], strides: [2, 2] }], ['Flatten'], ['Softmax']), 'rows'],
  ['MaxPool', one('MaxPool', 'n 2 8', [], { kernel_shape: [2] }), 'rows'],
  ['places of MaxPool', { inputs: { x: 'n 2 8' }, nodes: [node('MaxPool', ['x'], ['m', 'y'], { kernel_shape: [2] })] }, /counted through the whole batch/],
  ['a pool over turned rows', turned([1, 2, 0], one('GlobalAveragePool', 'n 2 8')), /pools over the batch/],
  ['DepthToSpace', one('DepthToSpace', 'n 4 2 2', [], { blocksize: 2 }), 'rows'],
  ['Resize of places', one('Resize', 'n 2 4 4', ['', floats(1, 1, 2, 2)]), 'rows'],
  ['Resize of the batch', one('Resize', 'n 2 4 4', ['', floats(2, 1, 1, 1)]), /may resize the batch/],
]);

cases('shapes and layout', [
  ['a row made longer', one('Reshape', 'n 6', [ints(-1, 2, 3)]), 'rows'],
  ['0 keeps the batch', one('Reshape', 'n 2 3', [ints(0, -1)]), 'rows'],
  ['steps joined to rows and taken apart', chainReshape('n 4 3', [-1, 3], [-1, 4, 3]), 'rows'],
  ['steps joined to rows', one('Reshape', 'n 4 3', [ints(-1, 3)]), "output 'y' has several rows for each row of the inputs"],
  ['rows cut in pairs', one('Reshape', 'n 3', [ints(-1, 2, 3)]), /does not say where the batch is/],
  ['a batch of a fixed size', one('Reshape', 'n 3', [ints(5, 3)]), /no dimension that holds the batch/],
  ['one row for all', one('Reshape', 'n 3', [ints(1, -1)]), "output 'y' has the batch on axis 1"],
  ['the batch behind the features', one('Reshape', 'n 3', [ints(3, -1)]), /cuts the batch apart/],
  ['steps first, joined, taken apart, turned back', stepsFirst(), 'rows'],
  ['Flatten', one('Flatten', 'n 2 3'), 'rows'],
  ['Flatten of everything', one('Flatten', 'n 2 3', [], { axis: 0 }), "output 'y' has the batch on axis 1"],
  ['Squeeze of a named axis', one('Squeeze', 'n 1 3', [ints(1)]), 'rows'],
  ['Squeeze of what is 1', one('Squeeze', 'n 1 3'), /a batch of one row is one/],
  ['Squeeze of an empty list', one('Squeeze', 'n 1 3', [ints()]), /a batch of one row is one/],
  ['Squeeze of the batch', one('Squeeze', 'n 3', [ints(0)]), /takes the batch away/],
  ['Unsqueeze', one('Unsqueeze', 'n 3', [ints(1)]), 'rows'],
  ['Unsqueeze in front', one('Unsqueeze', 'n 3', [ints(0)]), "output 'y' has the batch on axis 1"],
  ['Transpose', one('Transpose', 'n 3'), "output 'y' has the batch on axis 1"],
  ['Concat of features', one('Concat', { a: 'n 3', b: 'n 2' }, ['a', 'b'], { axis: 1 }), 'rows'],
  ['Concat of rows', one('Concat', { a: 'n 3', b: 'n 3' }, ['a', 'b'], { axis: 0 }), /one request after the other/],
  ['Concat with stored rows', one('Concat', 'n 3', [weights('1 3')], { axis: 1 }), /do not have the batch on the same axis/],
  ['Split of features', { inputs: { x: 'n 4' }, nodes: [node('Split', ['x'], ['a', 'y'], { axis: 1 })] }, 'rows'],
  ['Split of the batch', { inputs: { x: 'n 4' }, nodes: [node('Split', ['x'], ['a', 'y'], { axis: 0 })] }, ALONG],
  ['Slice of features', one('Slice', 'n 4', [ints(1), ints(3), ints(1)]), 'rows'],
  ['Slice of all rows', one('Slice', 'n 4', [ints(0), ints(2 ** 31 - 1), ints(0)]), 'rows'],
  ['Slice without the first row', one('Slice', 'n 4', [ints(1), ints(2 ** 31 - 1), ints(0)]), /takes a part of the batch/],
  ['Slice backwards', one('Slice', 'n 4', [ints(-1), ints(-(2 ** 31)), ints(0), ints(-1)]), /takes a part of the batch/],
  ['Slice by attributes', one('Slice', 'n 4', [], { starts: [0], ends: [2], axes: [1] }), 'rows', { opset: 9 }],
  ['Pad of features', one('Pad', 'n 4', [ints(0, 1, 0, 1)]), 'rows'],
  ['Pad of the batch', one('Pad', 'n 4', [ints(0, 0, 1, 0)]), /adds rows to the batch/],
  ['Tile of features', one('Tile', 'n 4', [ints(1, 2)]), 'rows'],
  ['Tile of the batch', one('Tile', 'n 4', [ints(2, 1)]), "output 'y' has several rows for each row of the inputs"],
]);

function chainReshape(shape: string, ...targets: readonly (readonly number[])[]): GraphCase {
  const nodes = targets.map((_, at) => node('Reshape', [at === 0 ? 'x' : `v${at}`, `s${at}`], [at === targets.length - 1 ? 'y' : `v${at + 1}`]));
  return { inputs: { x: shape }, nodes, constants: targets.map((target, at) => constant(`s${at}`, 'int64', [target.length], target)) };
}

/** `[n, 4, 3]` to `[4, n, 3]`, to `[4 · n, 3]`, and back. */
function stepsFirst(): GraphCase {
  return {
    inputs: { x: 'n 4 3' },
    nodes: [
      node('Transpose', ['x'], ['t'], { perm: [1, 0, 2] }),
      node('Reshape', ['t', 'joined'], ['j']),
      node('Relu', ['j'], ['r']),
      node('Reshape', ['r', 'apart'], ['a']),
      node('Transpose', ['a'], ['y'], { perm: [1, 0, 2] }),
    ],
    constants: [constant('joined', 'int64', [2], [-1, 3]), constant('apart', 'int64', [3], [4, -1, 3])],
  };
}

cases('sizes', [
  ['the number of rows', { inputs: { x: 'n 3' }, nodes: [node('Shape', ['x'], ['y'])] }, "output 'y' depends on how many rows there are"],
  ['divided by the number of rows', { inputs: { x: 'n 3' }, nodes: [node('Shape', ['x'], ['s'], { end: 1 }), node('Cast', ['s'], ['f'], { to: 1 }), node('Div', ['x', 'f'], ['y'])] }, /computes with the number of rows/],
  ['divided by the number of features', { inputs: { x: 'n s' }, nodes: [node('Shape', ['x'], ['s'], { start: 1 }), node('Cast', ['s'], ['f'], { to: 1 }), node('Div', ['x', 'f'], ['y'])] }, 'rows'],
  ['a shape put together', sizesChain('Reshape', [0], [2]), 'rows'],
  ['zeros for each row', { inputs: { x: 'n 3' }, nodes: [node('Shape', ['x'], ['s']), node('ConstantOfShape', ['s'], ['z']), node('Add', ['x', 'z'], ['y'])] }, 'rows'],
  ['numbers of rows', { inputs: { x: 'n 3' }, nodes: [...rangeOver(0), node('Add', ['x', 'u'], ['y'])], constants: rangeConstants(0) }, /counts up to the number of rows/],
  ['numbers of features', { inputs: { x: 'n 3' }, nodes: [...rangeOver(1), node('Cast', ['r'], ['f'], { to: 1 }), node('Add', ['x', 'f'], ['y'])], constants: rangeConstants(1) }, 'rows'],
  ['a mask expanded to the batch', { inputs: { x: 'n 3' }, nodes: [node('Shape', ['x'], ['s']), node('Expand', ['m', 's'], ['e']), node('Mul', ['x', 'e'], ['y'])], constants: [constant('m', 'float', [1, 3], [1, 0, 1])] }, 'rows'],
  ['rows expanded over each other', { inputs: { x: 'n 1' }, nodes: [node('Shape', ['x'], ['s']), node('Gather', ['s', 'i'], ['g']), node('Concat', ['g', 'g'], ['t'], { axis: 0 }), node('Expand', ['x', 't'], ['y'])], constants: [constant('i', 'int64', [1], [0])] }, /its shape depends on how many rows there are/],
  ['where the export asks for -1', whereMinusOne(), 'rows'],
]);

/** `Reshape(x, concat(shape(x)[first], -1, shape(x)[last]))`. */
function sizesChain(operator: string, first: readonly number[], last: readonly number[]): GraphCase {
  return {
    inputs: { x: 'n 4 s' },
    nodes: [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'a'], ['g']),
      node('Gather', ['s', 'b'], ['h']),
      node('Concat', ['g', 'open', 'h'], ['t'], { axis: 0 }),
      node(operator, ['x', 't'], ['y']),
    ],
    constants: [constant('a', 'int64', [1], first), constant('b', 'int64', [1], last), constant('open', 'int64', [1], [-1])],
  };
}

function rangeOver(axis: number): ReturnType<typeof node>[] {
  const unsqueezed = axis === 0 ? [node('Cast', ['r'], ['f'], { to: 1 }), node('Unsqueeze', ['f', 'one'], ['u'])] : [];
  return [node('Shape', ['x'], ['s']), node('Gather', ['s', 'i'], ['g']), node('Range', ['zero', 'g', 'step'], ['r']), ...unsqueezed];
}

function rangeConstants(axis: number): ReturnType<typeof constant>[] {
  return [constant('i', 'int64', [], [axis]), constant('zero', 'int64', [], [0]), constant('step', 'int64', [], [1]), constant('one', 'int64', [1], [1])];
}

/** How PyTorch exports `expand(n, -1)`: sizes of -1 are replaced by 1. */
function whereMinusOne(): GraphCase {
  return {
    inputs: { x: 'n 3' },
    nodes: [
      node('Shape', ['x'], ['s'], { end: 1 }),
      node('Concat', ['s', 'minus'], ['t'], { axis: 0 }),
      node('Equal', ['t', 'minus'], ['q']),
      node('Where', ['q', 'ones', 't'], ['w']),
      node('Expand', ['m', 'w'], ['e']),
      node('Add', ['x', 'e'], ['y']),
    ],
    constants: [constant('minus', 'int64', [1], [-1]), constant('ones', 'int64', [2], [1, 1]), constant('m', 'float', [1, 3], [1, 2, 3])],
  };
}

cases('looking up', [
  ['an embedding', one('Gather', { 'ids:int64': 'n s' }, [weights('9 4'), 'ids']), 'rows'],
  ['an embedding along its second axis', one('Gather', { 'ids:int64': 'n' }, [weights('4 9'), 'ids'], { axis: 1 }), "output 'y' has the batch on axis 1"],
  ['the first step', one('Gather', 'n 4 3', [scalar(0)], { axis: 1 }), 'rows'],
  ['the first row', one('Gather', 'n 3', [scalar(0)]), ALONG],
  ['a row by the index of another', one('Gather', { x: 'n 3', 'ids:int64': 'n' }, ['x', 'ids'], { axis: 1 }), /every row in every other/],
  ['each row by its own index', one('GatherElements', { x: 'n 3', 'ids:int64': 'n 2' }, ['x', 'ids'], { axis: 1 }), 'rows'],
  ['rows by index', one('GatherElements', { x: 'n 3', 'ids:int64': 'n 3' }, ['x', 'ids'], { axis: 0 }), ALONG],
  ['stored rows by place', one('GatherElements', { 'ids:int64': 'n 2' }, [weights('5 3'), 'ids'], { axis: 1 }), /their place in the batch/],
  ['a table by place', one('GatherElements', { 'ids:int64': 'n 3' }, [weights('5 3'), 'ids'], { axis: 0 }), 'rows'],
  ['GatherND within each row', one('GatherND', { x: 'n 3 2', 'ids:int64': 'n 1' }, ['x', 'ids'], { batch_dims: 1 }), 'rows'],
  ['GatherND of rows', one('GatherND', { x: 'n 3', 'ids:int64': 'n 1' }, ['x', 'ids']), /every row in every other/],
  ['GatherND of stored rows', one('GatherND', { 'ids:int64': 'n 1' }, [weights('5 3'), 'ids']), 'rows'],
  ['ScatterElements within each row', one('ScatterElements', { x: 'n 3', 'ids:int64': 'n 1', u: 'n 1' }, ['x', 'ids', 'u'], { axis: 1 }), 'rows'],
  ['ScatterElements of stored rows', one('ScatterElements', { 'ids:int64': 'n 1', u: 'n 1' }, [weights('5 3'), 'ids', 'u'], { axis: 1 }), /place in the batch/],
  ['ScatterND of rows', one('ScatterND', { x: 'n 3', u: 'n 3' }, ['x', { ints: [0], shape: '1 1' }, 'u']), /counted along the batch/],
  ['OneHot', one('OneHot', { 'ids:int64': 'n' }, ['ids', scalar(3), floats(0, 1)]), 'rows'],
  ['OneHot in front', one('OneHot', { 'ids:int64': 'n' }, ['ids', scalar(3), floats(0, 1)], { axis: 0 }), "output 'y' has the batch on axis 1"],
  ['ReverseSequence with its own lengths', one('ReverseSequence', { x: 'n 4', 'lengths:int64': 'n' }, ['x', 'lengths'], { time_axis: 1, batch_axis: 0 }), 'rows'],
  ['ReverseSequence of the batch', one('ReverseSequence', 'n 4', [ints(1, 1, 1, 1)], { time_axis: 0, batch_axis: 1 }), ALONG],
  ['ReverseSequence with stored lengths', one('ReverseSequence', 'n 4', [ints(1, 2, 3)], { time_axis: 1, batch_axis: 0 }), /place in the batch/],
  ['Trilu of each matrix', one('Trilu', 'n 3 3'), 'rows'],
  ['Trilu of the batch', one('Trilu', 'n 3'), /where a row stands/],
  ['EyeLike', one('EyeLike', 'n 3'), /where a row stands/],
  ['NonZero', one('NonZero', 'n 3'), /depends on what all rows hold/],
  ['Unique', one('Unique', 'n'), /depends on what all rows hold/],
]);

const lstm = (x: string, more: GraphCase['inputs'] = {}, operands: readonly string[] = []): GraphCase => ({
  inputs: { x, ...more },
  nodes: [node('Transpose', ['x'], ['t'], { perm: [1, 0, 2] }), node('LSTM', ['t', 'w', 'r', '', ...operands], ['', 'h', ''], { hidden_size: 2 }), node('Squeeze', ['h', 'zero'], ['y'])],
  constants: [constant('w', 'float', [1, 8, 3], Array.from({ length: 24 }, () => 1)), constant('r', 'float', [1, 8, 2], Array.from({ length: 16 }, () => 1)), constant('zero', 'int64', [1], [0]), constant('h0', 'float', [1, 4, 2], Array.from({ length: 8 }, () => 1))],
});
cases('recurrent networks', [
  ['LSTM over steps', lstm('n 4 3'), 'rows'],
  ['LSTM with lengths', lstm('n 4 3', { 'lengths:int64': 'n' }, ['lengths']), 'rows'],
  ['LSTM with a stored first state', lstm('n 4 3', {}, ['', 'h0']), /batch that is the same for all requests/],
  ['LSTM over rows', { ...lstm('n 4 3'), nodes: lstm('n 4 3').nodes.slice(1).map((each) => ({ ...each, input: (each.input ?? []).map((name) => (name === 't' ? 'x' : name)) })) }, /batch on axis 0, where it has the steps/],
]);

cases('attention', [
  ['its own keys', one('Attention', { x: 'n 2 4 3' }, ['x', 'x', 'x']), 'rows', { opset: 23 }],
  ['a mask for all', one('Attention', { x: 'n 2 4 3' }, ['x', 'x', 'x', weights('4 4')]), 'rows', { opset: 23 }],
  ['a mask for five', one('Attention', { x: 'n 2 4 3' }, ['x', 'x', 'x', weights('5 1 4 4')]), /batch of its own/, { opset: 23 }],
  ['stored keys', one('Attention', { x: 'n 2 4 3' }, ['x', weights('5 2 4 3'), weights('5 2 4 3')]), /same for all requests/, { opset: 23 }],
  ['GroupQueryAttention', one('com.microsoft::GroupQueryAttention', { x: 'n 3 8', k: 'n', past: 'n 1 4 8' }, ['x', 'x', 'x', 'past', 'past', 'k', scalar(7)], { num_heads: 1, kv_num_heads: 1 }), /depends on the longest past of all rows/],
  ['ONNX Runtime’s own', one('com.microsoft::MultiHeadAttention', { x: 'n 4 6', 'mask:int64': 'n 4' }, ['x', 'x', 'x', '', 'mask'], { num_heads: 2 }), 'rows'],
]);

cases('quantisation', [
  ['one scale', one('QuantizeLinear', 'n 3', [{ floats: [0.1], shape: '' }]), 'rows'],
  ['a scale for each feature', one('QuantizeLinear', 'n 3', [floats(0.1, 0.2, 0.3)], { axis: 1 }), 'rows'],
  ['a scale for each row', one('QuantizeLinear', 'n 3', [floats(0.1, 0.2, 0.3)], { axis: 0 }), ALONG],
  ['a scale made of the batch', one('DynamicQuantizeLinear', 'n 3'), /one scale for the whole batch/],
  ['a product with a scale made of the batch', one('com.microsoft::DynamicQuantizeMatMul', 'n 3', [weights('3 4'), floats(1)]), /one scale for the whole batch/],
  ['ONNX Runtime’s sum', one('com.microsoft::QLinearAdd', { 'a:uint8': 'n 3', 'b:uint8': 'n 3' }, ['a', floats(1), ints(0), 'b', floats(1), ints(0), floats(1), ints(0)]), 'rows'],
]);

cases('text', [
  ['RegexFullMatch', one('RegexFullMatch', { 'x:string': 'n' }, ['x'], { pattern: 'a+' }), 'rows', { opset: 20 }],
  ['words of StringSplit', one('StringSplit', { 'x:string': 'n' }, ['x']), /as wide as the one with the most words/, { opset: 20 }],
  ['how many words StringSplit found', { inputs: { 'x:string': 'n' }, nodes: [node('StringSplit', ['x'], ['w', 'y'])] }, 'rows', { opset: 20 }],
  ['StringNormalizer', one('StringNormalizer', { 'x:string': 'n' }, ['x'], { case_change_action: 'LOWER' }), 'rows'],
  ['StringNormalizer with stop words', one('StringNormalizer', { 'x:string': 'n' }, ['x'], { stopwords: ['the'] }), /leaves rows out/],
  ['TfIdfVectorizer of rows', one('TfIdfVectorizer', { 'x:int64': 'n 4' }, ['x'], { mode: 'TF' }), 'rows'],
  ['TfIdfVectorizer of one line', one('TfIdfVectorizer', { 'x:int64': 'n' }, ['x'], { mode: 'TF' }), /all rows together/],
]);

cases('classic machine learning', [
  ['LinearRegressor', one('ai.onnx.ml::LinearRegressor', 'n 3', [], { coefficients: { floats: [1, 2, 3] } }), 'rows'],
  ['LinearRegressor of a vector', one('ai.onnx.ml::LinearRegressor', 'n', [], { coefficients: { floats: [1, 2, 3] } }), /a vector is taken for one row/],
  ['TreeEnsembleClassifier', one('ai.onnx.ml::TreeEnsembleClassifier', 'n 3'), 'rows'],
  ['ZipMap', one('ai.onnx.ml::ZipMap', 'n 3', [], { classlabels_int64s: [0, 1, 2] }), /a sequence of maps/],
  ['ArrayFeatureExtractor', one('ai.onnx.ml::ArrayFeatureExtractor', 'n 3', [ints(0, 2)]), 'rows'],
  ['ArrayFeatureExtractor of rows', turned([1, 0], one('ai.onnx.ml::ArrayFeatureExtractor', 'n 3', [ints(0, 2)])), ALONG],
  ['OneHotEncoder', one('ai.onnx.ml::OneHotEncoder', { 'x:int64': 'n 1' }, ['x'], { cats_int64s: [1, 2, 3] }), 'rows'],
]);

cases('what is never followed', [
  ['random numbers', one('RandomNormalLike', 'n 3'), /its answers are random/],
  ['random numbers of a fixed shape', { inputs: { x: 'n 3' }, nodes: [node('RandomNormal', [], ['r'], { shape: [3] }), node('Add', ['x', 'r'], ['y'])] }, /its answers are random/],
  ['sequences', { inputs: { x: 'n 3' }, nodes: [node('SequenceConstruct', ['x'], ['s']), node('SequenceAt', ['s', 'c'], ['y'])], constants: [constant('c', 'int64', [], [0])] }, /a sequence, which is not followed/],
  ['another domain', one('com.example::Gemm', 'n 3'), /no rule for this operator/],
  ['an operator from the future', one('Relu', 'n 3'), /no rules for opset 99 of ai\.onnx/, { opset: 99 }],
]);

cases('ONNX Runtime’s own', [
  ['FusedMatMul', one('com.microsoft::FusedMatMul', 'n 3', [weights('4 3')], { transB: 1 }), 'rows'],
  ['FusedMatMul of turned weights', one('com.microsoft::FusedMatMul', 'n 3', [weights('5 4')], { transA: 1 }), /sums over the batch/],
  ['SkipLayerNormalization', one('com.microsoft::SkipLayerNormalization', { a: 'n 4 3', b: 'n 4 3' }, ['a', 'b', weights('3')]), 'rows'],
  ['SkipLayerNormalization of rows', one('com.microsoft::SkipLayerNormalization', { a: 'n 3' }, ['a', weights('5 3'), weights('3')]), SIZE_OF_ITS_OWN],
  ['QLinearSoftmax of a row', one('com.microsoft::QLinearSoftmax', { 'x:uint8': 'n 3' }, ['x', floats(1), ints(0), floats(1), ints(0)], { axis: -1, opset: 13 }), 'rows'],
  ['QLinearSoftmax on another axis', one('com.microsoft::QLinearSoftmax', { 'x:uint8': 'n 2 3' }, ['x', floats(1), ints(0), floats(1), ints(0)], { axis: 1, opset: 13 }), /another axis than the last/],
  ['the places of an old Softmax', one('com.microsoft::QLinearSoftmax', { 'x:uint8': 'n 2 3' }, ['x', floats(1), ints(0), floats(1), ints(0)], { axis: 1, opset: 12 }), 'rows'],
  ['MatMulNBits', one('com.microsoft::MatMulNBits', 'n 4 16', [weights('8 1 8'), weights('8')], { K: 16, N: 8, bits: 4, block_size: 16 }), 'rows'],
  ['BiasGelu', one('com.microsoft::BiasGelu', 'n 3', [weights('3')]), 'rows'],
]);
