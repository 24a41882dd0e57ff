import type { GraphToWrite, ModelToWrite, NodeToWrite, StoredTensor, ValueToWrite } from '@servable/onnx-graph';
import type { GraphBuilder } from './build/graph-builder.ts';
import { isGraph, namesUsed, neededNodes } from './build/needed-nodes.ts';
import { physical } from './build/order.ts';
import type { EmittedGraph } from './emitted-graph.ts';
import { fuseGraph } from './fuse/fuse-graph.ts';
import { isHeld } from './ir/held-types.ts';
import type { Value } from './ir/value.ts';

/** The version of ONNX's operators that is written, and a newer one where the graph has an operator that came with it. */
const OPSET = 21;
const NEW_OPSET = 26;
const NEW_OPERATORS: ReadonlySet<string> = new Set(['BitCast', 'CumProd']);

/** Names inputs and outputs as clients do, and leaves out what no output needs. */
export function finishGraph(b: GraphBuilder, { inputs, outputs }: { readonly inputs: ReadonlyMap<string, Value>; readonly outputs: ReadonlyMap<string, Value> }): EmittedGraph {
  b.from('output');
  const made = new Set(b.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const written: ValueToWrite[] = [];
  const names = new Map<string, string>();
  const passed = new Map<string, string>();
  const constants = new Map<string, StoredTensor>();
  const inputOf = new Map(Array.from(inputs, ([alias, { name }]) => [name, alias]));
  for (const [alias, value] of outputs) {
    const input = value.constant === undefined ? inputOf.get(value.name) : undefined;
    if (input !== undefined) passed.set(alias, input);
    else if (value.constant !== undefined && !isHeld(value.dtype)) constants.set(alias, value.constant);
    if (input !== undefined || constants.has(alias)) continue;
    const name = b.nameOf(value);
    const wanted = b.reserve(alias);
    // A node's own output takes the name; constants and what has a name already are passed on.
    if (made.has(name) && !renamed.has(name)) renamed.set(name, wanted);
    else renamed.set(passedOn(b, { ...value, name, constant: undefined, elements: undefined }, wanted), wanted);
    written.push({ ...toWrite(value), name: wanted });
    names.set(alias, wanted);
  }
  const nodes = neededNodes(b.nodes, [...renamed.keys()]).map((node) => withNames(node, renamed));
  const held = [...inputs].filter(([, { dtype }]) => isHeld(dtype));
  const used = new Set(nodes.flatMap(namesUsed));
  const initializers = new Map([...b.initializers].filter(([name]) => used.has(name)));
  return {
    model: modelOf(b, { nodes, initializers, inputs: held.map(([, value]) => toWrite(value)), outputs: written }),
    inputs: new Map(held.map(([alias, { name }]) => [alias, name])),
    outputs: names,
    passed,
    constants,
  };
}

/** A graph as a file of ONNX, with its patterns fused. */
export function modelOf(b: GraphBuilder, graph: Omit<GraphToWrite, 'name'>): ModelToWrite {
  const fused = fuseGraph(graph, { factsOf: (name) => factsOf(b, name), reserve: (name) => b.reserve(name) });
  return { graph: { name: 'saved_model', ...fused, inputs: fused.inputs.map(withoutRowsName) }, opsets: new Map([['', needsNew(fused.nodes) ? NEW_OPSET : OPSET]]), producer: 'servable' };
}

function needsNew(nodes: readonly NodeToWrite[]): boolean {
  return nodes.some(({ operator, attributes }) => NEW_OPERATORS.has(operator) || Object.values(attributes).some((value) => isGraph(value) && needsNew(value.graph.nodes)));
}

/** One Identity for each output, never one for two. */
function passedOn(b: GraphBuilder, value: Value, wanted: string): string {
  return b.one('Identity', [value], { dtype: value.dtype, shape: value.shape }, { for: wanted }).name;
}

/** A node as it is written, with other names for values that have some. */
export function withNames(node: NodeToWrite, names: ReadonlyMap<string, string>): NodeToWrite {
  const rename = (name: string): string => names.get(name) ?? name;
  const { for: _, ...attributes } = node.attributes;
  const renamed = Object.entries(attributes).map(([key, value]) => [key, isGraph(value) ? { graph: graphWithNames(value.graph, names) } : value] as const);
  return { ...node, attributes: Object.fromEntries(renamed), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
}

/** What a graph inside of a node takes from around it has its new name there too. */
function graphWithNames(graph: GraphToWrite, names: ReadonlyMap<string, string>): GraphToWrite {
  return { ...graph, nodes: graph.nodes.map((node) => withNames(node, names)) };
}

function factsOf(b: GraphBuilder, name: string): Value | undefined {
  const value = b.valueNamed(name);
  return value === undefined ? undefined : physical(value);
}

/** Without a name for how many rows there are: requests bring as many of each input, though a graph may do with others. */
function withoutRowsName({ shape, ...value }: ValueToWrite): ValueToWrite {
  return { ...value, shape: shape?.map((size, axis) => (axis === 0 && typeof size === 'string' ? -1 : size)) };
}

function toWrite({ name, dtype, shape }: Value): ValueToWrite {
  return { name, dtype, shape };
}
