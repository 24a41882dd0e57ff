import { servableError } from './errors.ts';
import type { Hooks } from './hooks.ts';
import type { Loader, LoaderContext } from './loader.ts';
import type { Signature } from './signature.ts';
import type { Artifact, Source, SourceContext } from './source.ts';

/** The major version of everything a plugin sees. A plugin made for another one is refused by name. */
export const PLUGIN_API_VERSION = 1;

/**
 * Options of a model by platform. A loader's package adds its own by declaration merging, and the config's type follows:
 * `declare module '@servable/core' { interface LoaderOptionsByPlatform { onnx: OnnxOptions } }`
 */
export interface LoaderOptionsByPlatform {}

/** The options of a platform: what its package declared, else anything. */
export type LoaderOptionsOf<Platform extends string> = Platform extends keyof LoaderOptionsByPlatform
  ? LoaderOptionsByPlatform[Platform]
  : Readonly<Record<string, unknown>>;

/** What a model's files say of themselves, for `servable inspect` and `servable check`. */
export interface Inspection {
  readonly signatures: ReadonlyMap<string, Signature>;
  /** Facts worth showing, in order: opset, producer, parameters, size, … */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** What will not be served, or served otherwise than one might think, and why. */
  readonly notes: readonly string[];
}

/** One finding of `servable doctor`. */
export interface Diagnosis {
  readonly subject: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A subcommand that a plugin adds to `servable`. Prints through `print`; resolves to the exit code. */
export interface PluginCommand {
  readonly name: string;
  readonly summary: string;
  run(args: readonly string[], io: { print(text: string): void }): Promise<number>;
}

/** Turns a version's files into a servable. Made by {@link defineLoader}. */
export interface LoaderPlugin<Platform extends string = string> {
  readonly kind: 'loader';
  readonly apiVersion: number;
  /** As in a model's `platform`. */
  readonly platform: Platform;
  /** Other names for it, such as `tensorflow` in a `models.config`. */
  readonly platformAliases?: readonly string[];
  /** JSON schema of a model's `options`; the config is checked against it. */
  readonly optionsSchema?: object;
  create(artifact: Artifact, options: LoaderOptionsOf<Platform>, context: LoaderContext): Loader;
  /** Whether a version directory is this loader's. Looks at file names, not contents; never throws. */
  detect?(directory: string): Promise<boolean>;
  inspect?(artifact: Artifact, options: LoaderOptionsOf<Platform>, context: LoaderContext): Promise<Inspection>;
  diagnose?(): Promise<readonly Diagnosis[]>;
  readonly commands?: readonly PluginCommand[];
  /** Ends what the plugin shares between its loaders, such as engine threads; after every servable is unloaded. */
  close?(): Promise<void>;
}

/** Finds versions. Made by {@link defineSource}. */
export interface SourcePlugin {
  readonly kind: 'source';
  readonly apiVersion: number;
  readonly name: string;
  /** URI schemes of the paths it watches, such as `gs`; `file` also takes plain paths. */
  readonly schemes: readonly string[];
  create(context: SourceContext): Source;
}

/** Taps hooks. Made by {@link definePlugin}. */
export interface HookPlugin {
  readonly kind: 'hooks';
  readonly apiVersion: number;
  /** Its package's name; taps are reported by it. */
  readonly name: string;
  apply(hooks: Hooks): void;
}

/** What a config lists under `plugins`. */
/** Anything that a config's `plugins` may hold; `kind` tells which. */
export type Plugin = LoaderPlugin | SourcePlugin | HookPlugin;

/** Completes a loader's definition. */
export function defineLoader<const Platform extends string>(
  definition: Omit<LoaderPlugin<Platform>, 'kind' | 'apiVersion'>,
): LoaderPlugin<Platform> {
  return { ...definition, kind: 'loader', apiVersion: PLUGIN_API_VERSION };
}

/** Completes a source's definition. */
export function defineSource(definition: Omit<SourcePlugin, 'kind' | 'apiVersion'>): SourcePlugin {
  return { ...definition, kind: 'source', apiVersion: PLUGIN_API_VERSION };
}

/** Completes a hook plugin's definition. */
export function definePlugin(definition: Omit<HookPlugin, 'kind' | 'apiVersion'>): HookPlugin {
  return { ...definition, kind: 'hooks', apiVersion: PLUGIN_API_VERSION };
}

/** The name a plugin is reported by. */
export function pluginName(plugin: Plugin): string {
  return plugin.kind === 'loader' ? plugin.platform : plugin.name;
}

/** @throws ServingError `SRV_PLUGIN_API_MISMATCH` */
export function assertPluginApi(plugin: Plugin): void {
  if (plugin.apiVersion === PLUGIN_API_VERSION) return;
  throw servableError('SRV_PLUGIN_API_MISMATCH', [pluginName(plugin), String(plugin.apiVersion), String(PLUGIN_API_VERSION)]);
}
