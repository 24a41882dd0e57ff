import type { GraphDef, NodeDef } from '@servable/protos/saved-model';
import { savedModelError } from '../errors.ts';
import { calledFunctions, type FunctionIndex, functionRoots, type GraphIndex, nodeOf, reachableNodes } from './graph-index.ts';

/** The one op that may close a cycle: loops of TensorFlow 1. */
const LOOP_OPS: ReadonlySet<string> = new Set(['NextIteration', 'RefNextIteration']);

/**
 * Checks what every reader of a graph relies on: names are unique, inputs name nodes, called functions are there, and nothing
 * needs itself. Functions are looked at when `roots` need them. What the ops mean is not looked at.
 *
 * @param path - of the model's file, for messages
 * @param roots - tensors and nodes that will be asked for
 * @throws ServingError `SRV_SAVEDMODEL_GRAPH_INVALID`
 *
 * Source: the words are those of TensorFlow's `GraphConstructor` in `common_runtime/graph_constructor.cc`.
 */
export function checkGraph(path: string, { graph, index, roots }: { readonly graph: GraphDef | undefined; readonly index: GraphIndex; readonly roots: Iterable<string> }): void {
  const nodes = graph?.node ?? [];
  checkNames(path, nodes, index.nodes);
  checkCycles(path, nodes, index.nodes);
  const seen = new Set<string>();
  const pending = calls(reachableNodes(Array.from(roots, nodeOf), index.nodes), index);
  for (let call = pending.pop(); call !== undefined; call = pending.pop()) {
    const { name, caller } = call;
    if (seen.has(name)) continue;
    seen.add(name);
    const called = index.functions.get(name);
    if (called === undefined) throw savedModelError('SRV_SAVEDMODEL_GRAPH_INVALID', [path, `Failed to find function "${name}" in function library: node ${described(caller)} calls it`]);
    for (const further of checkFunction(path, called, index)) pending.push(further);
  }
}

/** A function, and a node that calls it. */
interface FunctionCall {
  readonly name: string;
  readonly caller: NodeDef;
}

function described({ name, op }: NodeDef): string {
  return `'${name}' (${op})`;
}

function checkFunction(path: string, called: FunctionIndex, index: GraphIndex): FunctionCall[] {
  checkNames(path, called.definition.nodeDef, called.nodes, new Set(called.inputs));
  return calls(reachableNodes(functionRoots(called), called.nodes), index);
}

function calls(nodes: readonly NodeDef[], index: GraphIndex): FunctionCall[] {
  return nodes.flatMap((caller) => Array.from(calledFunctions(caller, index), (name) => ({ name, caller })));
}

function checkNames(path: string, nodes: readonly NodeDef[], byName: ReadonlyMap<string, NodeDef>, inputs: ReadonlySet<string> = new Set()): void {
  for (const node of nodes) {
    if (byName.get(node.name) !== node) throw savedModelError('SRV_SAVEDMODEL_GRAPH_INVALID', [path, `Node '${node.name}' is not unique`]);
    const unknown = node.input.map(nodeOf).find((name) => !byName.has(name) && !inputs.has(name));
    if (unknown !== undefined) throw savedModelError('SRV_SAVEDMODEL_GRAPH_INVALID', [path, `Node '${node.name}': Unknown input node '${unknown}'`]);
  }
}

/** Takes away nodes that need nothing, until none is left, or only those of cycles and what needs them. */
function checkCycles(path: string, nodes: readonly NodeDef[], byName: ReadonlyMap<string, NodeDef>): void {
  const needs = new Map(nodes.map((node) => [node, forwardInputs(node, byName)]));
  const waiting = new Map(Array.from(needs, ([node, inputs]) => [node, inputs.length]));
  const users = usersOf(needs);
  const free = nodes.filter((node) => waiting.get(node) === 0);
  let left = nodes.length;
  for (let next = free.pop(); next !== undefined; next = free.pop()) {
    left -= 1;
    for (const user of users.get(next) ?? []) {
      const rest = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, rest);
      if (rest === 0) free.push(user);
    }
  }
  if (left === 0) return;
  const first = nodes.filter((node) => (waiting.get(node) ?? 0) > 0).slice(0, 3).map(described).join(', ');
  throw savedModelError('SRV_SAVEDMODEL_GRAPH_INVALID', [path, `${left} nodes in a cycle, or behind one: ${first}${left > 3 ? ' and others' : ''}`]);
}

function usersOf(needs: ReadonlyMap<NodeDef, readonly NodeDef[]>): ReadonlyMap<NodeDef, readonly NodeDef[]> {
  const users = new Map<NodeDef, NodeDef[]>();
  for (const [node, inputs] of needs) {
    for (const input of inputs) {
      const known = users.get(input);
      if (known === undefined) users.set(input, [node]);
      else known.push(node);
    }
  }
  return users;
}

function forwardInputs(node: NodeDef, byName: ReadonlyMap<string, NodeDef>): NodeDef[] {
  return node.input.flatMap((name) => {
    const input = byName.get(nodeOf(name));
    return input === undefined || LOOP_OPS.has(input.op) ? [] : [input];
  });
}
