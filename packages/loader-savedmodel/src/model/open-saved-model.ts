import { join } from 'node:path';
import { TensorBundle } from '../checkpoint/tensor-bundle.ts';
import { type Asset, readAssets } from './assets.ts';
import { readSavedModelFile, type SavedModelFile } from './read-saved-model.ts';
import { type ResolvedGraph, resolveGraph } from './resolve-graph.ts';
import { SERVING_TAGS } from './select-meta-graph.ts';

/** Options of {@link openSavedModel}. */
export interface OpenSavedModelOptions {
  /** Which of the file's graphs: the one with these tags and no others. Default `['serve']`. */
  readonly tags?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A SavedModel that was opened: its graph is in memory, its variables are on disk. */
export interface OpenSavedModel extends ResolvedGraph {
  readonly directory: string;
  readonly file: SavedModelFile;
  /** All are there. */
  readonly assets: readonly Asset[];
  /** `undefined` when there is no `variables.index`. Closed by {@link OpenSavedModel.close}. */
  readonly variables: TensorBundle | undefined;
  /** Closes the variables' files; closing twice is closing once. */
  close(): Promise<void>;
}

/**
 * Opens a version directory and checks all that can be known without running the graph: the file, its tags, the graph's nodes and
 * functions, assets, the index of the variables and the size of their files, and that the variables are those that the graph asks
 * for. Values are read, and their checksums checked, when they are asked for.
 *
 * A model without `variables.index` opens, as it does in TensorFlow: it may have none.
 *
 * @throws ServingError `SRV_SAVEDMODEL_*`, `SRV_CHECKPOINT_*`; the signal's reason
 */
export async function openSavedModel(directory: string, options: OpenSavedModelOptions = {}): Promise<OpenSavedModel> {
  const { tags = SERVING_TAGS, signal } = options;
  const file = await readSavedModelFile(directory, signal);
  const resolved = resolveGraph(file, tags);
  const assets = await readAssets(file.path, directory, resolved.metaGraph);
  const variables = await TensorBundle.open(join(directory, 'variables', 'variables'), signal);
  if (variables !== undefined) checkKeys(variables, resolved);
  return { ...resolved, directory, file, assets, variables, close: async () => variables?.close() };
}

function checkKeys(variables: TensorBundle, { restored }: ResolvedGraph): void {
  for (const { checkpointKey } of restored.flatMap(({ values }) => values)) variables.entry(checkpointKey);
}
