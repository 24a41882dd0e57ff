import type { NodeDef } from '@servable/protos/saved-model';
import { type FunctionIndex, functionRoots, type GraphIndex, nodeOf, reachableNodes } from '../../graph/graph-index.ts';
import { parseTensorName } from '../../graph/tensor-name.ts';
import { Uncovered, UncoveredNodes } from '../uncovered.ts';
import { effectOf } from './effects.ts';
import { type FlatGraph, type FlatNode, placeKey, type TensorPlace } from './flat-graph.ts';
import { type AttributeMap, NodeAttributes } from './node-attributes.ts';
import { outputOffset } from './output-names.ts';

const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);
/** Functions that call each other twice at each step could go on for ever. */
const MOST_NODES = 2_000_000;

/** Nodes that are put in place: the main graph, or a function at one of its calls. */
interface Scope {
  /** What names begin with; empty in the main graph. */
  readonly prefix: string;
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly roots: readonly string[];
  /** Of a function: what its arguments stand for. */
  readonly inputs: ReadonlyMap<string, TensorPlace>;
  readonly attributes: AttributeMap;
  /** Functions that are being put in place, the outermost first. */
  readonly callers: readonly string[];
}

interface Call {
  readonly node: NodeDef;
  readonly called: FunctionIndex;
  readonly attributes: AttributeMap;
}

/**
 * What tensors are computed by, with functions put in place of their calls, nested ones too.
 *
 * @param tensors - names in the main graph, such as `y:0`
 * @throws UncoveredNodes for functions that call themselves
 */
export function inlineFunctions(graph: GraphIndex, tensors: Iterable<string>): FlatGraph {
  const wanted = [...tensors];
  const inliner = new Inliner(graph);
  inliner.enter({ prefix: '', nodes: graph.nodes, roots: wanted.map(nodeOf), inputs: new Map(), attributes: {}, callers: [] });
  return inliner.finish(wanted);
}

class Inliner {
  readonly #graph: GraphIndex;
  readonly #nodes = new Map<string, FlatNode>();
  /** What a call gives, by its own place. */
  readonly #results = new Map<string, TensorPlace>();
  readonly #effects: FlatNode[] = [];
  #pending: Scope[] = [];

  constructor(graph: GraphIndex) {
    this.#graph = graph;
  }

  enter(scope: Scope): void {
    this.#pending = [scope];
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) this.#place(next);
  }

  finish(tensors: readonly string[]): FlatGraph {
    const places = tensors.map((name): [string, TensorPlace] => {
      const { node, index } = parseTensorName(name);
      return [name, this.#follow({ node, index })];
    });
    const nodes = new Map(Array.from(this.#nodes, ([name, node]) => [name, this.#withResults(node)]));
    return { nodes, tensors: new Map(places), effects: this.#effects.map((node) => this.#withResults(node)) };
  }

  #withResults(node: FlatNode): FlatNode {
    return { ...node, inputs: node.inputs.map((place) => this.#follow(place)) };
  }

  #follow(place: TensorPlace): TensorPlace {
    let current = place;
    for (let next = this.#results.get(placeKey(current)); next !== undefined; next = this.#results.get(placeKey(current))) current = next;
    return current;
  }

  #place(scope: Scope): void {
    for (const node of reachableNodes(scope.roots, scope.nodes)) {
      const call = this.#callOf(node, scope);
      if (call === undefined) this.#add(node, scope);
      else this.#expand(call, scope);
    }
  }

  #add(node: NodeDef, scope: Scope): void {
    if (this.#nodes.size >= MOST_NODES) throw new UncoveredNodes([{ node: node.name, op: node.op, reason: `functions expand to more than ${MOST_NODES} nodes` }]);
    const name = scope.prefix + node.name;
    const flat: FlatNode = { name, op: node.op, inputs: dataInputs(node).map((input) => this.#placeOf(input, scope)), attributes: new NodeAttributes({ name, attr: node.attr }, scope.attributes) };
    this.#nodes.set(name, flat);
    const effect = effectOf(node, this.#graph);
    if (effect !== undefined) this.#effects.push({ ...flat, op: effect });
  }

  #callOf(node: NodeDef, scope: Scope): Call | undefined {
    const own = this.#graph.functions.get(node.op);
    const attributes = new NodeAttributes(node, scope.attributes);
    if (own !== undefined) return { node, called: own, attributes: attributes.resolved() };
    if (!CALLS.has(node.op)) return undefined;
    const f = attributes.call('f');
    const called = f === undefined ? undefined : this.#graph.functions.get(f.name);
    return f === undefined || called === undefined ? undefined : { node, called, attributes: { ...attributes.resolved(), ...f.attributes } };
  }

  #expand({ node, called, attributes }: Call, scope: Scope): void {
    const { definition } = called;
    const name = definition.signature?.name ?? '';
    if (scope.callers.includes(name)) throw new UncoveredNodes([{ node: scope.prefix + node.name, op: node.op, reason: `function '${name}' calls itself` }]);
    const prefix = `${scope.prefix}${node.name}/`;
    const given = dataInputs(node).map((input) => this.#placeOf(input, scope));
    const inputs = new Map(called.inputs.flatMap((argument, at) => (given[at] === undefined ? [] : [[argument, given[at]] as const])));
    const inner: Scope = { prefix, nodes: called.nodes, roots: functionRoots(called), inputs, attributes, callers: [...scope.callers, name] };
    for (const [index, output] of (definition.signature?.outputArg ?? []).entries()) {
      const result = definition.ret[output.name];
      if (result !== undefined) this.#results.set(placeKey({ node: scope.prefix + node.name, index }), this.#placeOf(result, inner));
    }
    this.#pending.push(inner);
  }

  /** What an input names: an argument's meaning, or an output of a node beside it. */
  #placeOf(input: string, scope: Scope): TensorPlace {
    const { node: name, output, index } = parseTensorName(input);
    const argument = scope.inputs.get(name);
    if (argument !== undefined && !scope.nodes.has(name)) return argument;
    const node = scope.nodes.get(name);
    return { node: scope.prefix + name, index: index + (node === undefined ? 0 : this.#offsetOf(node, output, scope)) };
  }

  #offsetOf(node: NodeDef, output: string | undefined, scope: Scope): number {
    const own = this.#graph.functions.get(node.op);
    if (own !== undefined) return Math.max(0, (own.definition.signature?.outputArg ?? []).findIndex(({ name }) => name === output));
    return outputOffset(node.op, output, (attribute) => lengthOf(node, attribute, scope.attributes));
  }
}

function lengthOf(node: NodeDef, attribute: string, ofCall: AttributeMap): number {
  const value = new NodeAttributes(node, ofCall).resolved()[attribute]?.value;
  if (value?.case === 'i') return Number(value.value);
  if (value?.case === 'list') return value.value.type.length;
  throw new Uncovered(`it has no attribute '${attribute}'`);
}

function dataInputs({ input }: NodeDef): string[] {
  return input.filter((each) => !each.startsWith('^'));
}
