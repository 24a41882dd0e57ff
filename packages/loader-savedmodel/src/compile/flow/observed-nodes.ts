import { type FlatGraph, type FlatNode, inOrderOfUse, type TensorPlace } from './flat-graph.ts';

/** Ops that set what a variable holds, the variable first. */
const ASSIGNMENTS: ReadonlySet<string> = new Set(['Assign', 'AssignAdd', 'AssignSub', 'AssignVariableOp', 'AssignAddVariableOp', 'AssignSubVariableOp']);

/**
 * Nodes that what some call gives may depend on, now or later. A variable that is not among them may change without anyone seeing it, such as the
 * seed of a random layer that does nothing while a model is served.
 */
export function observedNodes(graphs: readonly FlatGraph[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const look = (graph: FlatGraph, places: readonly TensorPlace[]): void => {
    for (const { name } of inOrderOfUse(graph, places, { has: () => false })) seen.add(name);
  };
  for (const graph of graphs) look(graph, [...graph.tensors.values(), ...graph.effects.flatMap((effect) => (isAssignment(effect) ? [] : effect.inputs))]);
  const pending = new Set(graphs.flatMap((graph) => graph.effects.filter(isAssignment).map((effect) => ({ graph, effect }))));
  for (let count = -1; count !== pending.size; ) {
    count = pending.size;
    for (const each of pending) {
      if (!seen.has(each.effect.inputs[0]?.node ?? '')) continue;
      pending.delete(each);
      look(each.graph, each.effect.inputs);
    }
  }
  return seen;
}

/** A graph without the assignments to variables that nobody observes. */
export function withoutUnobserved(graph: FlatGraph, observed: ReadonlySet<string>): FlatGraph {
  return { ...graph, effects: graph.effects.filter((effect) => !isAssignment(effect) || observed.has(effect.inputs[0]?.node ?? '')) };
}

function isAssignment({ op }: FlatNode): boolean {
  return ASSIGNMENTS.has(op);
}
