import type { NodeDef } from '@servable/protos/saved-model';
import { type FunctionIndex, functionRoots, type GraphIndex, nodeOf, reachableNodes } from '../../graph/graph-index.ts';
import { parseTensorName } from '../../graph/tensor-name.ts';
import { UncoveredNodes } from '../uncovered.ts';
import { type BranchCall, branchesOf } from './branch-functions.ts';
import { effectOf } from './effects.ts';
import { type FlatBranch, type FlatGraph, type FlatNode, placeKey, type TensorPlace } from './flat-graph.ts';
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
  /** Where nodes go that run for what they do. */
  readonly effects: FlatNode[];
}

interface Call {
  readonly node: NodeDef;
  readonly called: FunctionIndex;
  readonly attributes: AttributeMap;
}

interface CalledFrom {
  readonly scope: Scope;
  /** What the arguments stand for. */
  readonly inputs: readonly TensorPlace[];
  /** What names of the body's nodes begin with, in the scope's. */
  readonly label: string;
  readonly effects: FlatNode[];
}

/** A node that runs one of several functions. */
interface Branching {
  readonly node: NodeDef;
  readonly attributes: NodeAttributes;
  readonly inputs: readonly TensorPlace[];
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
  inliner.enter({ prefix: '', nodes: graph.nodes, roots: wanted.map(nodeOf), inputs: new Map(), attributes: {}, callers: [], effects: inliner.effects });
  return inliner.finish(wanted);
}

class Inliner {
  readonly #graph: GraphIndex;
  readonly #nodes = new Map<string, FlatNode>();
  /** What a call gives, by its own place. */
  readonly #results = new Map<string, TensorPlace>();
  readonly effects: FlatNode[] = [];
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
    return { nodes, tensors: new Map(places), effects: this.effects.map((node) => this.#withResults(node)) };
  }

  #withResults(node: FlatNode): FlatNode {
    const inputs = node.inputs.map((place) => this.#follow(place));
    if (node.branches === undefined) return { ...node, inputs };
    const branches = node.branches.map(({ results, effects }) => ({ results: results.map((place) => this.#follow(place)), effects: effects.map((effect) => this.#withResults(effect)) }));
    return { ...node, inputs, branches };
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
    const inputs = dataInputs(node).map((input) => this.#placeOf(input, scope));
    const attributes = new NodeAttributes({ name, attr: node.attr }, scope.attributes);
    const branches = branchesOf(node.op, attributes)?.map((branch) => this.#enterBranch({ node, attributes, inputs: inputs.slice(1) }, branch, scope));
    const flat: FlatNode = { name, op: node.op, inputs, attributes, ...(branches === undefined ? {} : { branches }) };
    this.#nodes.set(name, flat);
    const effect = effectOf(node, this.#graph);
    if (effect !== undefined) scope.effects.push({ ...flat, op: effect });
  }

  #enterBranch({ node, attributes, inputs }: Branching, { name, attributes: own, label }: BranchCall, scope: Scope): FlatBranch {
    const called = this.#graph.functions.get(name);
    if (called === undefined) throw new UncoveredNodes([{ node: scope.prefix + node.name, op: node.op, reason: `there is no function '${name}'` }]);
    const effects: FlatNode[] = [];
    const inner = this.#scopeOf({ node, called, attributes: { ...attributes.resolved(), ...own } }, { scope, inputs, label: `${node.name}/${label}`, effects });
    this.#pending.push(inner);
    return { results: resultsOf(called).map((result) => this.#placeOf(result, inner)), effects };
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

  #expand(call: Call, scope: Scope): void {
    const { node, called } = call;
    const inputs = dataInputs(node).map((input) => this.#placeOf(input, scope));
    const inner = this.#scopeOf(call, { scope, inputs, label: node.name, effects: scope.effects });
    for (const [index, result] of resultsOf(called).entries()) this.#results.set(placeKey({ node: scope.prefix + node.name, index }), this.#placeOf(result, inner));
    this.#pending.push(inner);
  }

  #scopeOf({ node, called, attributes }: Call, { scope, inputs, label, effects }: CalledFrom): Scope {
    const name = called.definition.signature?.name ?? '';
    if (scope.callers.includes(name)) throw new UncoveredNodes([{ node: scope.prefix + node.name, op: node.op, reason: `function '${name}' calls itself` }]);
    const given = new Map(called.inputs.flatMap((argument, at) => (inputs[at] === undefined ? [] : [[argument, inputs[at]] as const])));
    return { prefix: `${scope.prefix}${label}/`, nodes: called.nodes, roots: functionRoots(called), inputs: given, attributes, callers: [...scope.callers, name], effects };
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

/** Attributes that are as they are by default are left out of a model: then there is nothing of the list. */
function lengthOf(node: NodeDef, attribute: string, ofCall: AttributeMap): number {
  const value = new NodeAttributes(node, ofCall).resolved()[attribute]?.value;
  if (value?.case === 'i') return Number(value.value);
  return value?.case === 'list' ? value.value.type.length : 0;
}

/** Names, inside of a function, of what it gives in order. */
function resultsOf({ definition }: FunctionIndex): readonly string[] {
  return (definition.signature?.outputArg ?? []).map(({ name }) => definition.ret[name] ?? '');
}

function dataInputs({ input }: NodeDef): string[] {
  return input.filter((each) => !each.startsWith('^'));
}
