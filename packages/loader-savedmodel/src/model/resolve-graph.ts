import type { MetaGraphDef } from '@servable/protos/saved-model';
import { checkGraph } from '../graph/check-graph.ts';
import { type GraphIndex, indexGraph } from '../graph/graph-index.ts';
import { type LoadSteps, loadStepsOf } from './load-steps.ts';
import type { SavedModelFile } from './read-saved-model.ts';
import { type RestoredVariable, restoredVariables } from './restored-variables.ts';
import { selectMetaGraph } from './select-meta-graph.ts';
import { type GraphSignatures, signaturesOf } from './signatures.ts';

/** One graph of a SavedModel's file, and what it says by itself. */
export interface ResolvedGraph {
  readonly metaGraph: MetaGraphDef;
  readonly graph: GraphIndex;
  readonly signatures: GraphSignatures;
  readonly loadSteps: LoadSteps;
  /** What the restore op sets from the checkpoint. */
  readonly restored: readonly RestoredVariable[];
}

/**
 * Finds the graph with these tags, and checks it. Pure.
 *
 * @throws ServingError `SRV_SAVEDMODEL_TAGS_NOT_FOUND`, `SRV_SAVEDMODEL_GRAPH_INVALID`, `SRV_SAVEDMODEL_INIT_OP_INVALID`,
 * `SRV_SAVEDMODEL_TENSOR_INVALID`, `SRV_CHECKPOINT_TARGET_INVALID`
 */
export function resolveGraph(file: SavedModelFile, tags: readonly string[]): ResolvedGraph {
  const metaGraph = selectMetaGraph(file, tags);
  const graph = indexGraph(metaGraph.graphDef);
  const signatures = signaturesOf(metaGraph);
  const loadSteps = loadStepsOf(file.path, metaGraph);
  checkGraph(file.path, { graph: metaGraph.graphDef, index: graph, roots: rootsOf(signatures, loadSteps) });
  const restored = loadSteps.restore === undefined ? [] : restoredVariables(file.path, graph, loadSteps.restore.operation);
  return { metaGraph, graph, signatures, loadSteps, restored };
}

function rootsOf({ signatures }: GraphSignatures, { restore, initOperation }: LoadSteps): string[] {
  const outputs = [...signatures.values()].flatMap((signature) => [...signature.outputs.values()].map(({ graphName = '' }) => graphName));
  return [...outputs, ...(restore === undefined ? [] : [restore.operation]), ...(initOperation === undefined ? [] : [initOperation])];
}
