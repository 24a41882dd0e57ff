import { createBatching } from '@servable/batching';
import { assertPluginApi, createHooks, type Hooks, type Logger, Manager, preserveAvailability, preserveResources } from '@servable/core';
import type { ResolvedConfig } from './config/resolved-config.ts';
import type { Monitoring } from './metrics/monitoring.ts';
import { logDownloads, logRequests, logStates } from './logging.ts';
import { tapWarmup, warmupSettingsOf } from './warmup/tap-warmup.ts';

/** Makes the hooks: the server's own logs and batching first, then the plugins in the config's order, then warm-up, which runs last. */
export function applyPlugins(config: ResolvedConfig, logger: Logger, monitoring: Monitoring): Hooks {
  const hooks = createHooks(logger, monitoring.onTap);
  logStates(hooks, logger);
  logDownloads(hooks, logger);
  logRequests(hooks, logger);
  monitoring.tap(hooks);
  applyBatching(config, hooks);
  for (const plugin of config.plugins) {
    assertPluginApi(plugin);
    if (plugin.kind === 'hooks') plugin.apply(hooks);
  }
  const warmup = warmupSettingsOf(config);
  if (warmup !== undefined) tapWarmup(hooks, { ...warmup, onRecordFile: (report) => monitoring.warmupRead(report) });
  return hooks;
}

/** The innermost wrapper: what others wrap around a servable sees requests, not batches. */
function applyBatching(config: ResolvedConfig, hooks: Hooks): void {
  const batching = createBatching(config.batching);
  for (const { name, batching: own } of config.models) {
    if (own === false) batching.configure(name, false);
    else if (Object.keys(own).length > 0) batching.configure(name, { ...(config.batching === false ? {} : config.batching), ...own });
  }
  batching.plugin.apply(hooks);
}

/** Makes the manager that a config asks for, with the labels of its models; `monitoring` watches it. */
export function createServerManager(config: ResolvedConfig, logger: Logger, monitoring: Monitoring): Manager {
  const { maxConcurrentLoads, maxLoadRetries, loadRetryIntervalMs } = config;
  const manager = new Manager({
    hooks: applyPlugins(config, logger, monitoring),
    policy: config.policy === 'availability-preserving' ? preserveAvailability : preserveResources,
    limits: config.ramLimitBytes === undefined ? {} : { ramBytes: config.ramLimitBytes },
    maxConcurrentLoads,
    maxLoadRetries,
    loadRetryIntervalMs,
    logger,
  });
  monitoring.manager = manager;
  for (const model of config.models) manager.setLabels(model.name, model.labels);
  return manager;
}
