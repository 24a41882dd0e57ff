import { type Artifact, formatServableId, type Loader, type LoaderContext, type ResourceEstimate, type Servable } from '@servable/core';
import { join } from 'node:path';
import { collectGarbage } from './load/collect-garbage.ts';
import { estimateBytes } from './load/estimate.ts';
import { baseOf } from './load/base-of.ts';
import { loadWithoutBlocking } from './load/load-without-blocking.ts';
import type { LoadedTable } from './load/loaded-table.ts';
import type { LoadedTables } from './load/loaded-tables.ts';
import type { TableCache } from './load/table-cache.ts';
import { LookupThread } from './run/lookup-thread.ts';
import { TableView } from './run/table-view.ts';
import { type ApproximateSearch, buildHnsw } from './search/build-hnsw.ts';
import { INDEX_FILE } from './search/hnsw-file.ts';
import { TableSearch } from './search/table-search.ts';
import { layeredBytes, liveRows } from './storage/layers.ts';
import { MANIFEST_FILE } from './table-manifest.ts';
import { TableServable } from './table-servable.ts';
import { tableOperations } from './table-signatures.ts';

export interface TableLoaderParts {
  readonly artifact: Artifact;
  readonly context: LoaderContext;
  /** Shared by the loaders of a plugin. */
  readonly tables: LoadedTables;
  readonly cache: TableCache | undefined;
}

/** Memory that is worth a search for garbage once it is free. */
const LARGE_BYTES = 16 * 2 ** 20;

/** Loads one version of a table. */
export class TableLoader implements Loader {
  readonly #parts: TableLoaderParts;
  #servable: TableServable | undefined;
  #bytes = 0;

  constructor(parts: TableLoaderParts) {
    this.#parts = parts;
  }

  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    const ramBytes = await estimateBytes(this.#parts.artifact.path);
    signal.throwIfAborted();
    return { ramBytes };
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const { artifact, context, tables, cache } = this.#parts;
    const loaded = await loadWithoutBlocking(artifact.path, { loaded: await baseOf(artifact.path, tables), cache }, signal);
    signal.throwIfAborted();
    const search = new TableSearch(loaded.layers, await approximateSearch(loaded, { directory: artifact.path, cache }, signal));
    try {
      const { layers, manifest } = loaded;
      const path = join(artifact.path, MANIFEST_FILE);
      const operations = tableOperations({ view: new TableView(layers), search, manifest, path });
      const lookups = new LookupThread({ layers, manifest, path });
      this.#servable = new TableServable(formatServableId(context.id), lookups.withLargeRequests(operations), search, lookups);
    } catch (error) {
      await search.close();
      throw error;
    }
    this.#bytes = layeredBytes(loaded.layers);
    tables.add(artifact.path, loaded);
    return this.#servable;
  }

  async unload(): Promise<void> {
    const servable = this.#servable;
    this.#servable = undefined;
    if (servable === undefined) return;
    this.#parts.tables.remove(this.#parts.artifact.path);
    await servable.close();
    if (this.#bytes >= LARGE_BYTES) await collectGarbage();
  }
}

interface IndexPlace {
  readonly directory: string;
  readonly cache: TableCache | undefined;
}

/** The index that `table.json` asks for. A table without vectors, or without rows, has nothing to put into one. */
async function approximateSearch({ layers, manifest }: LoadedTable, { directory, cache }: IndexPlace, signal: AbortSignal): Promise<ApproximateSearch | undefined> {
  const { index, metric = 'cosine' } = manifest.nearest ?? {};
  if (index !== 'hnsw' || layers.base.embedding === undefined || liveRows(layers) === 0) return undefined;
  const files = { beside: join(directory, INDEX_FILE), cacheDirectory: cache?.directory, keepBeside: false };
  return buildHnsw({ layers, metric, path: join(directory, MANIFEST_FILE), files }, signal);
}
