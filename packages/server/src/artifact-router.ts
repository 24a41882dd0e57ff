import type { Artifact, AspiredSink, AspiredVersion, AspiredVersions, Loadable, Logger, Manager, ModelName, SourcePlugin } from '@servable/core';
import { ChoosingLoader } from './choosing-loader.ts';
import type { ResolvedModel } from './config/resolved-config.ts';
import type { ServerHealth } from './health.ts';
import { createLoaderHost } from './loader-host.ts';
import type { LoaderResolver } from './loader-resolver.ts';
import type { SourceResolver } from './source-resolver.ts';

export interface ArtifactRouterOptions {
  readonly models: readonly ResolvedModel[];
  readonly resolver: LoaderResolver;
  readonly sources: SourceResolver;
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly logger: Logger;
}

/** Takes what sources state, gives each version its Loader, and hands the sets on to the manager. */
export class ArtifactRouter {
  readonly #options: ArtifactRouterOptions;
  #models: ReadonlyMap<ModelName, ResolvedModel> = new Map();

  constructor(options: ArtifactRouterOptions) {
    this.#options = options;
    this.setModels(options.models);
  }

  /** Replaces the models: their platforms and options count for what is stated from now on. */
  setModels(models: readonly ResolvedModel[]): void {
    this.#models = new Map(models.map((model) => [model.name, model]));
  }

  /** Where one plugin's source states what it finds. A model that has moved to another plugin is no longer its to unload. */
  sinkOf(plugin: SourcePlugin): AspiredSink {
    const ownModel = (name: ModelName): ResolvedModel | undefined => {
      const model = this.#models.get(name);
      return model !== undefined && this.#options.sources.forPath(model.path) === plugin ? model : undefined;
    };
    return {
      aspire: (set) => this.#aspire(set, ownModel(set.name)),
      report: (name, error) => this.#report(name, error, ownModel(name)),
    };
  }

  #aspire(set: AspiredVersions<Artifact>, model: ResolvedModel | undefined): void {
    if (model === undefined) return;
    this.#options.health.setFault(set.name, set.versions.length === 0 ? `no version found in '${model.path}'` : undefined);
    this.#options.manager.aspire({ name: set.name, versions: set.versions.map((each) => this.#route(model, each)) });
  }

  #report(name: ModelName, error: Error, model: ResolvedModel | undefined): void {
    if (model === undefined) return;
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
