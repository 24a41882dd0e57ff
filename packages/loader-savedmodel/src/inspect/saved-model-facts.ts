import { messageOf, type Signature } from '@servable/core';
import { type OpCounts, OpCounter } from '../graph/count-ops.ts';
import type { Asset } from '../model/assets.ts';
import { readFingerprint } from '../model/fingerprint.ts';
import { measureFiles, type SavedModelSizes } from '../model/measure-files.ts';
import { modelNotes } from '../model/model-notes.ts';
import { OBJECT_GRAPH_KEY } from '../model/object-graph.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import { tagSetsOf } from '../model/select-meta-graph.ts';

/** A signature, and what it runs. */
export interface SignatureFacts {
  readonly signature: Signature;
  /** Nodes by op, functions expanded at every call. */
  readonly ops: OpCounts;
}

/** A tensor of the checkpoint. */
export interface VariableFacts {
  /** The checkpoint's key. */
  readonly name: string;
  /** TensorFlow's name of the type, such as `DT_FLOAT`. */
  readonly typeName: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** More than one: the tensor is partitioned. */
  readonly parts: number;
}

/** What a SavedModel's files say of it. */
export interface SavedModelFacts {
  readonly file: { readonly name: string; readonly bytes: number };
  readonly tags: readonly string[];
  /** Of every graph in the file. */
  readonly tagSets: readonly (readonly string[])[];
  /** Such as `2.21.0`; empty when not said. */
  readonly tensorflowVersion: string;
  /** The version of TensorFlow's graph format that wrote the graph, and the oldest that may read it. */
  readonly graphVersion: { readonly producer: number; readonly minConsumer: number };
  readonly signatures: ReadonlyMap<string, SignatureFacts>;
  /** Signatures that cannot be called, and why. */
  readonly unservable: ReadonlyMap<string, string>;
  /** Nodes by op of what runs once, while the model is loaded. */
  readonly restoreOps: OpCounts;
  readonly initOps: OpCounts;
  readonly functions: number;
  readonly variables: readonly VariableFacts[];
  readonly assets: readonly Asset[];
  readonly sizes: SavedModelSizes;
  /** The id of this export in `fingerprint.pb`; `undefined` when there is none. */
  readonly uuid: string | undefined;
  /** What is odd about the files, though they can be read. */
  readonly notes: readonly string[];
}

/** Gathers the facts of an open model. Nothing of the variables' values is read. */
export async function savedModelFacts(model: OpenSavedModel, signal?: AbortSignal): Promise<SavedModelFacts> {
  const { file, metaGraph, graph, signatures, loadSteps, assets } = model;
  const counter = new OpCounter(graph);
  const fingerprint = await fingerprintOf(model.directory, signal);
  const { producer = 0, minConsumer = 0 } = metaGraph.graphDef?.versions ?? {};
  return {
    file: { name: file.format === 'binary' ? 'saved_model.pb' : 'saved_model.pbtxt', bytes: file.bytes },
    tags: (metaGraph.metaInfoDef?.tags ?? []).toSorted(),
    tagSets: tagSetsOf(file),
    tensorflowVersion: metaGraph.metaInfoDef?.tensorflowVersion ?? '',
    graphVersion: { producer, minConsumer },
    signatures: new Map(Array.from(signatures.signatures, ([name, signature]) => [name, { signature, ops: counter.count(outputsOf(signature)) }])),
    unservable: signatures.unservable,
    restoreOps: counter.count(loadSteps.restore === undefined ? [] : [loadSteps.restore.operation]),
    initOps: counter.count(loadSteps.initOperation === undefined ? [] : [loadSteps.initOperation]),
    functions: graph.functions.size,
    variables: variablesOf(model),
    assets,
    sizes: await measureFiles(model.directory, signal),
    uuid: fingerprint.uuid,
    notes: [...notesOf(model), ...fingerprint.notes],
  };
}

function outputsOf({ outputs }: Signature): string[] {
  return [...outputs.values()].map(({ graphName = '' }) => graphName);
}

function variablesOf({ variables }: OpenSavedModel): VariableFacts[] {
  const entries = (variables?.entries ?? []).filter(({ key }) => key !== OBJECT_GRAPH_KEY);
  return entries.map(({ key, typeName, shape, byteLength, parts }) => ({ name: key, typeName, shape, bytes: byteLength, parts: parts.length }));
}

async function fingerprintOf(directory: string, signal: AbortSignal | undefined): Promise<{ readonly uuid: string | undefined; readonly notes: readonly string[] }> {
  try {
    const fingerprint = await readFingerprint(directory, signal);
    return { uuid: fingerprint?.uuid, notes: [] };
  } catch (error) {
    signal?.throwIfAborted();
    // Nothing is served from it: TensorFlow loads such a model too.
    return { uuid: undefined, notes: [messageOf(error)] };
  }
}

function notesOf(model: OpenSavedModel): string[] {
  const { signatures } = model;
  const notes = Array.from(signatures.unservable, ([name, reason]) => `Signature '${name}' cannot be called: ${reason}`);
  if (signatures.signatures.size === 0) notes.push('There is no signature: nothing can be called. Export the model with signatures');
  return [...notes, ...modelNotes(model)];
}
