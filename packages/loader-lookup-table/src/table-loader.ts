import { type Artifact, formatServableId, type Loader, type LoaderContext, type ResourceEstimate, type Servable } from '@servable/core';
import { join } from 'node:path';
import { estimateBytes } from './load/estimate.ts';
import { loadWithoutBlocking } from './load/load-without-blocking.ts';
import { TableView } from './run/table-view.ts';
import { MANIFEST_FILE } from './table-manifest.ts';
import { TableServable } from './table-servable.ts';
import { tableOperations } from './table-signatures.ts';

/** Loads one version of a table. */
export class TableLoader implements Loader {
  readonly #artifact: Artifact;
  readonly #context: LoaderContext;
  #servable: TableServable | undefined;

  constructor(artifact: Artifact, context: LoaderContext) {
    this.#artifact = artifact;
    this.#context = context;
  }

  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    const ramBytes = await estimateBytes(this.#artifact.path);
    signal.throwIfAborted();
    return { ramBytes };
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const { path } = this.#artifact;
    const { table, manifest } = await loadWithoutBlocking(path, signal);
    signal.throwIfAborted();
    const operations = tableOperations(new TableView(table), manifest, join(path, MANIFEST_FILE));
    this.#servable = new TableServable(formatServableId(this.#context.id), operations);
    return this.#servable;
  }

  async unload(): Promise<void> {
    this.#servable?.close();
    this.#servable = undefined;
  }
}
