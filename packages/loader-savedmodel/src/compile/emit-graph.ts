import { messageOf, type Signature } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import { cutGraph } from './cut/cut-graph.ts';
import type { EmittedPlan } from './cut/emitted-plan.ts';
import type { EmittedGraph } from './emitted-graph.ts';
import type { FindTable } from '../host/host-op.ts';
import { hostOpOf } from '../host/host-table.ts';
import { GraphBuilder } from './build/graph-builder.ts';
import { NoKernel } from './build/kernel-types.ts';
import { inPlace } from './build/order.ts';
import { guardedBy } from './build/guards.ts';
import { hostNode } from './host-node.ts';
import { Failures } from './failures.ts';
import { type FlatBranch, type FlatGraph, type FlatNode, inOrderOfUse, neededBy, opsNeeded, placeKey, type TensorPlace } from './flow/flat-graph.ts';
import { ShapeMismatch } from './ir/dimension.ts';
import { NeedsRank, type Value } from './ir/value.ts';
import { OpCall, type ScopeResult } from './op-call.ts';
import { heldType } from './ops/held-type.ts';
import { emitterOf } from './ops/op-table.ts';
import { assertedBy } from './ops/control.ts';
import { checkRanks } from './fixed-ranks.ts';
import { RefusedRun } from './refused-run.ts';
import { finishGraph } from './finish-graph.ts';
import { isTable, tableHandle } from './tables/table-store.ts';
import { Uncovered, type UncoveredNode, UncoveredNodes } from './uncovered.ts';

/** Finds what variables hold, by the names of their nodes. */
export type FindVariable = (node: string) => StoredTensor | undefined;

/** What is to be compiled. */
export interface GraphSource {
  readonly graph: FlatGraph;
  readonly signature: Signature;
  readonly findVariable: FindVariable;
  /** Default: there are no tables. */
  readonly findTable?: FindTable;
}

const VARIABLES: ReadonlySet<string> = new Set(['VarHandleOp', 'VariableV2', 'Variable']);

/**
 * Writes what a signature computes as ONNX; with nodes that run in TypeScript, as a plan of several graphs and what is between them.
 *
 * @throws UncoveredNodes, with all that is not covered; RefusedRun for what TensorFlow refuses at each call
 */
export function emitGraph(source: GraphSource): EmittedGraph | EmittedPlan {
  return new GraphEmitter(source).emit();
}

/** The graph that a node is written into. */
interface Surroundings {
  readonly b: GraphBuilder;
  readonly guards: Value[];
}

class GraphEmitter {
  readonly #source: GraphSource;
  readonly #b: GraphBuilder;
  readonly #values = new Map<string, Value>();
  readonly #inputs = new Map<string, Value>();
  readonly #failures = new Failures();
  readonly #fetched: readonly (readonly [string, TensorPlace])[];
  /** Whether something runs outside of ONNX. */
  readonly #hasHosts: boolean;

  constructor(source: GraphSource) {
    this.#source = source;
    const { graph, signature } = source;
    this.#fetched = Array.from(signature.outputs, ([alias, { graphName = alias }]): [string, TensorPlace] => [alias, this.#placeOf(graphName)]);
    const given = new Set(Array.from(signature.inputs, ([alias, { graphName = alias }]) => placeKey(this.#placeOf(graphName))));
    this.#hasHosts = [...opsNeeded(graph, this.#whole(), given)].some((op) => hostOpOf(op) !== undefined);
    this.#b = new GraphBuilder({ keepsStrings: this.#hasHosts });
  }

  emit(): EmittedGraph | EmittedPlan {
    this.#feedInputs();
    const fetched = this.#fetched;
    const { guards, uncovered } = this.#write(this.#b, this.#whole());
    const all = [...uncovered, ...this.#quantizedOutputs(fetched)];
    if (all.length > 0) throw new UncoveredNodes(all);
    const outputs = new Map(fetched.map(([alias, place]) => [alias, inPlace(this.#b, this.#valueAt(place))]));
    if (this.#hasHosts) return cutGraph(this.#b, { inputs: this.#inputs, outputs, guards });
    // Asserts hold for a whole call: what it gives depends on them.
    const guarded = guards.length === 0 ? outputs : new Map(Array.from(outputs, ([alias, value]) => [alias, guardedBy(this.#b, value, guards)]));
    return finishGraph(this.#b, { inputs: this.#inputs, outputs: guarded });
  }

  #whole(): FlatBranch {
    return { results: this.#fetched.map(([, place]) => place), effects: this.#source.graph.effects };
  }

  /** Writes what results and effects need, but for what stands around them already. */
  #write(b: GraphBuilder, { results, effects }: FlatBranch): { readonly guards: readonly Value[]; readonly uncovered: readonly UncoveredNode[] } {
    const needed = neededBy({ results, effects });
    const guards: Value[] = [];
    const isDone = (key: string): boolean => this.#values.has(key) || this.#failures.has(key.slice(0, key.lastIndexOf(':')));
    for (const node of inOrderOfUse(this.#source.graph, needed, { has: isDone })) this.#emitNode(node, { b, guards });
    const others = effects.filter(({ op, branches }) => op !== 'Assert' && branches === undefined);
    const uncovered = [...this.#failures.reasonsOf(needed), ...others.map(({ name, op }) => ({ node: name, op, reason: 'it changes what the model holds' }))];
    if (uncovered.length > 0) return { guards, uncovered };
    for (const { name, op, inputs: [condition] } of effects) if (op === 'Assert' && condition !== undefined) guards.push(...assertedBy(b, name, this.#valueAt(condition)));
    return { guards, uncovered };
  }

  #writeBranch(b: GraphBuilder, branch: FlatBranch): ScopeResult {
    const { guards, uncovered } = this.#write(b, branch);
    if (uncovered.length > 0) throw new UncoveredNodes(uncovered);
    return { outputs: branch.results.map((place) => this.#valueAt(place)), guards };
  }

  /** Inside the graph quantized numbers have plain types; a client would get those. */
  #quantizedOutputs(fetched: readonly (readonly [string, TensorPlace])[]): readonly UncoveredNode[] {
    return fetched.flatMap(([alias, place]) => {
      const dtype = this.#source.signature.outputs.get(alias)?.dtype;
      if (dtype === undefined || heldType(dtype) === dtype || this.#values.get(placeKey(place))?.dtype === dtype) return [];
      return [{ node: place.node, op: 'output', reason: `it is of the quantized type ${dtype}` }];
    });
  }

  #feedInputs(): void {
    for (const [alias, { dtype, shape, graphName = alias }] of this.#source.signature.inputs) {
      const sizes = shape?.map((size) => (size === -1 ? this.#b.sizes.next() : size));
      const value: Value = { name: this.#b.reserve(alias), dtype, shape: sizes };
      this.#inputs.set(alias, value);
      this.#values.set(placeKey(this.#placeOf(graphName)), value);
    }
  }

  #placeOf(tensor: string): TensorPlace {
    const place = this.#source.graph.tensors.get(tensor);
    if (place === undefined) throw new RefusedRun('NOT_FOUND', `${tensor} is not in the graph`);
    return place;
  }

  #valueAt(place: TensorPlace): Value {
    const value = this.#values.get(placeKey(place));
    if (value === undefined) throw new RefusedRun('NOT_FOUND', `there is no tensor ${placeKey(place)}`);
    return value;
  }

  #emitNode(node: FlatNode, around: Surroundings): void {
    around.b.from(node.name);
    // What else a branch takes it asks for itself.
    const places = node.branches === undefined ? node.inputs : node.inputs.slice(0, 1);
    const inputs = places.map((place) => this.#values.get(placeKey(place)));
    const known = inputs.filter((input) => input !== undefined);
    if (known.length < inputs.length) return this.#missing(node, inputs);
    try {
      for (const [index, value] of this.#outputsOf(node, known, around).entries()) this.#values.set(placeKey({ node: node.name, index }), value);
    } catch (error) {
      this.#failures.add(node, reasonsOf(error, node));
    }
  }

  /** What it needs is not covered; that is said already. */
  #missing(node: FlatNode, inputs: readonly (Value | undefined)[]): void {
    const behind = node.inputs.flatMap((place, at) => (inputs[at] === undefined && this.#isToCome(place) ? [place.node] : []));
    const own = emitterOf(node.op) === undefined && hostOpOf(node.op) === undefined ? [{ node: node.name, op: node.op, reason: undefined }] : [];
    if (behind.length + own.length === 0) throw new RefusedRun('INVALID_ARGUMENT', `input ${inputs.indexOf(undefined)} of node '${node.name}' (${node.op}) is not there`);
    this.#failures.add(node, own, behind);
  }

  /** Whether a node could not be written, or has not been: that is so in loops alone. */
  #isToCome({ node }: TensorPlace): boolean {
    return this.#failures.has(node) || (this.#source.graph.nodes.has(node) && !this.#values.has(placeKey({ node, index: 0 })));
  }

  #outputsOf(node: FlatNode, inputs: readonly Value[], { b, guards }: Surroundings): readonly Value[] {
    if (VARIABLES.has(node.op)) return [this.#variable(node)];
    if (isTable(node)) return [b.stored(tableHandle(node.name))];
    const host = hostOpOf(node.op);
    if (host !== undefined) return hostNode(b, node, { host, inputs, findTable: this.#source.findTable ?? noTable });
    const emitter = emitterOf(node.op);
    if (emitter === undefined) throw new UncoveredNodes([{ node: node.name, op: node.op, reason: undefined }]);
    checkRanks(node, inputs);
    const branches = (node.branches ?? []).map((branch) => (inner: GraphBuilder) => this.#writeBranch(inner, branch));
    const outputs = emitter(new OpCall({ b, op: node.op, node: node.name, inputs, attributes: node.attributes, branches, guards }));
    return isList(outputs) ? outputs : [outputs];
  }

  #variable({ name }: FlatNode): Value {
    const stored = this.#source.findVariable(name);
    if (stored === undefined) throw new RefusedRun('FAILED_PRECONDITION', `Could not find variable ${name}. The checkpoint has no value for it: export the model again, with its variables`);
    return this.#b.stored(stored);
  }
}

function noTable(node: string): never {
  throw new Uncovered(`nothing fills its table '${node}'`);
}

function isList(outputs: Value | readonly Value[]): outputs is readonly Value[] {
  return Array.isArray(outputs);
}

/** What a run may not be spared of goes on. A fault of ours is one node that is not covered: another engine may run the model. */
function reasonsOf(error: unknown, { name, op }: FlatNode): readonly UncoveredNode[] {
  if (error instanceof ShapeMismatch) throw new RefusedRun('INVALID_ARGUMENT', error.message);
  if (error instanceof RefusedRun) throw error;
  if (error instanceof UncoveredNodes) return error.nodes;
  const isForeseen = error instanceof Uncovered || error instanceof NeedsRank || error instanceof NoKernel;
  return [{ node: name, op, reason: isForeseen ? messageOf(error) : `a fault of the compiler: ${messageOf(error)}` }];
}
