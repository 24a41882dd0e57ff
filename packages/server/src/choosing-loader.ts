import type { Artifact, Loader, LoaderContext, ResourceEstimate, Servable } from '@servable/core';
import { servableError } from '@servable/core';
import type { ResolvedModel } from './config/resolved-config.ts';
import type { LoaderResolver } from './loader-resolver.ts';

/** The version that a {@link ChoosingLoader} is for. */
export interface ChoosingLoaderOptions {
  readonly resolver: LoaderResolver;
  readonly model: Pick<ResolvedModel, 'name' | 'platform' | 'options'>;
  readonly artifact: Artifact;
  readonly context: LoaderContext;
}

/**
 * A Loader that first finds out which plugin serves these files, and from then on is that plugin's Loader. The choice is
 * part of `estimate`, so that its error becomes the version's error.
 */
export class ChoosingLoader implements Loader {
  readonly #options: ChoosingLoaderOptions;
  #loader: Loader | undefined;

  constructor(options: ChoosingLoaderOptions) {
    this.#options = options;
  }

  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    const { resolver, model, artifact, context } = this.#options;
    const plugin = await resolver.forVersion(model, artifact.path);
    this.#loader = plugin.create(artifact, model.options, context);
    return this.#loader.estimate(signal);
  }

  async load(signal: AbortSignal): Promise<Servable> {
    if (this.#loader === undefined) throw servableError('SRV_INTERNAL', ['load() before estimate()']);
    return this.#loader.load(signal);
  }

  async unload(): Promise<void> {
    await this.#loader?.unload();
  }
}
