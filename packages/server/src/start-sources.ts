import { type Manager, type ModelName, type Source, type SourceContext, type SourcePlugin, messageOf } from '@servable/core';
import type { ResolvedModel } from './config/resolved-config.ts';
import { settledLook } from './settled-look.ts';
import type { SourceResolver } from './source-resolver.ts';

/** Makes one source for each plugin that some model's path needs, and starts its watch. */
export function startSources(resolver: SourceResolver, models: readonly ResolvedModel[], context: SourceContext): readonly Source[] {
  const watchedBy = new Map<SourcePlugin, ResolvedModel[]>();
  for (const model of models) {
    const plugin = resolver.forPath(model.path);
    const watched = watchedBy.get(plugin);
    if (watched === undefined) watchedBy.set(plugin, [model]);
    else watched.push(model);
  }
  return [...watchedBy].map(([plugin, watched]) => {
    const source = plugin.create(context);
    source.monitor(watched.map((model) => ({ name: model.name, path: model.path, selector: model.versions })));
    return source;
  });
}

export interface FirstLoadsOptions {
  readonly sources: readonly Source[];
  readonly manager: Manager;
  readonly models: readonly ModelName[];
  readonly signal: AbortSignal;
}

/**
 * Resolves when every source has looked and let settle what was just copied, and every model that has versions then has one that is ready, or only
 * failed ones; or when the signal is aborted. Never rejects: what failed is logged and shown where it failed.
 */
export async function firstLoads({ sources, manager, models, signal }: FirstLoadsOptions): Promise<void> {
  await Promise.all(sources.map((source) => settledLook(source, signal).catch(messageOf)));
  const found = models.filter((name) => manager.states.versions(name).length > 0);
  await Promise.all(found.map((name) => manager.states.waitUntilReady([name], signal).catch(messageOf)));
}
