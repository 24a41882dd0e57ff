import type { FunctionDef, GraphDef, NodeDef } from '@servable/protos/saved-model';

/** A graph's nodes and functions by name. */
export interface GraphIndex {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly functions: ReadonlyMap<string, FunctionIndex>;
}

/** A function of the graph's library. */
export interface FunctionIndex {
  readonly definition: FunctionDef;
  /** The body's nodes by name. Inputs of nodes may also name one of `inputs`. */
  readonly nodes: ReadonlyMap<string, NodeDef>;
  /** Names of the arguments, in the order of the caller's inputs. */
  readonly inputs: readonly string[];
}

/** Makes the index of a graph; a name that stands twice has its first node. */
export function indexGraph(graph: GraphDef | undefined): GraphIndex {
  return {
    nodes: byName(graph?.node ?? []),
    functions: new Map((graph?.library?.function ?? []).map((definition) => [definition.signature?.name ?? '', indexFunction(definition)])),
  };
}

function indexFunction(definition: FunctionDef): FunctionIndex {
  return { definition, nodes: byName(definition.nodeDef), inputs: (definition.signature?.inputArg ?? []).map(({ name }) => name) };
}

function byName(nodes: readonly NodeDef[]): ReadonlyMap<string, NodeDef> {
  const index = new Map<string, NodeDef>();
  for (const node of nodes) if (!index.has(node.name)) index.set(node.name, node);
  return index;
}

/** Names of the functions that a node's attributes hold, and its own op when that is a function; whether there are such or not. */
export function calledFunctions(node: NodeDef, { functions }: GraphIndex): string[] {
  const attributes = Object.values(node.attr).flatMap(({ value }) => {
    if (value.case === 'func') return [value.value.name];
    return value.case === 'list' ? value.value.func.map(({ name }) => name) : [];
  });
  return functions.has(node.op) ? [...attributes, node.op] : attributes;
}

/** The nodes that `roots` need, themselves included; names that are no nodes (a function's arguments) are left out. */
export function reachableNodes(roots: Iterable<string>, nodes: ReadonlyMap<string, NodeDef>): NodeDef[] {
  const found = new Map<string, NodeDef>();
  const pending = [...roots];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const node = nodes.get(name);
    if (node === undefined || found.has(name)) continue;
    found.set(name, node);
    for (const input of node.input) pending.push(nodeOf(input));
  }
  return [...found.values()];
}

/** Where a function's body is entered from its end: the nodes of its results, and those that it runs for their effect. */
export function functionRoots({ definition }: FunctionIndex): string[] {
  return [...Object.values(definition.ret), ...Object.values(definition.controlRet)].map(nodeOf);
}

/** The node of a tensor's name, cheaper than all of its parts. */
export function nodeOf(tensor: string): string {
  const colon = tensor.indexOf(':');
  return tensor.slice(tensor.startsWith('^') ? 1 : 0, colon === -1 ? undefined : colon);
}
