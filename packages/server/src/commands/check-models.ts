import { type Inspection, type LoaderContext, type LoaderPlugin, type Logger, messageOf, type Plugin, servableError, type ServableId } from '@servable/core';
import type { ResolvedConfig, ResolvedModel } from '../config/resolved-config.ts';
import { createLoaderHost } from '../loader-host.ts';
import { createLoaderResolver, type LoaderResolver } from '../loader-resolver.ts';
import { createSourceResolver } from '../source-resolver.ts';
import { warmUp, warmupSettingsOf, type WarmupSettings } from '../warmup/tap-warmup.ts';
import { unmetWishes, whyIncomplete, whyNoVersion } from './check-selection.ts';
import { findVersions } from './find-versions.ts';
import type { VersionToInspect } from './inspect-version.ts';
import { type ProbedSignatures, probeSignatures } from './probe-signatures.ts';

/** What was found out about one version, or about a model that has none. */
export interface CheckedVersion {
  readonly model: string;
  /** `undefined` when no version was found. */
  readonly version: string | undefined;
  readonly platform: string | undefined;
  /** The loader's estimate; `undefined` when it did not get that far. */
  readonly ramBytes: number | undefined;
  /** What is wrong; `undefined` when nothing is. */
  readonly fault: string | undefined;
  readonly notes: readonly string[];
}

export interface CheckOptions {
  readonly plugins: readonly Plugin[];
  /** Whether versions are loaded too, one after the other; else only their files are looked at. */
  readonly isLoading: boolean;
  readonly logger: Logger;
}

/** Looks at every version that the config would serve now. A fault of one says nothing about the others. */
export async function checkModels(config: ResolvedConfig, options: CheckOptions): Promise<readonly CheckedVersion[]> {
  const how: HowToCheck = { ...options, loaders: createLoaderResolver(options.plugins), warmup: warmupSettingsOf(config) };
  const checked: CheckedVersion[] = [];
  for (const model of config.models) checked.push(...(await checkModel(model, how)));
  return checked;
}

interface HowToCheck extends CheckOptions {
  readonly loaders: LoaderResolver;
  /** `undefined`: warm-up requests do not run. */
  readonly warmup: WarmupSettings | undefined;
}

async function checkModel(model: ResolvedModel, how: HowToCheck): Promise<readonly CheckedVersion[]> {
  const { versions, incomplete, problem } = await findVersions(model, createSourceResolver(how.plugins), how.logger);
  const nothing = { model: model.name, version: undefined, platform: model.platform, ramBytes: undefined, notes: [] };
  if (problem !== undefined) return [{ ...nothing, fault: problem }];
  if (versions.length + incomplete.length === 0) return [{ ...nothing, fault: whyNoVersion(model) }];
  const checked: CheckedVersion[] = incomplete.map((version) => ({ ...nothing, version: String(version), fault: whyIncomplete(version) }));
  for (const each of versions) {
    const id = { name: model.name, version: each.version };
    if ('error' in each) checked.push({ ...nothing, version: String(each.version), fault: each.error.message });
    else checked.push(await checkVersion(model, { id, path: each.value.path, options: model.options }, how));
  }
  return withNotes(checked, unmetWishes(model, versions.map(({ version }) => version)));
}

/** What holds for a whole model stands beside its first version. */
function withNotes([first, ...others]: readonly CheckedVersion[], notes: readonly string[]): readonly CheckedVersion[] {
  return first === undefined ? [] : [{ ...first, notes: [...first.notes, ...notes] }, ...others];
}

async function checkVersion(model: ResolvedModel, version: VersionToInspect, how: HowToCheck): Promise<CheckedVersion> {
  const found = { platform: model.platform, ramBytes: undefined as number | undefined, notes: [] as readonly string[] };
  let fault: string | undefined;
  try {
    const plugin = await how.loaders.forVersion(model, version.path);
    found.platform = plugin.platform;
    found.notes = (await inspectionOf(plugin, version, how))?.notes ?? [];
    const tried = await tryLoad(plugin, version, how);
    found.ramBytes = tried.ramBytes;
    found.notes = [...found.notes, ...tried.notes];
    fault = tried.fault;
  } catch (error) {
    fault = messageOf(error);
  }
  return { model: model.name, version: String(version.id.version), ...found, fault };
}

async function inspectionOf(plugin: LoaderPlugin, { id, path, options }: VersionToInspect, how: HowToCheck): Promise<Inspection | undefined> {
  return plugin.inspect?.({ path }, options, contextOf(id, how));
}

interface Tried extends ProbedSignatures {
  readonly ramBytes: number;
}

async function tryLoad(plugin: LoaderPlugin, { id, path, options }: VersionToInspect, how: HowToCheck): Promise<Tried> {
  const { signal } = new AbortController();
  const loader = plugin.create({ path }, options, contextOf(id, how));
  try {
    const { ramBytes } = await loader.estimate(signal);
    if (!how.isLoading) return { ramBytes, fault: undefined, notes: [] };
    const servable = await loader.load(signal);
    if (how.warmup !== undefined) await warmUp(servable, { path, signal }, how.warmup);
    return { ramBytes, ...(await probeSignatures(servable, signal)) };
  } finally {
    await loader.unload();
  }
}

/** Parts can be loaded; other models cannot be called, because each is checked by itself. */
function contextOf(id: ServableId, { loaders: resolver, logger }: HowToCheck): LoaderContext {
  const acquire = ({ name }: { readonly name: string }): never => {
    throw servableError('SRV_MODEL_NOT_AVAILABLE', [name]);
  };
  return { id, logger, host: createLoaderHost({ id, resolver, logger, acquire }) };
}
