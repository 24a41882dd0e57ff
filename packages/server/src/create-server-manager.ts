import { type Batching, createBatching } from '@servable/batching';
import { assertPluginApi, createHooks, type Hooks, type Logger, Manager, preserveAvailability, preserveResources } from '@servable/core';
import { modelBatching } from './config/resolve.ts';
import type { ResolvedConfig } from './config/resolved-config.ts';
import type { Monitoring } from './metrics/monitoring.ts';
import { readVersionBatching } from './config/version-batching.ts';
import { logDownloads, logRequests, logStates } from './logging.ts';
import { paceOf } from './reload/reloader.ts';
import type { RequestLog } from './request-log/request-log.ts';
import { tapTracing } from './tracing.ts';
import { tapWarmup, warmupSettingsOf } from './warmup/tap-warmup.ts';

/** What taps the hooks of the server itself. */
export interface ManagerParts {
  readonly batching: Batching;
  readonly monitoring: Monitoring;
  readonly requestLog: RequestLog;
  readonly logger: Logger;
}

/** Makes the hooks: the server's own logs and batching first, then the plugins in the config's order, then warm-up, which runs last. */
export function applyPlugins(config: ResolvedConfig, { batching, monitoring, requestLog, logger }: ManagerParts): Hooks {
  const hooks = createHooks(logger, monitoring.tapTimer);
  logStates(hooks, logger);
  logDownloads(hooks, logger);
  logRequests(hooks, logger);
  monitoring.tap(hooks);
  // The innermost wrapper: what others wrap around a servable sees requests, not batches.
  batching.plugin.apply(hooks);
  for (const plugin of config.plugins) {
    assertPluginApi(plugin);
    if (plugin.kind === 'hooks') plugin.apply(hooks);
  }
  // The outermost wrapper.
  tapTracing(hooks);
  // After the plugins: one of them may collect what is logged.
  requestLog.tap(hooks);
  requestLog.configure(config);
  const warmup = warmupSettingsOf(config);
  if (warmup !== undefined) tapWarmup(hooks, { ...warmup, onRecordFile: (report) => monitoring.warmupRead(report) });
  return hooks;
}

/** Makes the batching that a config asks for. `current` is asked at each load, so that a reload counts. */
export function createServerBatching(config: ResolvedConfig, current: () => ResolvedConfig): Batching {
  const batching = createBatching(config.batching, {
    ofVersion: async ({ artifact }) => (current().batchingFromVersionFiles && artifact !== undefined ? readVersionBatching(artifact.path) : undefined),
  });
  for (const model of config.models) batching.configure(model.name, modelBatching(model, config.batching));
  return batching;
}

/** Makes the manager that a config asks for; `monitoring` watches it. */
export function createServerManager(config: ResolvedConfig, parts: ManagerParts): Manager {
  const manager = new Manager({
    hooks: applyPlugins(config, parts),
    policy: config.policy === 'availability-preserving' ? preserveAvailability : preserveResources,
    limits: config.ramLimitBytes === undefined ? {} : { ramBytes: config.ramLimitBytes },
    ...paceOf(config),
    maxConcurrentLoads: config.maxConcurrentInitialLoads,
    // TensorFlow Serving tries everything again.
    ...(config.compat === 'strict' ? { isRetryable: () => true } : {}),
    logger: parts.logger,
  });
  parts.monitoring.manager = manager;
  return manager;
}
