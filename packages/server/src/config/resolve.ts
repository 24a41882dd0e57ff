import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BatchingOptions } from '@servable/batching';
import { parseModelName, parseVersion, type Plugin, type VersionSelector, LATEST_ONE } from '@servable/core';
import { schemeOf } from '../source-resolver.ts';
import { parseInteger } from './setting-layers.ts';
import type { ResolvedTls } from './read-tls.ts';
import { resolveLogging } from './resolve-logging.ts';
import type { ResolvedConfig, ResolvedModel } from './resolved-config.ts';
import { BATCHING_SETTINGS, type SettingValues } from './settings.ts';
import type { UserModel, UserModelBatching, UserVersions } from './user-config.ts';

/** What a config is made of beside its settings. */
export interface ConfigParts {
  readonly plugins: readonly Plugin[];
  readonly models: readonly ResolvedModel[];
  /** Options of batching for all models that are no settings. */
  readonly batching: BatchingOptions;
  readonly tls: { readonly rest: ResolvedTls | undefined; readonly grpc: ResolvedTls | undefined };
}

/** Puts checked parts together. Pure. */
export function resolveConfig(values: SettingValues, { plugins, models, batching, tls }: ConfigParts): ResolvedConfig {
  return {
    plugins,
    models,
    rest: {
      enabled: values['rest.enabled'],
      host: values['rest.host'] ?? values.host,
      port: values['rest.port'],
      cors: values['rest.cors'],
      timeoutMs: values['rest.timeoutMs'],
      maxBodyBytes: values['rest.maxBodyBytes'],
      maxJsonDepth: values['rest.maxJsonDepth'],
      tls: tls.rest,
    },
    grpc: {
      enabled: values['grpc.enabled'],
      host: values['grpc.host'] ?? values.host,
      port: values['grpc.port'],
      maxBodyBytes: values['grpc.maxMessageBytes'],
      tensorContent: values['grpc.tensorContent'],
      tcp: values['grpc.tcp'],
      socketPath: values['grpc.socketPath'],
      channelArguments: parseChannelArguments(values['grpc.channelArguments'] ?? ''),
      tls: tls.grpc,
    },
    compat: values.compat,
    listensWhenReady: values.compat === 'strict',
    validation: values.validation,
    checkMethodName: values.checkMethodName,
    policy: values['manager.policy'],
    ramLimitBytes: values['manager.ramLimitBytes'],
    maxConcurrentLoads: values['manager.maxConcurrentLoads'],
    maxConcurrentInitialLoads: values['manager.maxConcurrentInitialLoads'] ?? values['manager.maxConcurrentLoads'],
    maxConcurrentUnloads: values['manager.maxConcurrentUnloads'],
    maxLoadRetries: values['manager.maxLoadRetries'],
    loadRetryIntervalMs: values['manager.loadRetryIntervalMs'],
    pollIntervalMs: values.pollIntervalMs,
    batching: values['batching.enabled'] ? { ...batchingOf(values), ...batching } : false,
    batchingFromVersionFiles: values['batching.enabled'] && values['batching.fromVersionFiles'],
    reloadPollIntervalMs: values['reload.pollIntervalMs'],
    allowLabelsForUnavailableVersions: values.allowLabelsForUnavailableVersions,
    warmup: values.warmup,
    warmupIterations: values.warmupIterations,
    metrics: { enabled: values['metrics.enabled'], tensorflowPath: values['metrics.tensorflowPath'] },
    log: { level: values['log.level'], format: values['log.format'] },
    drainTimeoutMs: values['drain.timeoutMs'],
    drainDelayMs: values['drain.delayMs'],
  };
}

/** Whole numbers are numbers, as gRPC's own arguments are one or the other. */
function parseChannelArguments(text: string): Readonly<Record<string, string | number>> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
      return [name, parseInteger(value)];
    }),
  );
}

/** The settings of batching, as its package calls them. */
export function batchingOf(values: SettingValues): BatchingOptions {
  return Object.fromEntries(BATCHING_SETTINGS.map((name) => [name, values[`batching.${name}`]]));
}

/** Options as a plain object: what is `undefined` is not given. Pure. */
export function withoutUndefined(batching: UserModelBatching): BatchingOptions {
  return Object.fromEntries(Object.entries(batching).filter(([, value]) => value !== undefined));
}

/**
 * The options of one model's batching, with the server's where it says nothing; `undefined`: it has none of its own. Sizes that
 * go with the server's `maxBatchSize` do not go with another one. Pure.
 */
export function modelBatching(model: ResolvedModel, server: BatchingOptions | false): BatchingOptions | false | undefined {
  const { batching: own } = model;
  if (own === false) return false;
  if (Object.keys(own).length === 0) return undefined;
  if (server === false) return own;
  const { allowedBatchSizes: _sizes, maxExecutionBatchSize: _cap, ...general } = server;
  return { ...(own.maxBatchSize === undefined ? server : general), ...own };
}

/** Fills in a checked model's defaults; its path is relative to `folder`. Pure. */
export function resolveModel(model: UserModel, folder: string): ResolvedModel {
  return {
    name: parseModelName(model.name),
    path: resolvePath(model.path, folder),
    platform: model.platform,
    versions: resolveVersions(model.versions ?? 'latest'),
    labels: new Map(Object.entries(model.labels ?? {}).map(([label, version]) => [label, parseVersion(version)])),
    batching: model.batching === false ? false : withoutUndefined(model.batching ?? {}),
    options: model.options ?? {},
    logging: model.logging === undefined ? undefined : resolveLogging(model.logging, folder),
  };
}

/** An absolute path, or a URI of another scheme than `file` as it is. */
export function resolvePath(path: string, folder: string): string {
  if (schemeOf(path) !== 'file') return path;
  return path.toLowerCase().startsWith('file://') ? fileURLToPath(path) : resolve(folder, path);
}

function resolveVersions(versions: UserVersions): VersionSelector {
  if (versions === 'latest') return LATEST_ONE;
  if (versions === 'all') return { kind: 'all' };
  if ('latest' in versions && versions.latest !== undefined) return { kind: 'latest', count: versions.latest };
  return { kind: 'specific', versions: 'specific' in versions ? versions.specific.map(parseVersion) : [] };
}
