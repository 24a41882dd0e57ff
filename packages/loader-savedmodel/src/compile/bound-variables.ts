import type { NodeDef } from '@servable/protos/saved-model';
import { type GraphIndex, nodeOf } from '../graph/graph-index.ts';
import { objectVariables, readObjectGraph } from '../model/object-graph.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';

type Described = Pick<OpenSavedModel, 'metaGraph' | 'graph' | 'variables' | 'restored'>;

/**
 * Keys of the checkpoint by node, for variables that the restore op does not set. A Keras 3 model that TensorFlow itself saves has two nodes for each
 * variable, one that is restored and one that functions take; which object of the model a function takes is written beside it, and what the checkpoint
 * holds for each object too. Python loads models this way.
 */
export async function boundVariables(model: Described, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const restored = new Set(model.restored.map(({ node }) => node));
  const unset = new Set(Array.from(model.graph.nodes.values()).flatMap(({ name, op }) => (op === 'VarHandleOp' && !restored.has(name) ? [name] : [])));
  const { objectGraphDef } = model.metaGraph;
  if (unset.size === 0 || objectGraphDef === undefined || model.variables === undefined) return new Map();
  const keys = new Map(objectVariables(objectGraphDef, await readObjectGraph(model.variables, signal)).map(({ nodeId, checkpointKey }) => [nodeId, checkpointKey]));
  const found = new Map<string, string>();
  for (const node of model.graph.nodes.values()) {
    const bound = objectGraphDef.concreteFunctions[calledBy(node, model.graph) ?? '']?.boundInputs ?? [];
    const given = node.input.filter((input) => !input.startsWith('^')).map(nodeOf);
    // What a function takes of the model comes after its own arguments.
    for (const [at, object] of bound.entries()) {
      const name = given[given.length - bound.length + at];
      const key = keys.get(object);
      if (name !== undefined && key !== undefined && unset.has(name)) found.set(name, key);
    }
  }
  return found;
}

function calledBy({ op, attr }: NodeDef, { functions }: GraphIndex): string | undefined {
  const value = attr['f']?.value;
  if (value?.case === 'func') return value.value.name;
  return functions.has(op) ? op : undefined;
}
