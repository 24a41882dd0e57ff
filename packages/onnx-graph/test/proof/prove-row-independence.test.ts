import { AttributeProto_AttributeType } from '@servable/protos/onnx';
import { describe, expect, it } from 'vitest';
import { proveRowIndependence } from '../../src/proof/prove-row-independence.ts';
import { constant, type FunctionInit, input, modelOf, node, output } from './graph-builder.ts';
import { one, proofOf, verdictOf } from './proof-case.ts';
import { Random } from './random.ts';
import { readModelOf } from './read-model.ts';

describe('inputs', () => {
  it.each([
    ['a scalar', { a: 'n', b: '' }, "input 'b' is a scalar, which requests cannot share"],
    ['a fixed size', { a: 'n', b: '1 3' }, "input 'b' has the fixed size 1 on axis 0"],
    ['another name', { a: 'n', b: 'm' }, "axis 0 of its inputs has different names, 'n' and 'm'"],
    ['no names', { a: '?', b: '?' }, 'rows'],
    ['a name and none', { a: 'n', b: '?' }, 'rows'],
    ['the name on another axis too', { a: 'n n', b: 'n' }, "axis 1 of 'a' has the name of the batch too"],
  ])('with %s', async (_title, inputs, expected) => {
    expect(await verdictOf(one('Relu', inputs, ['a']))).toBe(expected);
  });

  it('without any', async () => {
    expect(await verdictOf({ inputs: {}, nodes: [node('Identity', ['c'], ['y'])], constants: [constant('c', 'float', [1], [1])] })).toBe('it has no inputs');
  });

  it('that say nothing of their rank', async () => {
    const untyped = modelOf({ node: [node('Relu', ['x'], ['y'])], input: [{ name: 'x' }], output: [output('y')] });
    expect(proveRowIndependence(await readModelOf(untyped), { inputs: ['x'], outputs: ['y'] })).toEqual({ isProven: false, reason: "input 'x' does not say how many axes it has" });
  });
});

describe('outputs', () => {
  const declared = async (shape: (string | number)[]): Promise<unknown> => {
    const model = modelOf({ node: [node('Relu', ['x'], ['y'])], input: [input('x', 'float', ['n', 3])], output: [input('y', 'float', shape)] });
    return proveRowIndependence(await readModelOf(model), { inputs: ['x'], outputs: ['y'] });
  };
  it('that declare a fixed number of rows are believed', async () => {
    expect(await declared([1, 3])).toEqual({ isProven: false, reason: "output 'y' says that it has 1 rows" });
    expect(await declared([])).toEqual({ isProven: false, reason: "output 'y' says that it has no axis 0" });
    expect(await declared(['rows', 3])).toEqual({ isProven: true });
  });

  it('that have no rows are named with their node', async () => {
    const graph = { inputs: { x: 'n' }, nodes: [node('Identity', ['c'], ['y'])], constants: [constant('c', 'float', [2], [1, 2])] };
    expect(await proofOf(graph)).toEqual({ isProven: false, reason: "output 'y' is the same for all requests, and has no rows", node: { name: 'Identity y', operator: 'Identity' } });
  });

  it('that the signature leaves out need no rows', async () => {
    const nodes = [node('Softmax', ['x'], ['y']), node('ReduceMean', ['x'], ['mean'], { axes: [0] })];
    expect(await verdictOf({ inputs: { x: 'n 3' }, nodes })).toBe('rows');
    expect(await verdictOf({ inputs: { x: 'n 3' }, nodes, outputs: ['y', 'mean'] })).toMatch(/works along axis 0/);
  });

  it('that the signature leaves out must not fail for some numbers of rows', async () => {
    const nodes = [node('Softmax', ['x'], ['y']), node('Reshape', ['x', 'five'], ['z'])];
    const graph = { inputs: { x: 'n 3' }, nodes, constants: [constant('five', 'int64', [2], [5, 3])] };
    expect(await proofOf(graph)).toEqual({
      isProven: false,
      reason: 'its new shape has no dimension that holds the batch; no output needs it, but it runs too and may fail',
      node: { name: 'Reshape z', operator: 'Reshape' },
    });
  });
});

it('names the first node that ended the way to an output', async () => {
  const nodes = [node('ReduceMean', ['x'], ['m'], { axes: [0] }), node('Sub', ['x', 'm'], ['d']), node('Relu', ['d'], ['y'])];
  expect(await proofOf({ inputs: { x: 'n 3' }, nodes })).toEqual({
    isProven: false,
    reason: 'it works along axis 0, which is the batch',
    node: { name: 'ReduceMean m', operator: 'ReduceMean' },
  });
});

it('takes initializers that are inputs too for stored', async () => {
  const graph = { node: [node('MatMul', ['x', 'w'], ['y'])], input: [input('x', 'float', ['n', 3]), input('w', 'float', [3, 2])], output: [output('y')], initializer: [constant('w', 'float', [3, 2], [1, 2, 3, 4, 5, 6])] };
  expect(proveRowIndependence(await readModelOf(modelOf(graph)), { inputs: ['x'], outputs: ['y'] })).toEqual({ isProven: true });
});

const { INT, FLOAT } = AttributeProto_AttributeType;
const functionOf = (name: string, nodes: FunctionInit['node'], more: Partial<FunctionInit> = {}): FunctionInit => ({
  name,
  domain: 'com.example',
  input: ['a'],
  output: ['b'],
  node: nodes ?? [],
  opsetImport: [{ domain: '', version: 17n }, { domain: 'com.example', version: 1n }],
  ...more,
});

describe('functions of the model', () => {
  const call = (attributes: Record<string, number> = {}) => one('com.example::Act', 'n 3', [], attributes);
  const soft = functionOf('Act', [node('Softmax', ['a'], ['b'], { axis: { reference: 'along', type: INT } })], { attribute: ['along'] });

  it('are followed with their caller’s attributes', async () => {
    expect(await verdictOf(call({ along: 1 }), { functions: [soft] })).toBe('rows');
    expect(await verdictOf(call({ along: 0 }), { functions: [soft] })).toMatch(/works along axis 0/);
    expect(await verdictOf(call(), { functions: [soft] })).toBe('rows');
  });

  it('have defaults of their own', async () => {
    const withDefault = { ...soft, attribute: [], attributeProto: [{ name: 'along', type: INT, i: 0n }, { name: 'unused', type: FLOAT, f: 1 }] };
    expect(await verdictOf(call(), { functions: [withDefault] })).toMatch(/works along axis 0/);
    expect(await verdictOf(call({ along: 1 }), { functions: [withDefault] })).toBe('rows');
  });

  it('end the proof when they call themselves', async () => {
    expect(await verdictOf(call(), { functions: [functionOf('Act', [node('com.example::Act', ['a'], ['b'])])] })).toMatch(/nested deeper than 64/);
  });

  it('end the proof under the name of an operator that has a rule', async () => {
    const relu = functionOf('Relu', [node('Softmax', ['a'], ['b'], { axis: 0 })], { domain: '' });
    expect(await verdictOf(one('Relu', 'n 3'), { functions: [relu] })).toMatch(/operator of its own under this name/);
  });
});

it('gives up on a graph that explodes', async () => {
  const levels = Array.from({ length: 30 }, (_, at) =>
    functionOf(`F${at}`, at === 0 ? [node('Relu', ['a'], ['b'])] : [node(`com.example::F${at - 1}`, ['a'], ['m']), node(`com.example::F${at - 1}`, ['m'], ['b'])]),
  );
  const started = performance.now();
  expect(await verdictOf(one('com.example::F29', 'n 3'), { functions: levels })).toMatch(/more nodes and rounds than are followed/);
  expect(performance.now() - started).toBeLessThan(5000);
});

it('says no more than that it is not proven of damaged graphs', async () => {
  const random = new Random(7);
  const model = await readModelOf(
    modelOf({
      node: [node('MatMul', ['x', 'w'], ['m']), node('Softmax', ['m'], ['s'], { axis: 1 }), node('Concat', ['s', 'x'], ['c'], { axis: 1 }), node('Reshape', ['c', 'shape'], ['r']), node('TopK', ['r', 'one'], ['y', 'i'], { axis: -1 })],
      input: [input('x', 'float', ['n', 3])],
      output: [output('y')],
      initializer: [constant('w', 'float', [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), constant('shape', 'int64', [2], [0, -1]), constant('one', 'int64', [1], [1])],
    }),
  );
  expect(proveRowIndependence(model, { inputs: ['x'], outputs: ['y'] })).toEqual({ isProven: true });
  const operators = ['Gather', 'Split', 'Pad', 'LSTM', 'Resize', 'ScatterND', 'If', 'Loop', 'Scan', 'Einsum', 'Trilu', 'OneHot', 'Attention', 'DFT', 'Tile', 'Expand', 'Range', 'Slice', 'Conv', 'GatherND', 'LayerNormalization', 'QuantizeLinear', 'Squeeze', 'Unsqueeze', 'CenterCropPad', 'AffineGrid'];
  for (let times = 0; times < 2000; times++) {
    const nodes = model.graph.nodes.map((each) => ({
      ...each,
      operator: random.chance(0.5) ? random.pick(operators) : each.operator,
      inputs: random.chance(0.3) ? random.shuffled([...each.inputs, 'x', 'w', '']) : each.inputs.slice(0, random.between(0, 3)),
      outputs: random.chance(0.2) ? [] : each.outputs,
    }));
    const proof = proveRowIndependence({ ...model, graph: { ...model.graph, nodes } }, { inputs: ['x'], outputs: ['y'] });
    if (!proof.isProven) expect(proof.reason).not.toBe('');
  }
});

it('proves a thousand layers in milliseconds', async () => {
  const layers = Array.from({ length: 500 }, (_, at) => [
    node('MatMul', [`h${at}`, 'w'], [`p${at}`]),
    node('Reshape', [`p${at}`, 'heads'], [`q${at}`]),
    node('Transpose', [`q${at}`], [`t${at}`], { perm: [0, 2, 1, 3] }),
    node('Softmax', [`t${at}`], [`s${at}`], { axis: -1 }),
    node('Transpose', [`s${at}`], [`u${at}`], { perm: [0, 2, 1, 3] }),
    node('Reshape', [`u${at}`, 'joined'], [`v${at}`]),
    node('Add', [`h${at}`, `v${at}`], [`r${at}`]),
    node('LayerNormalization', [`r${at}`, 'scale'], [`h${at + 1}`]),
  ]).flat();
  const initializer = [constant('w', 'float', [8, 8], Array.from({ length: 64 }, () => 1)), constant('scale', 'float', [8], Array.from({ length: 8 }, () => 1)), constant('heads', 'int64', [4], [0, 0, 2, 4]), constant('joined', 'int64', [3], [0, 0, 8])];
  const model = await readModelOf(modelOf({ node: layers, input: [input('h0', 'float', ['n', 's', 8])], output: [output('h500')], initializer }));
  expect(model.graph.nodes).toHaveLength(4000);
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    expect(proveRowIndependence(model, { inputs: ['h0'], outputs: ['h500'] })).toEqual({ isProven: true });
    return performance.now() - started;
  });
  // About 15 ms on a quiet machine; the limit only tells a slow algorithm from a busy machine.
  expect(Math.min(...times)).toBeLessThan(250);
});
