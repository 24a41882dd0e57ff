import type { Logger, Manager, Source } from '@servable/core';
import { ArtifactRouter } from './artifact-router.ts';
import type { ResolvedConfig } from './config/resolved-config.ts';
import { createServerManager } from './create-server-manager.ts';
import { type NotReady, ServerHealth } from './health.ts';
import { type Listener, listen } from './listen.ts';
import { createLoaderResolver } from './loader-resolver.ts';
import { Monitoring } from './metrics/monitoring.ts';
import { type ShutdownStep, shutDown } from './shutdown.ts';
import { createSourceContext } from './source-context.ts';
import { createSourceResolver } from './source-resolver.ts';
import { firstLoads, startSources } from './start-sources.ts';

/** A server that listens. */
export interface RunningServer {
  /** `host:port` of each listener that is on. */
  readonly addresses: { readonly rest?: string; readonly grpc?: string };
  readonly manager: Manager;
  /** Resolves when every configured model has a ready version, has failed, or has no version. Never rejects. */
  readonly ready: Promise<void>;
  /** The configured models without a ready version and why, in the order of the config; empty when all are ready. */
  notReady(): readonly NotReady[];
  /**
   * Drains and ends it: health checks say no, then listeners close, requests under way are answered, models are unloaded.
   * Twice is once; never rejects.
   */
  close(): Promise<void>;
}

/**
 * Makes a server of a config: plugins → hooks → manager → listeners → sources. It listens before models are loaded, so
 * that `/readyz` can say which one is not.
 *
 * @throws ServingError `SRV_PLUGIN_API_MISMATCH`, `SRV_PLUGIN_CONFLICT`, `SRV_SCHEME_UNKNOWN`, `SRV_LISTEN_FAILED`; nothing
 * is left open then
 */
export async function compose(config: ResolvedConfig, logger: Logger): Promise<RunningServer> {
  const models = config.models.map((model) => model.name);
  const sourceResolver = createSourceResolver(config.plugins);
  const loaderResolver = createLoaderResolver(config.plugins);
  for (const model of config.models) sourceResolver.forPath(model.path);

  const monitoring = new Monitoring(config.metrics);
  const manager = createServerManager(config, logger, monitoring);
  const health = new ServerHealth(manager, models);
  const sink = new ArtifactRouter({ models: config.models, resolver: loaderResolver, manager, health, logger });

  const sourceContext = createSourceContext(config, { sink, manager, logger });
  const stopping = new AbortController();
  const listeners: Listener[] = [];
  const sources: Source[] = [];
  const close = once((drainDelayMs: number) =>
    shutDown({
      startDraining: () => health.startDraining(),
      stopping,
      transports: listeners.map((listener) => listener.transport),
      steps: closingSteps(config, manager, sources),
      drainDelayMs,
      drainTimeoutMs: config.drainTimeoutMs,
      logger,
    }),
  );
  try {
    listeners.push(...(await listen(config, { manager, health, monitoring, stopping: stopping.signal, logger })));
    sources.push(...startSources(sourceResolver, config.models, sourceContext));
  } catch (error) {
    await close(0);
    throw error;
  }
  const addresses = Object.fromEntries(listeners.map(({ protocol, transport }) => [protocol, transport.address]));
  const ready = firstLoads({ sources, manager, models, signal: stopping.signal });
  return { addresses, manager, ready, notReady: () => health.notReady(), close: () => close(config.drainDelayMs) };
}

/** Versions stop coming, then go; what plugins share goes last. */
function closingSteps(config: ResolvedConfig, manager: Manager, sources: readonly Source[]): readonly ShutdownStep[] {
  return [
    { name: 'sources', close: async () => void (await Promise.all(sources.map((source) => source.close()))) },
    { name: 'manager', close: () => manager.close() },
    ...config.plugins
      .filter((plugin) => plugin.kind === 'loader')
      .map((plugin) => ({ name: plugin.platform, close: async () => plugin.close?.() })),
  ];
}

function once<Argument>(work: (argument: Argument) => Promise<void>): (argument: Argument) => Promise<void> {
  let done: Promise<void> | undefined;
  return (argument) => (done ??= work(argument));
}
