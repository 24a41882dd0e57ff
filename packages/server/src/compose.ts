import type { Logger, Manager } from '@servable/core';
import { ArtifactRouter } from './artifact-router.ts';
import type { ResolvedConfig } from './config/resolved-config.ts';
import { createServerBatching, createServerManager } from './create-server-manager.ts';
import { firstLoads } from './first-loads.ts';
import { type NotReady, ServerHealth } from './health.ts';
import { type Listener, listen } from './listen.ts';
import { createLoaderResolver } from './loader-resolver.ts';
import { Monitoring } from './metrics/monitoring.ts';
import { ModelSources } from './model-sources.ts';
import { type AppliedReload, paceOf, Reloader } from './reload/reloader.ts';
import { waitForModels } from './reload/wait-for-models.ts';
import { RequestLog } from './request-log/request-log.ts';
import { type ShutdownStep, shutDown } from './shutdown.ts';
import { createSourceContext } from './source-context.ts';
import { createSourceResolver } from './source-resolver.ts';

/** A server that listens. */
export interface RunningServer {
  /** `host:port` of each listener that is on. */
  readonly addresses: { readonly rest?: string; readonly grpc?: string };
  readonly manager: Manager;
  /** Resolves when every configured model has a ready version, has failed, or has no version. Never rejects. */
  readonly ready: Promise<void>;
  /** What holds now. */
  readonly config: ResolvedConfig;
  /**
   * Takes another config over, as far as it can change while the server runs; {@link AppliedReload.diff} says what did. What is
   * refused changes nothing.
   *
   * @throws ServingError `SRV_MODEL_PLATFORM_CHANGED`, `SRV_LABEL_VERSION_UNAVAILABLE`, `SRV_SCHEME_UNKNOWN`, `SRV_PLATFORM_UNKNOWN`
   */
  reload(config: ResolvedConfig): AppliedReload;
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
 * that `/readyz` can say which one is not; with `compat: 'strict'` after, as TensorFlow Serving does.
 *
 * @param signal - ends the wait for models, with `compat: 'strict'`
 * @throws ServingError `SRV_PLUGIN_API_MISMATCH`, `SRV_PLUGIN_CONFLICT`, `SRV_SCHEME_UNKNOWN`, `SRV_LISTEN_FAILED`,
 * `SRV_LABEL_VERSION_UNAVAILABLE`; with `compat: 'strict'` also `SRV_MODELS_UNAVAILABLE`. Nothing is left open then
 */
export async function compose(config: ResolvedConfig, logger: Logger, signal: AbortSignal = NEVER): Promise<RunningServer> {
  const stopping = new AbortController();
  const parts = assemble(config, logger, stopping.signal);
  const { manager, health, sources, reloader } = parts;
  const listeners: Listener[] = [];
  const close = once((drainDelayMs: number) =>
    shutDown({
      startDraining: () => health.startDraining(),
      stopping,
      transports: listeners.map((listener) => listener.transport),
      steps: closingSteps(config, manager, sources),
      drainDelayMs,
      drainTimeoutMs: reloader.config.drainTimeoutMs,
      logger,
    }),
  );
  const startListening = async (): Promise<void> => void listeners.push(...(await listen(config, { ...parts, stopping: stopping.signal, logger })));
  try {
    if (!config.listensWhenReady) await startListening();
    reloader.start();
    if (config.listensWhenReady) {
      await waitForModels({ manager, health, names: health.models, isStrict: config.compat === 'strict', noun: 'servable', signal });
      await startListening();
    }
  } catch (error) {
    await close(0);
    throw error;
  }
  return {
    addresses: Object.fromEntries(listeners.map(({ protocol, transport }) => [protocol, transport.address])),
    manager,
    ready: loadFirst(parts, stopping.signal),
    get config() {
      return reloader.config;
    },
    reload: (next) => reloader.apply(next),
    notReady: () => health.notReady(),
    close: () => close(reloader.config.drainDelayMs),
  };
}

const NEVER: AbortSignal = new AbortController().signal;

interface ServerParts {
  readonly manager: Manager;
  readonly health: ServerHealth;
  readonly sources: ModelSources;
  readonly reloader: Reloader;
  readonly monitoring: Monitoring;
}

/** Makes what serves models, and starts nothing. */
function assemble(config: ResolvedConfig, logger: Logger, stopping: AbortSignal): ServerParts {
  const sourceResolver = createSourceResolver(config.plugins);
  const loaderResolver = createLoaderResolver(config.plugins);
  for (const model of config.models) sourceResolver.forPath(model.path);

  const batching = createServerBatching(config, () => reloader.config);
  const monitoring = new Monitoring(config.metrics);
  const requestLog = new RequestLog({ logger, onOutcome: (...outcome) => monitoring.requestLogged(...outcome) });
  const manager = createServerManager(config, { batching, monitoring, requestLog, logger });
  const health = new ServerHealth(manager, config.models.map((model) => model.name));
  const router = new ArtifactRouter({ models: config.models, resolver: loaderResolver, sources: sourceResolver, manager, health, logger });
  const context = createSourceContext(config, { manager, logger });
  const sources = new ModelSources({ resolver: sourceResolver, context, sinkOf: (plugin) => router.sinkOf(plugin) });
  const reloader = new Reloader(config, { manager, health, router, sources, batching, requestLog, loaderResolver, sourceResolver, stopping });
  return { manager, health, sources, reloader, monitoring };
}

/** The first loads may go on in greater number than those after them. */
async function loadFirst({ reloader, ...parts }: ServerParts, signal: AbortSignal): Promise<void> {
  await firstLoads({ ...parts, signal });
  parts.manager.configure(paceOf(reloader.config));
}

/** Versions stop coming, then go; what plugins share goes last. */
function closingSteps(config: ResolvedConfig, manager: Manager, sources: ModelSources): readonly ShutdownStep[] {
  return [
    { name: 'sources', close: () => sources.close() },
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
