import type { NodeDef } from '@servable/protos/saved-model';
import { calledFunctions, functionRoots, type GraphIndex, nodeOf, reachableNodes } from './graph-index.ts';

/** How many nodes there are of each op. */
export type OpCounts = ReadonlyMap<string, number>;

/** Ops that do nothing but call a function: its nodes count in their place. */
const PLAIN_CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

/** Counts the ops that tensors need, functions expanded at every call. Keeps what it found of functions. */
export class OpCounter {
  readonly #graph: GraphIndex;
  readonly #ofFunctions = new Map<string, OpCounts>();

  constructor(graph: GraphIndex) {
    this.#graph = graph;
  }

  /** Counts what these tensors or nodes need, by names such as `y:0`. A function that calls itself counts once. */
  count(tensors: Iterable<string>): OpCounts {
    const nodes = reachableNodes(Array.from(tensors, nodeOf), this.#graph.nodes);
    return this.#countNodes(nodes, this.#countFunctions(nodes));
  }

  /** Counts functions before those that call them: no recursion, for a chain of calls may be long. */
  #countFunctions(nodes: readonly NodeDef[]): ReadonlyMap<string, OpCounts> {
    const entered = new Set<string>();
    const pending = this.#callsOf(nodes);
    for (let name = pending.at(-1); name !== undefined; name = pending.at(-1)) {
      const body = this.#bodyOf(name);
      const unknown = entered.has(name) ? [] : this.#callsOf(body).filter((called) => !this.#ofFunctions.has(called) && !entered.has(called));
      entered.add(name);
      for (const called of unknown) pending.push(called);
      if (unknown.length > 0) continue;
      pending.pop();
      if (!this.#ofFunctions.has(name)) this.#ofFunctions.set(name, this.#countNodes(body, this.#ofFunctions));
    }
    return this.#ofFunctions;
  }

  #countNodes(nodes: readonly NodeDef[], ofFunctions: ReadonlyMap<string, OpCounts>): OpCounts {
    const counts = new Map<string, number>();
    const add = (op: string, count: number): void => void counts.set(op, (counts.get(op) ?? 0) + count);
    for (const node of nodes) {
      if (!PLAIN_CALLS.has(node.op) && !this.#graph.functions.has(node.op)) add(node.op, 1);
      for (const name of calledFunctions(node, this.#graph)) ofFunctions.get(name)?.forEach((count, op) => add(op, count));
    }
    return counts;
  }

  #bodyOf(name: string): NodeDef[] {
    const called = this.#graph.functions.get(name);
    return called === undefined ? [] : reachableNodes(functionRoots(called), called.nodes);
  }

  #callsOf(nodes: readonly NodeDef[]): string[] {
    return nodes.flatMap((node) => calledFunctions(node, this.#graph)).filter((name) => this.#graph.functions.has(name));
  }
}

/** All nodes together. */
export function totalOf(counts: OpCounts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
