import { type Manager, messageOf } from '@servable/core';
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
 * failed ones; or when the signal is aborted. Never rejects: what failed is logged and shown where it failed.
 */
export async function firstLoads({ sources, manager, health, signal }: FirstLoadsOptions): Promise<void> {
  await sources.look(signal);
  const found = health.models.filter((name) => manager.states.versions(name).length > 0);
  await Promise.all(found.map((name) => manager.states.waitUntilReady([name], signal).catch(messageOf)));
}
