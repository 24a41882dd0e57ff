import { isDeepStrictEqual } from 'node:util';
import { type ModelName, pluginName } from '@servable/core';
import type { ResolvedConfig, ResolvedModel } from '../config/resolved-config.ts';

/** What of a model can change. */
export type ModelPart = Exclude<keyof ResolvedModel, 'name'>;

/** A model that stays, and what of it changes. */
export interface ChangedModel {
  readonly before: ResolvedModel;
  readonly after: ResolvedModel;
  /** At least one. */
  readonly parts: readonly ModelPart[];
}

/** What of a config is no model. */
export type ServerPart = Exclude<keyof ResolvedConfig, 'models'>;

/** What one config changes against another. */
export interface ConfigDiff {
  readonly added: readonly ResolvedModel[];
  readonly removed: readonly ResolvedModel[];
  readonly changed: readonly ChangedModel[];
  /** What else changes and takes effect. */
  readonly applied: readonly ServerPart[];
  /** What else is asked for, and cannot change while the server runs. */
  readonly fixed: readonly ServerPart[];
}

const MODEL_PARTS: readonly ModelPart[] = ['path', 'platform', 'versions', 'labels', 'batching', 'options', 'logging'];

/** What a running server can take over. All else is built into listeners, plugins and loggers. */
const CHANGEABLE: ReadonlySet<ServerPart> = new Set<ServerPart>([
  'batching',
  'batchingFromVersionFiles',
  'maxConcurrentLoads',
  'maxConcurrentInitialLoads',
  'maxConcurrentUnloads',
  'maxLoadRetries',
  'loadRetryIntervalMs',
  'allowLabelsForUnavailableVersions',
  'reloadPollIntervalMs',
  'drainTimeoutMs',
  'drainDelayMs',
]);

/** Compares the running config with the next one. Pure. The order of models means nothing. */
export function diffConfigs(before: ResolvedConfig, after: ResolvedConfig): ConfigDiff {
  const [old, wanted] = [byName(before.models), byName(after.models)];
  const parts = serverParts(before).filter((part) => !isSame(part, before, after));
  return {
    added: after.models.filter(({ name }) => !old.has(name)),
    removed: before.models.filter(({ name }) => !wanted.has(name)),
    changed: after.models.flatMap((model) => changeOf(old.get(model.name), model)),
    applied: parts.filter((part) => CHANGEABLE.has(part)),
    fixed: parts.filter((part) => !CHANGEABLE.has(part)),
  };
}

/** The config that holds once the next one is taken over: its own but for what cannot change. Pure. */
export function takeOver(before: ResolvedConfig, after: ResolvedConfig): ResolvedConfig {
  const kept = serverParts(before).filter((part) => !CHANGEABLE.has(part));
  return { ...after, ...Object.fromEntries(kept.map((part) => [part, before[part]])) };
}

/** `added: a, b; removed: c; changed: d (labels, versions); settings: batching`; empty when nothing takes effect. */
export function describeDiff({ added, removed, changed, applied }: ConfigDiff): string {
  const names = (models: readonly ResolvedModel[]): string => models.map(({ name }) => name).join(', ');
  const parts = [
    ['added', names(added)],
    ['removed', names(removed)],
    ['changed', changed.map(({ after, parts: each }) => `${after.name} (${each.join(', ')})`).join(', ')],
    ['settings', applied.join(', ')],
  ] as const;
  return parts.flatMap(([label, text]) => (text === '' ? [] : [`${label}: ${text}`])).join('; ');
}

function byName(models: readonly ResolvedModel[]): ReadonlyMap<ModelName, ResolvedModel> {
  return new Map(models.map((model) => [model.name, model]));
}

function changeOf(before: ResolvedModel | undefined, after: ResolvedModel): readonly ChangedModel[] {
  if (before === undefined) return [];
  const parts = MODEL_PARTS.filter((part) => !isDeepStrictEqual(before[part], after[part]));
  return parts.length === 0 ? [] : [{ before, after, parts }];
}

function serverParts(config: ResolvedConfig): readonly ServerPart[] {
  return (Object.keys(config) as (keyof ResolvedConfig)[]).filter((part) => part !== 'models');
}

function isSame(part: ServerPart, before: ResolvedConfig, after: ResolvedConfig): boolean {
  // A config that is read again makes its plugins anew: only which ones they are can be compared.
  if (part === 'plugins') return isDeepStrictEqual(before.plugins.map(pluginName), after.plugins.map(pluginName));
  return isDeepStrictEqual(before[part], after[part]);
}
