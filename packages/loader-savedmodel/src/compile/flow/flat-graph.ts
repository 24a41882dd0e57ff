import type { NodeAttributes } from './node-attributes.ts';

/** One output of a node. */
export interface TensorPlace {
  readonly node: string;
  readonly index: number;
}

/** A node after all functions were put in place of their calls. */
export interface FlatNode {
  /** Of nodes in functions with the names of the calls before it. */
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly TensorPlace[];
  readonly attributes: NodeAttributes;
  /** Of `If` and `Case`: what may run in the node's place. */
  readonly branches?: readonly FlatBranch[];
}

/** A function that runs when a condition says so. Its nodes stand with all others; what it captures are nodes outside of it. */
export interface FlatBranch {
  /** What it gives, in order. */
  readonly results: readonly TensorPlace[];
  readonly effects: readonly FlatNode[];
}

/** What a signature computes, without functions. */
export interface FlatGraph {
  /** By name. */
  readonly nodes: ReadonlyMap<string, FlatNode>;
  /** Places of the tensors that were asked for, by their names. */
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /** Nodes that run for what they do, not for what they give. */
  readonly effects: readonly FlatNode[];
}

/** `node:1`, as a key. */
export function placeKey({ node, index }: TensorPlace): string {
  return `${node}:${index}`;
}

/**
 * Nodes that others need, each after those that it needs; no recursion, for a graph may be deep. A place in `given` needs nothing.
 */
export function inOrderOfUse(graph: FlatGraph, roots: readonly TensorPlace[], given: { has(key: string): boolean }): readonly FlatNode[] {
  const ordered: FlatNode[] = [];
  const state = new Map<string, 'entered' | 'done'>();
  const pending: TensorPlace[] = roots.toReversed();
  for (let place = pending.at(-1); place !== undefined; place = pending.at(-1)) {
    const node = graph.nodes.get(place.node);
    const seen = state.get(place.node);
    if (node === undefined || seen === 'done' || given.has(placeKey(place))) {
      pending.pop();
      continue;
    }
    if (seen === 'entered') {
      pending.pop();
      state.set(place.node, 'done');
      ordered.push(node);
      continue;
    }
    state.set(place.node, 'entered');
    // A cycle is entered once: whoever opened the model has refused those that are not loops.
    for (const input of node.inputs) if (!state.has(input.node) && !given.has(placeKey(input))) pending.push(input);
  }
  return ordered;
}

/** What nodes do besides giving values, in branches too. */
export function allEffects(effects: readonly FlatNode[]): readonly FlatNode[] {
  return effects.flatMap((effect) => [effect, ...allEffects((effect.branches ?? []).flatMap((branch) => branch.effects))]);
}

/** What a part of a graph cannot do without: its results, what it asserts, and nodes that run for what they do. */
export function neededBy({ results, effects }: FlatBranch): readonly TensorPlace[] {
  return [...results, ...effects.flatMap(({ op, name, branches, inputs }) => (op === 'Assert' ? inputs.slice(0, 1) : branches === undefined ? [] : [{ node: name, index: 0 }]))];
}

/** The ops of the nodes that a part of a graph needs, in its branches too. Each node is looked at once: branches need what others before them give. */
export function opsNeeded(graph: FlatGraph, part: FlatBranch, given: { has(key: string): boolean }): ReadonlySet<string> {
  const ops = new Set<string>();
  const seen = new Set<string>();
  const known = { has: (key: string): boolean => given.has(key) || seen.has(key.slice(0, key.lastIndexOf(':'))) };
  const pending = [part];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { name, op, branches = [] } of inOrderOfUse(graph, neededBy(next), known)) {
      seen.add(name);
      ops.add(op);
      pending.push(...branches);
    }
  }
  return ops;
}
