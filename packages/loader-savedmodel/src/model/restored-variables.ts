import type { AttrValue, NodeDef } from '@servable/protos/saved-model';
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

  /** Goes back from a tensor to where it comes from. Ends: a graph that is checked has no cycle, and no name is looked at twice. */
  #meaningOf(tensor: string, scope: Scope, seen: ReadonlySet<string> = new Set()): Meaning | undefined {
    const { node: name, index } = parseTensorName(tensor);
    const node = scope.nodes.get(name);
    if (node === undefined) return scope.inputs?.get(name);
    if (seen.has(name)) return undefined;
    const [first] = node.input;
    if (PASS_ON.has(node.op) && first !== undefined) return this.#meaningOf(first, scope, new Set([...seen, name]));
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
    const { node: name } = parseTensorName(tensor);
    const node = scope.nodes.get(name);
    const value: AttrValue['value'] | undefined = node?.attr['value']?.value;
    if (node?.op !== 'Const' || value?.case !== 'tensor') return undefined;
    const constant = tensorFromProto(name, value.value);
    const bytes = constant.dtype === 'BYTES' ? constant.data[index] : undefined;
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }
}
