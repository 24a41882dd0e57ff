import type { Artifact, AspiredSink, AspiredVersion, AspiredVersions, Loadable, Logger, Manager, ModelName } from '@servable/core';
import { ChoosingLoader } from './choosing-loader.ts';
import type { ResolvedModel } from './config/resolved-config.ts';
import type { ServerHealth } from './health.ts';
import { createLoaderHost } from './loader-host.ts';
import type { LoaderResolver } from './loader-resolver.ts';

export interface ArtifactRouterOptions {
  readonly models: readonly ResolvedModel[];
  readonly resolver: LoaderResolver;
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly logger: Logger;
}

/** Takes what sources state, gives each version its Loader, and hands the sets on to the manager. */
export class ArtifactRouter implements AspiredSink {
  readonly #options: ArtifactRouterOptions;
  readonly #models: ReadonlyMap<ModelName, ResolvedModel>;

  constructor(options: ArtifactRouterOptions) {
    this.#options = options;
    this.#models = new Map(options.models.map((model) => [model.name, model]));
  }

  aspire(set: AspiredVersions<Artifact>): void {
    const model = this.#models.get(set.name);
    if (model === undefined) return;
    this.#options.health.setFault(set.name, set.versions.length === 0 ? `no version found in '${model.path}'` : undefined);
    this.#options.manager.aspire({ name: set.name, versions: set.versions.map((each) => this.#route(model, each)) });
  }

  report(name: ModelName, error: Error): void {
    this.#options.health.setFault(name, error.message);
    this.#options.logger.warn({ model: name, err: error }, `Model '${name}' cannot be looked at: ${error.message}`);
  }

  #route(model: ResolvedModel, each: AspiredVersion<Artifact>): AspiredVersion<Loadable> {
    if ('error' in each) return each;
    const { resolver, logger, manager } = this.#options;
    const artifact = each.value;
    const id = { name: model.name, version: each.version };
    const host = createLoaderHost({ id, resolver, logger, acquire: (request) => manager.acquire(request), hooks: manager.hooks });
    const context = { id, logger, host };
    return { version: each.version, value: { artifact, createLoader: () => new ChoosingLoader({ resolver, model, artifact, context }) } };
  }
}
