import { type SavedObjectGraph, type SavedVariable, type TrackableObjectGraph, TrackableObjectGraphSchema } from '@servable/protos/saved-model';
import type { TensorBundle } from '../checkpoint/tensor-bundle.ts';
import { savedModelError } from '../errors.ts';
import { decodeBinary } from '../proto/read-proto-file.ts';

/** Under this key a TensorFlow 2 checkpoint keeps its own object graph. */
export const OBJECT_GRAPH_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';
const VALUE_ATTRIBUTE = 'VARIABLE_VALUE';
/** Objects nest some ten deep; a made-up chain of millions would have paths without end. */
const MAX_DEPTH = 100;

/** A variable of a TensorFlow 2 model. */
export interface ObjectVariable {
  /** Its place in `object_graph_def`. */
  readonly nodeId: number;
  /** Names on the way to it from the model's root, such as `layers/0/kernel`; the shortest there is. */
  readonly objectPath: string;
  readonly definition: SavedVariable;
  /** `undefined` when the checkpoint has no value for it. */
  readonly checkpointKey: string | undefined;
}

/**
 * The object graph inside a checkpoint; `undefined` when it has none, as those of TensorFlow 1.
 *
 * @throws ServingError of reading the tensor; `SRV_SAVEDMODEL_MALFORMED`, `SRV_SAVEDMODEL_TRUNCATED`, `SRV_CHECKPOINT_ENTRY_INVALID`
 */
export async function readObjectGraph(bundle: TensorBundle, signal?: AbortSignal): Promise<TrackableObjectGraph | undefined> {
  if (bundle.find(OBJECT_GRAPH_KEY) === undefined) return undefined;
  const tensor = await bundle.readTensor(OBJECT_GRAPH_KEY, signal === undefined ? {} : { signal });
  const bytes = tensor.dtype === 'BYTES' ? tensor.data[0] : undefined;
  if (bytes === undefined) throw savedModelError('SRV_CHECKPOINT_ENTRY_INVALID', [bundle.prefix, OBJECT_GRAPH_KEY, 'it holds no string']);
  return decodeBinary(`${bundle.prefix}: ${OBJECT_GRAPH_KEY}`, TrackableObjectGraphSchema, bytes);
}

/**
 * The variables of a TensorFlow 2 model with the keys of their values. The model and its checkpoint each have a graph of the
 * same objects, numbered differently: both are walked together, from their roots along the names of children.
 */
export function objectVariables(saved: SavedObjectGraph, checkpoint: TrackableObjectGraph | undefined): readonly ObjectVariable[] {
  const found: ObjectVariable[] = [];
  const seen = new Set<number>([0]);
  let level: ObjectPair[] = [{ savedId: 0, trackedId: checkpoint === undefined ? undefined : 0, name: '', parent: undefined }];
  for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth++) {
    const next: ObjectPair[] = [];
    for (const pair of level) {
      const variable = variableAt(pair, saved, checkpoint);
      if (variable !== undefined) found.push(variable);
      for (const child of childrenOf(pair, saved, checkpoint)) if (seen.size < seen.add(child.savedId).size) next.push(child);
    }
    level = next;
  }
  return found;
}

interface ObjectPair {
  readonly savedId: number;
  readonly trackedId: number | undefined;
  readonly name: string;
  readonly parent: ObjectPair | undefined;
}

function variableAt(pair: ObjectPair, saved: SavedObjectGraph, checkpoint: TrackableObjectGraph | undefined): ObjectVariable | undefined {
  const { savedId, trackedId } = pair;
  const kind = saved.nodes[savedId]?.kind;
  if (kind?.case !== 'variable') return undefined;
  const tracked = trackedId === undefined ? undefined : checkpoint?.nodes[trackedId];
  const value = tracked?.attributes.find(({ name }) => name === VALUE_ATTRIBUTE);
  return { nodeId: savedId, objectPath: pathOf(pair), definition: kind.value, checkpointKey: value?.checkpointKey };
}

function childrenOf(parent: ObjectPair, saved: SavedObjectGraph, checkpoint: TrackableObjectGraph | undefined): ObjectPair[] {
  const { savedId, trackedId } = parent;
  const tracked = trackedId === undefined ? [] : (checkpoint?.nodes[trackedId]?.children ?? []);
  const byName = new Map(tracked.map(({ localName, nodeId }) => [localName, nodeId]));
  return (saved.nodes[savedId]?.children ?? []).map(({ localName, nodeId }) => ({ savedId: nodeId, trackedId: byName.get(localName), name: localName, parent }));
}

function pathOf(pair: ObjectPair): string {
  const names: string[] = [];
  for (let at: ObjectPair | undefined = pair; at?.parent !== undefined; at = at.parent) names.unshift(at.name);
  return names.join('/');
}
