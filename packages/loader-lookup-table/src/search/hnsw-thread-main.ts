import { workerData } from 'node:worker_threads';
import type { LayeredTable } from '../storage/layers.ts';
import type { Metric } from '../table-manifest.ts';
import { HnswIndex } from './hnsw-index.ts';
import { answerMessages } from './search-thread-messages.ts';

/** A search thread that builds an index first; what is asked meanwhile waits. */
async function main(): Promise<void> {
  const { layers, metric } = workerData as { readonly layers: LayeredTable; readonly metric: Metric };
  const { default: usearch } = await import('usearch');
  const index = new HnswIndex(usearch, layers, metric);
  answerMessages((requests) => requests.map((request) => index.search(request)));
}

await main();
