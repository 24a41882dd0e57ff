import { readdir } from 'node:fs/promises';
import type { LoaderPlugin, Plugin } from '@servable/core';
import { messageOf } from '@servable/core';
import { formatPath } from './config/config-path.ts';
import { nearestName } from './config/nearest-name.ts';
import type { ResolvedModel } from './config/resolved-config.ts';
import { compileSchema, type SchemaFault, type Validate } from './config/validate.ts';
import { serverError } from './errors.ts';
import { loaderPackageFor } from './plugin-hints.ts';

/** Finds the loader of a model. Made by {@link createLoaderResolver}. */
export interface LoaderResolver {
  /** Every platform and alias there is, sorted. */
  readonly platforms: readonly string[];
  /** @throws ServingError `SRV_PLATFORM_UNKNOWN` */
  byPlatform(platform: string): LoaderPlugin;
  /** The one loader that claims a version's directory. @throws ServingError `SRV_PLATFORM_UNDETECTED`, `SRV_PLATFORM_AMBIGUOUS` */
  detect(directory: string): Promise<LoaderPlugin>;
  /**
   * The loader of one version of a model, by its platform or else by the files, with the model's options checked.
   *
   * @throws ServingError `SRV_PLATFORM_UNKNOWN`, `SRV_PLATFORM_UNDETECTED`, `SRV_PLATFORM_AMBIGUOUS`, `SRV_MODEL_OPTIONS_INVALID`
   */
  forVersion(model: Pick<ResolvedModel, 'name' | 'platform' | 'options'>, directory: string): Promise<LoaderPlugin>;
  /** What the loader's schema has against these options. @throws ServingError `SRV_PLUGIN_INVALID` for a schema that is wrong */
  optionFaults(plugin: LoaderPlugin, options: unknown): readonly SchemaFault[];
}

/**
 * Makes the way from a platform, an alias or a directory's files to the loader.
 *
 * @throws ServingError `SRV_PLUGIN_CONFLICT` when two loaders have one platform or alias
 */
export function createLoaderResolver(plugins: readonly Plugin[]): LoaderResolver {
  const loaders = plugins.filter((plugin) => plugin.kind === 'loader');
  const byName = indexByPlatform(loaders);
  const validators = new Map<LoaderPlugin, Validate>();
  const optionFaults = (plugin: LoaderPlugin, options: unknown): readonly SchemaFault[] => {
    const validate = validators.get(plugin) ?? compileOptions(plugin);
    validators.set(plugin, validate);
    return validate(options);
  };
  const byPlatform = (platform: string): LoaderPlugin => {
    const plugin = byName.get(platform);
    if (plugin === undefined) throw serverError('SRV_PLATFORM_UNKNOWN', [platform, platformCure(platform, [...byName.keys()])]);
    return plugin;
  };
  const detect = (directory: string): Promise<LoaderPlugin> => detectLoader(loaders, directory);
  return {
    platforms: [...byName.keys()].sort(),
    byPlatform,
    detect,
    optionFaults,
    async forVersion(model, directory) {
      const plugin = model.platform === undefined ? await detect(directory) : byPlatform(model.platform);
      const problems = optionFaults(plugin, model.options).map(describeOptionFault);
      if (problems.length > 0) throw serverError('SRV_MODEL_OPTIONS_INVALID', [model.name, plugin.platform, problems]);
      return plugin;
    },
  };
}

function indexByPlatform(loaders: readonly LoaderPlugin[]): ReadonlyMap<string, LoaderPlugin> {
  const byName = new Map<string, LoaderPlugin>();
  for (const loader of loaders) {
    for (const name of [loader.platform, ...(loader.platformAliases ?? [])]) {
      const other = byName.get(name);
      if (other !== undefined && other !== loader) {
        throw serverError('SRV_PLUGIN_CONFLICT', [`platform '${name}'`, other.platform, loader.platform]);
      }
      byName.set(name, loader);
    }
  }
  return byName;
}

function platformCure(platform: string, known: readonly string[]): string {
  const nearest = nearestName(platform, known);
  if (nearest !== undefined) return `did you mean '${nearest}'?`;
  if (known.length === 0) return 'list a loader in plugins, such as @servable/loader-onnx';
  return `the plugins at hand serve ${known.join(', ')}`;
}

async function detectLoader(loaders: readonly LoaderPlugin[], directory: string): Promise<LoaderPlugin> {
  const claims = await Promise.all(loaders.map(async (loader) => ((await loader.detect?.(directory)) ?? false ? loader : undefined)));
  const [first, ...others] = claims.filter((loader) => loader !== undefined);
  if (first === undefined) throw serverError('SRV_PLATFORM_UNDETECTED', [directory, await detectCure(loaders, directory)]);
  if (others.length > 0) throw serverError('SRV_PLATFORM_AMBIGUOUS', [directory, [first, ...others].map((each) => each.platform)]);
  return first;
}

async function detectCure(loaders: readonly LoaderPlugin[], directory: string): Promise<string> {
  const names = await readdir(directory).catch(() => []);
  const plugin = loaderPackageFor(names);
  if (plugin !== undefined) return `install a plugin that does, such as ${plugin}`;
  if (loaders.length === 0) return 'install a loader, such as @servable/loader-onnx';
  const platforms = loaders.map((loader) => loader.platform).join(', ');
  return `it holds no model of ${platforms}; check the files, or set the model's platform`;
}

function compileOptions(plugin: LoaderPlugin): Validate {
  if (plugin.optionsSchema === undefined) return () => [];
  try {
    return compileSchema(plugin.optionsSchema);
  } catch (error) {
    throw serverError('SRV_PLUGIN_INVALID', [plugin.platform, `has an optionsSchema that does not compile: ${messageOf(error)}`], {
      cause: error,
    });
  }
}

function describeOptionFault(fault: SchemaFault): string {
  const found = fault.found === undefined ? '' : ` is ${fault.found}:`;
  const cure = fault.cure === '' ? '' : ` (${fault.cure})`;
  return `${formatPath(['options', ...fault.keys])}${found} ${fault.problem}${cure}`;
}
