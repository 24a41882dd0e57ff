import { proveRowIndependence, type RowProof } from '../../src/proof/prove-row-independence.ts';
import { type AttributeValue, constant, type ElementName, input, modelOf, type ModelOptions, node, type NodeInit, output, type TensorInit } from './graph-builder.ts';
import { readModelOf } from './read-model.ts';

/** `n 3` is `['n', 3]`, `?` is a size without a name, an empty text a scalar. */
export function sizes(text: string): (number | string)[] {
  return text.split(' ').filter((size) => size !== '').map((size) => (size === '?' ? '' : /^\d+$/.test(size) ? Number(size) : size));
}

export interface GraphCase {
  /** Sizes by name; a name may be followed by its element type: `ids:int64`. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly nodes: readonly NodeInit[];
  readonly constants?: readonly TensorInit[];
  readonly outputs?: readonly string[];
}

/** What the proof says of a graph whose output is `y`: `rows`, or why not. */
export async function verdictOf(graph: GraphCase, options: ModelOptions = {}): Promise<string> {
  const proof = await proofOf(graph, options);
  return proof.isProven ? 'rows' : proof.reason;
}

export async function proofOf({ inputs, nodes, constants = [], outputs = ['y'] }: GraphCase, options: ModelOptions = {}): Promise<RowProof> {
  const values = Object.entries(inputs).map(([key, shape]) => {
    const [name = '', type = 'float'] = key.split(':');
    return input(name, type as ElementName, sizes(shape));
  });
  const model = await readModelOf(modelOf({ node: [...nodes], input: values, output: outputs.map(output), initializer: [...constants] }, options));
  return proveRowIndependence(model, { inputs: values.map(({ name = '' }) => name), outputs });
}

/** A constant input of a node: a name of its own and its numbers. */
export type Operand = string | { readonly ints: readonly number[]; readonly shape?: string } | { readonly floats: readonly number[]; readonly shape?: string } | { readonly weights: string };

export const ints = (...values: readonly number[]): Operand => ({ ints: values });
export const scalar = (value: number): Operand => ({ ints: [value], shape: '' });
export const floats = (...values: readonly number[]): Operand => ({ floats: values });
export const weights = (shape: string): Operand => ({ weights: shape });

/** One node on `x` (and what else the inputs name), with constants where operands are no names; its first output is `y`. */
export function one(operator: string, inputs: GraphCase['inputs'] | string, operands: readonly Operand[] = [], attributes: Readonly<Record<string, AttributeValue>> = {}): GraphCase {
  const named = typeof inputs === 'string' ? { x: inputs } : inputs;
  const constants: TensorInit[] = [];
  const names = operands.map((operand, at) => {
    if (typeof operand === 'string') return operand;
    constants.push(constantOf(`c${at}`, operand));
    return `c${at}`;
  });
  const all = typeof inputs === 'string' ? ['x', ...names] : names;
  return { inputs: named, nodes: [node(operator, all, ['y'], attributes)], constants };
}

function constantOf(name: string, operand: Exclude<Operand, string>): TensorInit {
  if ('weights' in operand) {
    const shape = sizes(operand.weights).map(Number);
    return constant(name, 'float', shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => at));
  }
  const [type, values] = 'ints' in operand ? (['int64', operand.ints] as const) : (['float', operand.floats] as const);
  return constant(name, type, operand.shape === undefined ? [values.length] : sizes(operand.shape).map(Number), values);
}

/** The same, turned so that the batch of `x: [n, …]` is on another axis first. */
export function turned(perm: readonly number[], graph: GraphCase): GraphCase {
  const nodes = graph.nodes.map((each) => ({ ...each, input: (each.input ?? []).map((name) => (name === 'x' ? 'turned' : name)) }));
  return { ...graph, nodes: [node('Transpose', ['x'], ['turned'], { perm }), ...nodes] };
}
