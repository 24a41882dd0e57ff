import { messageOf, type Signature } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { EmittedGraph } from './emitted-graph.ts';
import { GraphBuilder } from './build/graph-builder.ts';
import { NoKernel } from './build/kernel-types.ts';
import { inPlace } from './build/order.ts';
import { guardedBy } from './build/guards.ts';
import { type FlatGraph, type FlatNode, inOrderOfUse, placeKey, type TensorPlace } from './flow/flat-graph.ts';
import { ShapeMismatch } from './ir/dimension.ts';
import { NeedsRank, type Value } from './ir/value.ts';
import { OpCall } from './op-call.ts';
import { heldType } from './ops/held-type.ts';
import { emitterOf } from './ops/op-table.ts';
import { assertedBy } from './ops/control.ts';
import { checkRanks } from './fixed-ranks.ts';
import { RefusedRun } from './refused-run.ts';
import { finishGraph } from './finish-graph.ts';
import { Uncovered, type UncoveredNode, UncoveredNodes } from './uncovered.ts';

/** Finds what variables hold, by the names of their nodes. */
export type FindVariable = (node: string) => StoredTensor | undefined;

/** What is to be compiled. */
export interface GraphSource {
  readonly graph: FlatGraph;
  readonly signature: Signature;
  readonly findVariable: FindVariable;
}

const VARIABLES: ReadonlySet<string> = new Set(['VarHandleOp', 'VariableV2', 'Variable']);

/**
 * Writes what a signature computes as ONNX.
 *
 * @throws UncoveredNodes, with all that is not covered; RefusedRun for what TensorFlow refuses at each call
 */
export function emitGraph(source: GraphSource): EmittedGraph {
  return new GraphEmitter(source).emit();
}

class GraphEmitter {
  readonly #source: GraphSource;
  readonly #b = new GraphBuilder();
  readonly #values = new Map<string, Value>();
  readonly #inputs = new Map<string, Value>();
  readonly #uncovered: UncoveredNode[] = [];

  constructor(source: GraphSource) {
    this.#source = source;
  }

  emit(): EmittedGraph {
    this.#feedInputs();
    const { graph, signature } = this.#source;
    const fetched = Array.from(signature.outputs, ([alias, { graphName = alias }]): [string, TensorPlace] => [alias, this.#placeOf(graphName)]);
    const guards = graph.effects.filter(({ op }) => op === 'Assert');
    const needed = [...fetched.map(([, place]) => place), ...guards.flatMap(({ inputs }) => inputs.slice(0, 1))];
    for (const node of inOrderOfUse(graph, needed, new Set(this.#values.keys()))) this.#emitNode(node);
    for (const node of graph.effects) if (node.op !== 'Assert') this.#uncovered.push({ node: node.name, op: node.op, reason: 'it changes what the model holds' });
    this.#checkQuantized(fetched);
    if (this.#uncovered.length > 0) throw new UncoveredNodes(this.#uncovered);
    const outputs = new Map(fetched.map(([alias, place]) => [alias, inPlace(this.#b, this.#valueAt(place))]));
    return finishGraph(this.#b, { inputs: this.#inputs, outputs: this.#guarded(outputs, guards) });
  }

  /** Inside the graph quantized numbers have plain types; a client would get those. */
  #checkQuantized(fetched: readonly (readonly [string, TensorPlace])[]): void {
    for (const [alias, place] of fetched) {
      const dtype = this.#source.signature.outputs.get(alias)?.dtype;
      if (dtype === undefined || heldType(dtype) === dtype || this.#values.get(placeKey(place))?.dtype === dtype) continue;
      this.#uncovered.push({ node: place.node, op: 'output', reason: `it is of the quantized type ${dtype}` });
    }
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

  #emitNode(node: FlatNode): void {
    this.#b.from(node.name);
    const inputs = node.inputs.map((place) => this.#values.get(placeKey(place)));
    const known = inputs.filter((input) => input !== undefined);
    // What it needs is not covered; that is said already.
    if (known.length < inputs.length) return this.#missing(node, inputs);
    try {
      for (const [index, value] of this.#outputsOf(node, known).entries()) this.#values.set(placeKey({ node: node.name, index }), value);
    } catch (error) {
      this.#uncovered.push({ node: node.name, op: node.op, reason: reasonOf(error) });
    }
  }

  #missing(node: FlatNode, inputs: readonly (Value | undefined)[]): void {
    if (emitterOf(node.op) === undefined) this.#uncovered.push({ node: node.name, op: node.op, reason: undefined });
    else if (this.#uncovered.length === 0) throw new RefusedRun('INVALID_ARGUMENT', `input ${inputs.indexOf(undefined)} of node '${node.name}' (${node.op}) is not there`);
  }

  #outputsOf(node: FlatNode, inputs: readonly Value[]): readonly Value[] {
    if (VARIABLES.has(node.op)) return [this.#variable(node)];
    const emitter = emitterOf(node.op);
    if (emitter === undefined) {
      this.#uncovered.push({ node: node.name, op: node.op, reason: undefined });
      return [];
    }
    checkRanks(node, inputs);
    const outputs = emitter(new OpCall({ b: this.#b, op: node.op, node: node.name, inputs, attributes: node.attributes }));
    return isList(outputs) ? outputs : [outputs];
  }

  #variable({ name }: FlatNode): Value {
    const stored = this.#source.findVariable(name);
    if (stored === undefined) throw new RefusedRun('FAILED_PRECONDITION', `Could not find variable ${name}. The checkpoint has no value for it: export the model again, with its variables`);
    return this.#b.stored(stored);
  }

  /** Asserts hold for a whole call: what it gives depends on them. */
  #guarded(outputs: ReadonlyMap<string, Value>, guards: readonly FlatNode[]): ReadonlyMap<string, Value> {
    const conditions = guards.flatMap((node) => assertedBy(this.#b, node.name, node.inputs.map((place) => this.#valueAt(place)).slice(0, 1)));
    if (conditions.length === 0) return outputs;
    return new Map(Array.from(outputs, ([alias, value]) => [alias, guardedBy(this.#b, value, conditions)]));
  }
}

function isList(outputs: Value | readonly Value[]): outputs is readonly Value[] {
  return Array.isArray(outputs);
}

/** What a run may not be spared of goes on. */
function reasonOf(error: unknown): string {
  if (error instanceof ShapeMismatch) throw new RefusedRun('INVALID_ARGUMENT', error.message);
  if (error instanceof Uncovered || error instanceof NeedsRank || error instanceof NoKernel) return messageOf(error);
  throw error;
}
