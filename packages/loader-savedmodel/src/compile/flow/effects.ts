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
 * What a node does besides giving values: an op of the list above, or its own where one of the functions that it may call has such. `Assert` for a branch
 * that asserts its own condition when that does not hold, as `tf.debugging` writes it. `undefined`: nothing.
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
    return value?.case === 'func' ? value.value.name : '';
  });
  if (then === undefined || otherwise === undefined || effectsInside([then], graph).size > 0) return false;
  const called = graph.functions.get(otherwise);
  const body = called === undefined ? [] : reachableNodes(functionRoots(called), called.nodes);
  const others = body.filter(({ op }) => op !== 'Assert').flatMap((each) => calledFunctions(each, graph));
  const asserts = body.filter(({ op }) => op === 'Assert');
  // What the branch captures are the node's inputs after the condition.
  const captured = node.input.slice(1)[called?.inputs.indexOf(asserts[0]?.input[0] ?? '') ?? -1];
  return asserts.length === 1 && effectsInside(others, graph).size === 0 && captured === node.input[0];
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
