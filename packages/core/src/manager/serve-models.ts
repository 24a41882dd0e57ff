import type { AspiredVersion } from '../aspired.ts';
import { servableError } from '../errors.ts';
import type { LoaderContext, LoaderHost } from '../loader.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { assertPluginApi, type LoaderPlugin, type SourcePlugin } from '../plugin.ts';
import { type ModelName, parseModelName, parseVersion } from '../servable-id.ts';
import type { Artifact, AspiredSink } from '../source.ts';
import { LATEST_ONE, type VersionSelector } from '../version-selector.ts';
import type { Loadable } from './harness.ts';
import type { Manager } from './manager.ts';

/** One model to serve in process. */
export interface ServedModelOptions {
  readonly name: string;
  /** As the source takes it. */
  readonly path: string;
  /** Default: the highest version. */
  readonly versions?: VersionSelector;
  readonly labels?: Readonly<Record<string, number | string | bigint>>;
  readonly loader: LoaderPlugin;
  /** The loader's own. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What {@link serveModels} puts together. */
export interface ServeModelsOptions {
  readonly manager: Manager;
  readonly source: SourcePlugin;
  readonly models: readonly ServedModelOptions[];
  /** Loaders of parts that no model has, such as those that functions are made of. */
  readonly partLoaders?: readonly LoaderPlugin[];
  /** Default: nothing is logged. */
  readonly logger?: Logger;
}

/** Models whose versions a manager follows. */
export interface ServedModels {
  /**
   * Resolves when every model has a version that is ready.
   * @throws ServingError `SRV_MODEL_NOT_READY` when one has none and nothing is on its way; `signal.reason` when aborted
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** Stops looking for versions, unloads all (the manager is closed), and ends what the loaders share. Twice is once. */
  close(): Promise<void>;
}

/**
 * Follows models in a manager without a server: one source finds their versions, each model's loader loads them.
 *
 * @throws ServingError `SRV_PLUGIN_API_MISMATCH`, `SRV_MODEL_NAME_EMPTY`, `SRV_VERSION_INVALID`
 */
export function serveModels({ manager, source: plugin, models, partLoaders = [], logger = silentLogger }: ServeModelsOptions): ServedModels {
  const loaders = new Set([...models.map(({ loader }) => loader), ...partLoaders]);
  for (const each of [plugin, ...loaders]) assertPluginApi(each);
  const byName = new Map(models.map((model) => [parseModelName(model.name), model]));
  const problems = new Map<ModelName, Error>();
  for (const [name, { labels }] of byName) if (labels !== undefined) manager.setLabels(name, labelsOf(labels));
  const source = plugin.create({ logger, sink: sinkOf({ manager, byName, problems, host: hostOf(manager, loaders, logger), logger }) });
  source.monitor(Array.from(byName, ([name, { path, versions = LATEST_ONE }]) => ({ name, path, selector: versions })));
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await source.close();
    await manager.close();
    for (const loader of loaders) await loader.close?.();
  };
  return {
    async ready(signal) {
      await source.refresh(signal);
      for (const [name, problem] of problems) if (manager.readyVersions(name).length === 0) throw problem;
      await manager.states.waitUntilReady([...byName.keys()], signal);
    },
    close: () => (closing ??= close()),
  };
}

function labelsOf(labels: NonNullable<ServedModelOptions['labels']>): ReadonlyMap<string, ReturnType<typeof parseVersion>> {
  return new Map(Object.entries(labels).map(([label, version]) => [label, parseVersion(version)]));
}

interface SinkOptions {
  readonly manager: Manager;
  readonly byName: ReadonlyMap<ModelName, ServedModelOptions>;
  /** Models that cannot be looked at now, and why. */
  readonly problems: Map<ModelName, Error>;
  readonly host: LoaderHost;
  readonly logger: Logger;
}

function sinkOf({ manager, byName, problems, host, logger }: SinkOptions): AspiredSink {
  return {
    report(name, error) {
      problems.set(name, error);
      logger.warn({ model: name, err: error }, `Model '${name}' cannot be looked at: ${error.message}`);
    },
    aspire({ name, versions }) {
      const model = byName.get(name);
      if (model === undefined) return;
      problems.delete(name);
      manager.aspire({ name, versions: versions.map((each) => withLoader(each, model, { id: { name, version: each.version }, logger, host })) });
    },
  };
}

function withLoader(each: AspiredVersion<Artifact>, { loader, options = {} }: ServedModelOptions, context: LoaderContext): AspiredVersion<Loadable> {
  if ('error' in each) return each;
  const artifact = each.value;
  return { version: each.version, value: { artifact, createLoader: () => loader.create(artifact, options, context) } };
}

/** Without a server nobody looks at files to choose a loader: a part says its platform. */
function hostOf(manager: Manager, loaders: ReadonlySet<LoaderPlugin>, logger: Logger): LoaderHost {
  return {
    acquire: (request) => manager.acquire(request),
    createPart({ name, artifact, platform, options = {} }) {
      const loader = [...loaders].find((each) => each.platform === platform);
      if (loader === undefined) throw servableError('SRV_PART_WITHOUT_LOADER', [name, platform ?? '', [...loaders].map((each) => each.platform).join(', ')]);
      return loader.create(artifact, options, { id: { name: parseModelName(name), version: parseVersion(1) }, logger });
    },
  };
}
