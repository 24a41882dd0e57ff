import type { Batching } from '@servable/batching';
import type { Manager, ModelName } from '@servable/core';
import type { ArtifactRouter } from '../artifact-router.ts';
import { modelBatching } from '../config/resolve.ts';
import type { ResolvedConfig, ResolvedModel } from '../config/resolved-config.ts';
import { serverError } from '../errors.ts';
import type { ServerHealth } from '../health.ts';
import type { LoaderResolver } from '../loader-resolver.ts';
import type { ModelSources } from '../model-sources.ts';
import type { RequestLog } from '../request-log/request-log.ts';
import type { SourceResolver } from '../source-resolver.ts';
import { checkLabels } from './check-labels.ts';
import { type ConfigDiff, diffConfigs, takeOver } from './diff-configs.ts';
import { waitForModels } from './wait-for-models.ts';

/** What of a server follows its config. */
export interface ReloaderParts {
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly router: ArtifactRouter;
  readonly sources: ModelSources;
  readonly batching: Batching;
  readonly requestLog: RequestLog;
  readonly loaderResolver: LoaderResolver;
  readonly sourceResolver: SourceResolver;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/** A config that was taken over. */
export interface AppliedReload {
  readonly diff: ConfigDiff;
  /**
   * Resolves when every model that was added has a version that is ready. A model whose files are not there yet is waited for.
   *
   * @throws ServingError `SRV_MODELS_UNAVAILABLE`; `signal.reason`
   */
  whenReady(signal: AbortSignal): Promise<void>;
}

/**
 * Leads a running server from one config to the next. All is checked before anything is done: what is refused leaves the running
 * config as it is. Models that stay keep serving; versions come and go as on any other day.
 */
export class Reloader {
  readonly #parts: ReloaderParts;
  #config: ResolvedConfig;

  constructor(config: ResolvedConfig, parts: ReloaderParts) {
    this.#config = config;
    this.#parts = parts;
  }

  /** What holds now. */
  get config(): ResolvedConfig {
    return this.#config;
  }

  get resolvers(): { readonly loaders: LoaderResolver; readonly sources: SourceResolver } {
    return { loaders: this.#parts.loaderResolver, sources: this.#parts.sourceResolver };
  }

  /** Sets the first config's models going. @throws ServingError `SRV_LABEL_VERSION_UNAVAILABLE` */
  start(): void {
    this.#checkLabels(this.#config.models, new Set());
    this.#labelModels(this.#config.models);
    this.#parts.sources.watch(this.#config.models);
  }

  /**
   * Takes a config over, as far as it can change.
   *
   * @throws ServingError `SRV_MODEL_PLATFORM_CHANGED`, `SRV_LABEL_VERSION_UNAVAILABLE`, `SRV_SCHEME_UNKNOWN`,
   * `SRV_PLATFORM_UNKNOWN`, `SRV_LOG_COLLECTOR_UNKNOWN`, `SRV_LOG_REFUSED`; nothing has changed then
   */
  apply(wanted: ResolvedConfig): AppliedReload {
    const before = this.#config;
    const diff = diffConfigs(before, wanted);
    this.#check(wanted, diff);
    const after = takeOver(before, wanted);
    this.#config = after;
    this.#labelModels(after.models);
    this.#configureBatching(diff, after);
    this.#parts.requestLog.configure(after);
    this.#parts.manager.configure(paceOf(after));
    this.#parts.health.setModels(after.models.map(({ name }) => name));
    this.#parts.router.setModels(after.models);
    this.#parts.sources.watch(after.models);
    for (const { name } of diff.removed) this.#remove(name);
    return { diff, whenReady: (signal) => this.#whenReady(diff.added, signal) };
  }

  #check(wanted: ResolvedConfig, { changed }: ConfigDiff): void {
    const { loaderResolver, sourceResolver, requestLog } = this.#parts;
    requestLog.check(wanted);
    for (const { path, platform } of wanted.models) {
      sourceResolver.forPath(path);
      if (platform !== undefined) loaderResolver.byPlatform(platform);
    }
    for (const { before, after } of changed) {
      if (before.platform === undefined || after.platform === undefined) continue;
      if (loaderResolver.byPlatform(before.platform) === loaderResolver.byPlatform(after.platform)) continue;
      throw serverError('SRV_MODEL_PLATFORM_CHANGED', [after.name, before.platform, after.platform]);
    }
    this.#checkLabels(wanted.models, new Set(this.#config.models.map(({ name }) => name)));
  }

  #checkLabels(models: readonly ResolvedModel[], served: ReadonlySet<ModelName>): void {
    const { manager } = this.#parts;
    checkLabels(
      models.map((model) => ({
        model,
        current: manager.labels(model.name),
        ready: manager.readyVersions(model.name),
        isNew: !served.has(model.name),
      })),
      { allowsUnavailable: this.#config.allowLabelsForUnavailableVersions, isStrict: this.#config.compat === 'strict' },
    );
  }

  #labelModels(models: readonly ResolvedModel[]): void {
    for (const { name, labels } of models) this.#parts.manager.setLabels(name, labels);
  }

  #configureBatching({ added, removed, changed, applied }: ConfigDiff, after: ResolvedConfig): void {
    const { batching } = this.#parts;
    const isForAll = applied.includes('batching');
    if (isForAll) batching.configureDefaults(after.batching);
    const others = [...added, ...changed.flatMap((change) => (change.parts.includes('batching') ? [change.after] : []))];
    for (const model of isForAll ? after.models : others) batching.configure(model.name, modelBatching(model, after.batching));
    for (const { name } of removed) batching.configure(name, undefined);
  }

  #remove(name: ModelName): void {
    const { manager, health } = this.#parts;
    manager.setLabels(name, new Map());
    manager.aspire({ name, versions: [] });
    health.setFault(name, undefined);
  }

  async #whenReady(added: readonly ResolvedModel[], signal: AbortSignal): Promise<void> {
    const { manager, health, sources, stopping } = this.#parts;
    const either = AbortSignal.any([signal, stopping]);
    if (added.length === 0) return;
    await sources.look(either);
    const isStrict = this.#config.compat === 'strict';
    await waitForModels({ manager, health, names: added.map(({ name }) => name), isStrict, noun: 'model', signal: either });
  }
}

/** How fast versions come and go, once all were loaded once. */
export function paceOf(config: ResolvedConfig): Parameters<Manager['configure']>[0] {
  const { maxConcurrentLoads, maxConcurrentUnloads = Infinity, maxLoadRetries, loadRetryIntervalMs } = config;
  return { maxConcurrentLoads, maxConcurrentUnloads, maxLoadRetries, loadRetryIntervalMs };
}
