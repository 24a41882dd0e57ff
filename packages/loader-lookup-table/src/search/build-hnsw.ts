import { messageOf } from '@servable/core';
import { createRequire } from 'node:module';
import { tableError } from '../errors.ts';
import type { LayeredTable } from '../storage/layers.ts';
import type { Metric } from '../table-manifest.ts';
import type { IndexFiles } from './hnsw-file.ts';
import type { HnswThreadData } from './hnsw-thread-main.ts';
import { SearchThread } from './search-thread.ts';

/** Searches by an index, in a thread of its own. */
export interface ApproximateSearch {
  readonly metric: Metric;
  readonly thread: SearchThread;
}

interface HnswParts {
  readonly layers: LayeredTable;
  readonly metric: Metric;
  /** Of `table.json`, for errors. */
  readonly path: string;
  /** Where it may be kept; `undefined`: nowhere. */
  readonly files?: IndexFiles | undefined;
  /** Finds a package as `require.resolve` does. */
  readonly resolve?: (name: string) => string;
}

/**
 * Starts a thread that loads or builds an index over a table, and waits until it is there.
 *
 * @throws ServingError `SRV_TABLE_INDEX_UNAVAILABLE`; `signal.reason` when aborted
 */
export async function buildHnsw({ layers, metric, path, files, resolve = createRequire(import.meta.url).resolve }: HnswParts, signal: AbortSignal): Promise<ApproximateSearch> {
  try {
    resolve('usearch');
  } catch (error) {
    throw tableError('SRV_TABLE_INDEX_UNAVAILABLE', [path, 'it is not installed'], { cause: error });
  }
  const thread = new SearchThread('hnsw', { layers, metric, files } satisfies HnswThreadData);
  try {
    // Answered once the index is there.
    await thread.search({ queries: new Float32Array(0), k: 0, metric }, signal);
    return { metric, thread };
  } catch (error) {
    await thread.close();
    signal.throwIfAborted();
    throw tableError('SRV_TABLE_INDEX_UNAVAILABLE', [path, messageOf(error)], { cause: error });
  }
}
