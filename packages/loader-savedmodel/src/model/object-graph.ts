import { type SavedObjectGraph, type SavedVariable, type TrackableObjectGraph, TrackableObjectGraphSchema } from '@servable/protos/saved-model';
import type { TensorBundle } from '../checkpoint/tensor-bundle.ts';
import { savedModelError } from '../errors.ts';
import { decodeBinary } from '../proto/read-proto-file.ts';

/** Under this key a TensorFlow 2 checkpoint keeps its own object graph. */
export const OBJECT_GRAPH_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';
const VALUE_ATTRIBUTE = 'VARIABLE_VALUE';
/** Objects nest some ten deep; paths of a made-up chain of millions would take all memory. */
const MAX_DEPTH = 1000;

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
  const seen = new Set<number>();
  let level: ObjectPair[] = [{ savedId: 0, trackedId: checkpoint === undefined ? undefined : 0, path: [] }];
  for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth++) {
    const fresh = level.filter(({ savedId }) => !seen.has(savedId) && seen.add(savedId));
    found.push(...fresh.flatMap((pair) => variableAt(pair, saved, checkpoint)));
    level = fresh.flatMap((pair) => childrenOf(pair, saved, checkpoint));
  }
  return found;
}

interface ObjectPair {
  readonly savedId: number;
  readonly trackedId: number | undefined;
  readonly path: readonly string[];
}

function variableAt({ savedId, trackedId, path }: ObjectPair, saved: SavedObjectGraph, checkpoint: TrackableObjectGraph | undefined): ObjectVariable[] {
  const kind = saved.nodes[savedId]?.kind;
  if (kind?.case !== 'variable') return [];
  const tracked = trackedId === undefined ? undefined : checkpoint?.nodes[trackedId];
  const value = tracked?.attributes.find(({ name }) => name === VALUE_ATTRIBUTE);
  return [{ nodeId: savedId, objectPath: path.join('/'), definition: kind.value, checkpointKey: value?.checkpointKey }];
}

function childrenOf({ savedId, trackedId, path }: ObjectPair, saved: SavedObjectGraph, checkpoint: TrackableObjectGraph | undefined): ObjectPair[] {
  const tracked = trackedId === undefined ? [] : (checkpoint?.nodes[trackedId]?.children ?? []);
  const byName = new Map(tracked.map(({ localName, nodeId }) => [localName, nodeId]));
  return (saved.nodes[savedId]?.children ?? []).map(({ localName, nodeId }) => ({ savedId: nodeId, trackedId: byName.get(localName), path: [...path, localName] }));
}
