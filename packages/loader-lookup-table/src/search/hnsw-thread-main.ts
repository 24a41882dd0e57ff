import { workerData } from 'node:worker_threads';
import type { LayeredTable } from '../storage/layers.ts';
import type { Metric } from '../table-manifest.ts';
import { type IndexFiles, indexKey, indexPaths, isKeptIndex, keepIndex } from './hnsw-file.ts';
import { HnswIndex, indexParameters } from './hnsw-index.ts';
import { answerMessages } from './search-thread-messages.ts';

export interface HnswThreadData {
  readonly layers: LayeredTable;
  readonly metric: Metric;
  readonly files: IndexFiles | undefined;
}

/** A search thread that loads or builds an index first; what is asked meanwhile waits. */
async function main(): Promise<void> {
  const { layers, metric, files } = workerData as HnswThreadData;
  const { default: usearch } = await import('usearch');
  const index = new HnswIndex(usearch, layers, metric);
  await fill(index, placeOf(files, layers, metric));
  answerMessages((requests) => requests.map((request) => index.search(request)));
}

interface Place {
  readonly key: string;
  readonly read: readonly string[];
  readonly write: string | undefined;
}

function placeOf(files: IndexFiles | undefined, layers: LayeredTable, metric: Metric): Place | undefined {
  if (files === undefined) return undefined;
  const key = indexKey(layers, indexParameters(layers, metric));
  return { key, ...indexPaths(files, key) };
}

async function fill(index: HnswIndex, place: Place | undefined): Promise<void> {
  for (const path of place?.read ?? []) if (await isKeptIndex(path, place?.key ?? '')) return index.load(path);
  index.build();
  if (place?.write === undefined) return;
  // A full disk does not keep a table from serving: the next load builds again.
  await keepIndex(place.write, place.key, (path) => index.save(path)).catch(() => {});
}

await main();
