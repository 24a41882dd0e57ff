import { type Manager, messageOf, type ModelName } from '@servable/core';
import type { ServerHealth } from './health.ts';
import type { ModelSources } from './model-sources.ts';

export interface FirstLoadsOptions {
  readonly sources: ModelSources;
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly signal: AbortSignal;
}

/**
 * Resolves when every source has looked, and every model that has versions then has one that is ready, or only
 * failed ones, and those that labels name are ready or failed; or when the signal is aborted. Never rejects: what failed is logged and shown where it failed.
 */
export async function firstLoads({ sources, manager, health, signal }: FirstLoadsOptions): Promise<void> {
  await sources.look(signal);
  const found = health.models.filter((name) => manager.states.versions(name).length > 0);
  await Promise.all(found.map((name) => manager.states.waitUntilReady([name], signal).catch(messageOf)));
  await Promise.all(found.flatMap((name) => labelledLoads(manager, name, signal)));
}

/** A client that asks by label must find it from the first request on. */
function labelledLoads(manager: Manager, name: ModelName, signal: AbortSignal): readonly Promise<unknown>[] {
  const labelled = new Set(manager.labels(name).values());
  const known = manager.states.versions(name).map(({ id }) => id.version).filter((version) => labelled.has(version));
  return known.map((version) => manager.states.waitFor(name, version, ({ state }) => state === 'ready' || state === 'ended', signal).catch(messageOf));
}
