import { dtypeOf } from '../data-type.ts';
import { nodeOf } from '../graph/graph-index.ts';
import type { OpenSavedModel } from './open-saved-model.ts';

/** A model of thousands of damaged signatures is told of as briefly as any other. */
const MAX_NOTES = 20;
/** Ops that signatures feed, and the attribute that says the type of their output. */
const TYPE_ATTRIBUTES: Readonly<Record<string, string>> = { Placeholder: 'dtype', PlaceholderWithDefault: 'dtype', PlaceholderV2: 'dtype', Identity: 'T' };

type NotedModel = Pick<OpenSavedModel, 'graph' | 'signatures' | 'restored' | 'variables'>;

/** What will make calls fail, though the model loads; each with the cure. As far as names and types tell. */
export function modelNotes(model: NotedModel): readonly string[] {
  const notes = [...variableNotes(model), ...signatureNotes(model)];
  return notes.length <= MAX_NOTES ? notes : [...notes.slice(0, MAX_NOTES), `and ${notes.length - MAX_NOTES} more of this kind`];
}

function variableNotes({ restored, variables }: NotedModel): string[] {
  if (restored.length === 0 || variables !== undefined) return [];
  return [`The graph has ${restored.length} variables, but there is no 'variables/variables.index': calls that need them will fail. Copy the folder 'variables' too`];
}

function signatureNotes({ signatures: { signatures }, graph }: NotedModel): string[] {
  const notes = new Set<string>();
  for (const [name, { inputs, outputs }] of signatures) {
    for (const { graphName = '' } of [...inputs.values(), ...outputs.values()]) {
      if (!graph.nodes.has(nodeOf(graphName))) notes.add(`A signature names the tensor '${graphName}', which is not in the graph: calls that need it will fail. Export the model again`);
    }
    for (const [alias, { dtype, graphName = '' }] of inputs) {
      const fed = fedType(graph, graphName);
      if (fed !== undefined && fed !== dtype) notes.add(`Input '${alias}' of signature '${name}' is ${dtype}, but the graph takes ${fed} there: calls will be refused. Export the model again`);
    }
  }
  return [...notes];
}

function fedType(graph: NotedModel['graph'], tensor: string): string | undefined {
  const node = graph.nodes.get(nodeOf(tensor));
  const attribute = node !== undefined && Object.hasOwn(TYPE_ATTRIBUTES, node.op) ? TYPE_ATTRIBUTES[node.op] : undefined;
  const type = attribute === undefined ? undefined : node?.attr[attribute]?.value;
  return type?.case === 'type' ? dtypeOf(type.value) : undefined;
}
