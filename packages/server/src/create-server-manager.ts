import { assertPluginApi, createHooks, type Hooks, type Logger, Manager, preserveAvailability, preserveResources } from '@servable/core';
import type { ResolvedConfig } from './config/resolved-config.ts';
import { logRequests, logStates } from './logging.ts';
import { tapWarmup } from './warmup.ts';

/** Makes the hooks: the server's own logs first, then the plugins in the config's order, then warm-up, which runs last. */
export function applyPlugins(config: ResolvedConfig, logger: Logger): Hooks {
  const hooks = createHooks(logger);
  logStates(hooks, logger);
  logRequests(hooks, logger);
  for (const plugin of config.plugins) {
    assertPluginApi(plugin);
    if (plugin.kind === 'hooks') plugin.apply(hooks);
  }
  if (config.warmup) tapWarmup(hooks, config.rest.maxJsonDepth);
  return hooks;
}

/** Makes the manager that a config asks for, with the labels of its models. */
export function createServerManager(config: ResolvedConfig, logger: Logger): Manager {
  const { maxConcurrentLoads, maxLoadRetries, loadRetryIntervalMs } = config;
  const manager = new Manager({
    hooks: applyPlugins(config, logger),
    policy: config.policy === 'availability-preserving' ? preserveAvailability : preserveResources,
    limits: config.ramLimitBytes === undefined ? {} : { ramBytes: config.ramLimitBytes },
    maxConcurrentLoads,
    maxLoadRetries,
    loadRetryIntervalMs,
    logger,
  });
  for (const model of config.models) manager.setLabels(model.name, model.labels);
  return manager;
}
