import { type BatchingOptions, resolveBatchingOptions } from '@servable/batching';
import { type Plugin, ServingError } from '@servable/core';
import { serverError } from '../errors.ts';
import { collectModels } from './collect-models.ts';
import { collectPlugins } from './collect-plugins.ts';
import { collectTls } from './collect-tls.ts';
import type { ConfigFault } from './config-fault.ts';
import { CONFIG_VARIABLE, environmentNotes } from './environment-notes.ts';
import { asFileFault, displayPath } from './file-fault.ts';
import { findConfigFile } from './find-config-file.ts';
import { layerFaults, readLayers } from './read-layers.ts';
import { type ConfigFile, readConfigFile } from './read-config-file.ts';
import { batchingOf, resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved-config.ts';
import { createConfigValidator } from './schema.ts';
import { type ResolvedSetting, resolveSettings, valuesOf } from './setting-layers.ts';
import { readTensorflowFlags } from './tensorflow-flags.ts';

/** Where a config is put together from. */
export interface ConfigRequest {
  /** Where a config file and `package.json` are looked for, and what paths in flags are relative to. */
  readonly cwd: string;
  /** The config file. Default: `SERVABLE_CONFIG`, else `serving.config.*` in `cwd`. */
  readonly file?: string | undefined;
  /** A folder whose models are served instead of the file's. */
  readonly folder?: string | undefined;
  /** Flags by name without the dashes: ours and TensorFlow Serving's. */
  readonly flags?: Readonly<Record<string, string | boolean>> | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** How often it was read before, so that a module is run anew. Default: 0. */
  readonly generation?: number | undefined;
}

/** Everything that can be said of a config, right or wrong. */
export interface ConfigReport {
  /** The file that was read; `undefined` when there is none. */
  readonly file: string | undefined;
  /** Every setting, with the value that won and where it came from. */
  readonly settings: readonly ResolvedSetting[];
  /** The plugins that are right, also when other things are not. */
  readonly plugins: readonly Plugin[];
  readonly pluginsFrom: string;
  readonly modelsFrom: string;
  readonly faults: readonly ConfigFault[];
  /** What a person should know though it is no fault. */
  readonly notes: readonly string[];
  /** Whether flags of TensorFlow Serving are used. */
  readonly isTensorflow: boolean;
  /** The files that were read, absolute. */
  readonly inputs: readonly string[];
  /** Only without faults. */
  readonly config: ResolvedConfig | undefined;
}

/** A config without faults. */
export interface LoadedConfig extends ConfigReport {
  readonly config: ResolvedConfig;
}

/**
 * Puts a config together: flag before environment before file before default.
 *
 * @throws ServingError `SRV_CONFIG_INVALID` with all faults; `SRV_CONFIG_FILE_MISSING`, `SRV_CONFIG_FILE_AMBIGUOUS`,
 * `SRV_CONFIG_FILE_UNREADABLE`
 */
export async function loadConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const report = await examineConfig(request);
  if (report.config === undefined) throw serverError('SRV_CONFIG_INVALID', [report.faults]);
  return { ...report, config: report.config };
}

/** As {@link loadConfig}, but tells faults instead of throwing them; a file that cannot be read at all is still thrown. */
export async function examineConfig(request: ConfigRequest): Promise<ConfigReport> {
  const { cwd, folder, flags = {}, env = {} } = request;
  const file = await readFileOf(request);
  const validate = createConfigValidator();
  const schemaFaults = file === undefined ? [] : validate(file.content);
  const tensorflow = await readTensorflowFlags({ flags, env, cwd });
  const layers = readLayers({ cwd, flags, env, tensorflow, file });
  const settings = resolveSettings(layers);
  const { plugins, isDiscovered, faults: pluginFaults, ...resolvers } = await collectPlugins(file, cwd);
  const isStrict = valuesOf(settings).compat === 'strict';
  const models = await collectModels({ cwd, env, isStrict, folder, tensorflow, file, schemaFaults, ...resolvers });
  const tls = await collectTls({ cwd, file, settings, sslConfigFile: tensorflow.sslConfigFile });
  const faults = [
    ...tensorflow.faults,
    ...layerFaults(layers, validate),
    ...[...schemaFaults, ...pluginFaults].map((fault) => asFileFault(fault, file, cwd)),
    // What models need is only known when all plugins are; else every model would seem to be wrong.
    ...(pluginFaults.length > 0 ? [] : models.faults),
    ...listenerFaults(settings, file, cwd),
    ...batchingFaults(settings, tensorflow.batching),
    ...tls.faults,
  ];
  return {
    file: file?.file,
    settings,
    plugins,
    pluginsFrom: isDiscovered || file === undefined ? 'dependencies in package.json' : displayPath(file.file, cwd),
    modelsFrom: models.from,
    faults,
    notes: [...environmentNotes(env), ...tensorflow.notes, ...models.notes],
    config: faults.length > 0 ? undefined : resolveConfig(valuesOf(settings), { plugins, models: models.models, batching: tensorflow.batching, tls }),
    isTensorflow: tensorflow.defaults.size > 0,
    inputs: [...(file === undefined ? [] : [file.file]), ...tensorflow.files],
  };
}

async function readFileOf({ cwd, file, env, generation = 0 }: ConfigRequest): Promise<ConfigFile | undefined> {
  const named = file ?? env?.[CONFIG_VARIABLE];
  const found = await findConfigFile(cwd, named === '' ? undefined : named);
  return found === undefined ? undefined : readConfigFile(found, { generation });
}

/** Nothing to listen on, or both on one port of one address; 0 is a free one each time. */
function listenerFaults(settings: readonly ResolvedSetting[], file: ConfigFile | undefined, cwd: string): readonly ConfigFault[] {
  const { host, ...values } = valuesOf(settings);
  const port = values['grpc.port'];
  const hasGrpc = values['grpc.enabled'] && (values['grpc.tcp'] || values['grpc.socketPath'] !== undefined);
  if (!values['rest.enabled'] && !hasGrpc) return [NOTHING_ENABLED];
  const isShared = values['rest.enabled'] && values['grpc.enabled'] && values['grpc.tcp'] && port !== 0 && port === values['rest.port'];
  if (!isShared || (values['rest.host'] ?? host) !== (values['grpc.host'] ?? host)) return [];
  const fault = { found: String(port), problem: 'is the port of REST too', cure: 'Give each its own' };
  const winner = settings.find(({ path }) => path === 'grpc.port');
  if (winner?.layer === 'file') return [asFileFault({ keys: ['grpc', 'port'], ...fault }, file, cwd)];
  const isNamed = winner !== undefined && winner.layer !== 'default';
  return [{ layer: winner?.layer ?? 'default', path: isNamed ? winner.from : 'grpc.port', ...fault }];
}

/** Settings of batching that do not fit one another, which each alone may do. */
function batchingFaults(settings: readonly ResolvedSetting[], batching: BatchingOptions): readonly ConfigFault[] {
  const path = 'batching.maxBatchSize';
  const winner = settings.find((setting) => setting.path === path);
  try {
    if (winner?.layer !== 'default') resolveBatchingOptions({ ...batchingOf(valuesOf(settings)), ...batching });
    return [];
  } catch (error) {
    // Each value's own faults are told where it stands.
    if (!ServingError.is(error) || Object.keys(batching).length === 0) return [];
    return [{ layer: winner?.layer ?? 'default', path: winner?.from ?? path, found: undefined, problem: error.message, cure: '' }];
  }
}

const NOTHING_ENABLED: ConfigFault = {
  layer: 'default',
  path: 'rest.enabled and grpc.enabled',
  found: 'false',
  problem: 'nobody could call a model',
  cure: 'Enable one of them',
};
