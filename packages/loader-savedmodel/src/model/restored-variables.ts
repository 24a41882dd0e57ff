import type { NodeDef } from '@servable/protos/saved-model';
import { parseSliceSpec, type SliceSpec } from '../checkpoint/slice-spec.ts';
import { savedModelError } from '../errors.ts';
import { type FunctionIndex, functionRoots, type GraphIndex, nodeOf, reachableNodes } from '../graph/graph-index.ts';
import { parseTensorName } from '../graph/tensor-name.ts';
import { tensorFromProto } from '../tensor/tensor-from-proto.ts';

/** A value that the restore op takes from the checkpoint. */
export interface RestoredValue {
  readonly checkpointKey: string;
  /** The part of the tensor that is taken; `undefined`: all of it. */
  readonly slice: SliceSpec | undefined;
}

/** A node whose state the restore op sets. */
export interface RestoredVariable {
  /** In the main graph: a VarHandleOp, VariableV2 or table. */
  readonly node: string;
  /** The op that sets it: `AssignVariableOp`, `Assign`, `LookupTableImportV2`. */
  readonly setter: string;
  /** What it is set to; a table has its keys, then its values. */
  readonly values: readonly RestoredValue[];
}

const SETTERS: ReadonlySet<string> = new Set(['AssignVariableOp', 'Assign', 'LookupTableImportV2', 'LookupTableImport']);
const PASS_ON: ReadonlySet<string> = new Set(['Identity', 'ReadVariableOp']);
const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);
/** A restore op calls one function, which calls none. Without a limit, functions that call each other twice could go on for ever. */
const MAX_CALLS = 1000;
/** Of the names in a Const node, beyond those that are written there. */
const MAX_EXPANDED_BYTES = 2 ** 20;

/** What a tensor is, as far as restoring goes: a node of the main graph, or a value of the checkpoint. */
type Meaning = { readonly kind: 'node'; readonly name: string } | { readonly kind: 'value'; readonly value: RestoredValue };

/** Nodes that are being looked at, and what a function's arguments mean. */
interface Scope {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly roots: readonly string[];
  /** `undefined` in the main graph. */
  readonly inputs: ReadonlyMap<string, Meaning | undefined> | undefined;
}

/**
 * Which nodes a graph's restore op sets from which tensors of the checkpoint: the way from a variable to its value that holds
 * for TensorFlow 1 and 2 alike, partitioned variables and tables included.
 *
 * @param path - of the model's file, for messages
 * @throws ServingError `SRV_SAVEDMODEL_GRAPH_INVALID`, `SRV_SAVEDMODEL_TENSOR_INVALID`, `SRV_CHECKPOINT_TARGET_INVALID`
 */
export function restoredVariables(path: string, graph: GraphIndex, restoreOperation: string): readonly RestoredVariable[] {
  return new RestoreWalk(path, graph).collect({ nodes: graph.nodes, roots: [nodeOf(restoreOperation)], inputs: undefined });
}

class RestoreWalk {
  readonly #path: string;
  readonly #graph: GraphIndex;
  readonly #constants = new Map<NodeDef, readonly Uint8Array[]>();
  #calls = 0;

  constructor(path: string, graph: GraphIndex) {
    this.#path = path;
    this.#graph = graph;
  }

  collect(scope: Scope): RestoredVariable[] {
    return reachableNodes(scope.roots, scope.nodes).flatMap((node) => {
      if (SETTERS.has(node.op)) return this.#setterOf(node, scope);
      const called = this.#calledBy(node);
      return called === undefined ? [] : this.collect(this.#enter(node, called, scope));
    });
  }

  #setterOf(node: NodeDef, scope: Scope): RestoredVariable[] {
    const [target, ...rest] = node.input.filter((input) => !input.startsWith('^')).map((input) => this.#meaningOf(input, scope));
    const values = rest.flatMap((meaning) => (meaning?.kind === 'value' ? [meaning.value] : []));
    const isRestored = target?.kind === 'node' && values.length > 0;
    return isRestored ? [{ node: target.name, setter: node.op, values }] : [];
  }

  #calledBy(node: NodeDef): FunctionIndex | undefined {
    const attribute = node.attr['f']?.value;
    const name = CALLS.has(node.op) && attribute?.case === 'func' ? attribute.value.name : node.op;
    return this.#graph.functions.get(name);
  }

  #enter(node: NodeDef, called: FunctionIndex, scope: Scope): Scope {
    this.#calls += 1;
    if (this.#calls > MAX_CALLS) throw savedModelError('SRV_SAVEDMODEL_GRAPH_INVALID', [this.#path, `The restore op calls functions more than ${MAX_CALLS} times`]);
    const meanings = node.input.filter((input) => !input.startsWith('^')).map((input) => this.#meaningOf(input, scope));
    return { nodes: called.nodes, roots: functionRoots(called), inputs: new Map(called.inputs.map((name, at) => [name, meanings[at]])) };
  }

  #meaningOf(tensor: string, scope: Scope): Meaning | undefined {
    const origin = originOf(tensor, scope.nodes);
    if (origin === undefined) return undefined;
    const { node: name, index } = parseTensorName(origin);
    const node = scope.nodes.get(name);
    if (node === undefined) return scope.inputs?.get(name);
    if (node.op === 'RestoreV2') return this.#restored(node, index, scope);
    return scope.inputs === undefined ? { kind: 'node', name } : undefined;
  }

  #restored(restore: NodeDef, index: number, scope: Scope): Meaning | undefined {
    const [, names = '', slices = ''] = restore.input;
    const checkpointKey = this.#constantText(names, index, scope);
    const slice = this.#constantText(slices, index, scope);
    if (checkpointKey === undefined || slice === undefined) return undefined;
    return { kind: 'value', value: { checkpointKey, slice: parseSliceSpec(checkpointKey, slice) } };
  }

  #constantText(tensor: string, index: number, scope: Scope): string | undefined {
    const node = scope.nodes.get(nodeOf(tensor));
    const bytes = node === undefined ? undefined : this.#stringsOf(node)[index];
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  /** Read once: there are as many questions as strings. */
  #stringsOf(node: NodeDef): readonly Uint8Array[] {
    const known = this.#constants.get(node);
    if (known !== undefined) return known;
    const strings = constantStrings(node);
    this.#constants.set(node, strings);
    return strings;
  }
}

function constantStrings({ name, op, attr }: NodeDef): readonly Uint8Array[] {
  const value = attr['value']?.value;
  if (op !== 'Const' || value?.case !== 'tensor') return [];
  const constant = tensorFromProto(name, value.value, { maxExpandedBytes: MAX_EXPANDED_BYTES });
  return constant.dtype === 'BYTES' ? constant.data : [];
}

/** Goes back from a tensor over nodes that pass it on; `undefined` where they go in a circle. */
function originOf(tensor: string, nodes: ReadonlyMap<string, NodeDef>): string | undefined {
  const seen = new Set<string>();
  for (let current = tensor; ; ) {
    const name = nodeOf(current);
    const node = nodes.get(name);
    const [first] = node?.input ?? [];
    if (node === undefined || !PASS_ON.has(node.op) || first === undefined) return current;
    if (seen.has(name)) return undefined;
    seen.add(name);
    current = first;
  }
}
