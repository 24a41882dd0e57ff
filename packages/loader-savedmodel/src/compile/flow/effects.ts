import type { NodeDef } from '@servable/protos/saved-model';
import { calledFunctions, functionRoots, type GraphIndex, reachableNodes } from '../../graph/graph-index.ts';

/** Ops that run for what they do: those that change what later calls read, and those that refuse a run. */
const EFFECTS: ReadonlySet<string> = new Set([
  'Assert',
  'Assign',
  'AssignAdd',
  'AssignAddVariableOp',
  'AssignSub',
  'AssignSubVariableOp',
  'AssignVariableOp',
  'LookupTableInsertV2',
  'LookupTableImportV2',
  'LookupTableRemoveV2',
  'ResourceScatterAdd',
  'ResourceScatterUpdate',
  'ScatterAdd',
  'ScatterUpdate',
]);

/**
 * What a node does besides giving values: an op of the list above, its own or one of the functions that it may call. `Assert` for a branch that asserts
 * when its condition does not hold, as `tf.debugging` writes it. `undefined`: nothing.
 */
export function effectOf(node: NodeDef, graph: GraphIndex): string | undefined {
  if (EFFECTS.has(node.op)) return node.op;
  const called = calledFunctions(node, graph);
  if (called.length === 0) return undefined;
  const inside = effectsInside(called, graph);
  if (inside.size === 0) return undefined;
  return isAssertGuard(node, graph) ? 'Assert' : node.op;
}

function isAssertGuard(node: NodeDef, graph: GraphIndex): boolean {
  const [then, otherwise] = ['then_branch', 'else_branch'].map((name) => {
    const value = node.attr[name]?.value;
    return effectsInside(value?.case === 'func' ? [value.value.name] : [], graph);
  });
  return then?.size === 0 && otherwise?.size === 1 && otherwise.has('Assert');
}

function effectsInside(names: readonly string[], graph: GraphIndex): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const called = graph.functions.get(name);
    if (called === undefined || seen.has(name)) continue;
    seen.add(name);
    for (const node of reachableNodes(functionRoots(called), called.nodes)) {
      if (EFFECTS.has(node.op)) found.add(node.op);
      pending.push(...calledFunctions(node, graph));
    }
  }
  return found;
}
