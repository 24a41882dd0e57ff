import type { BatchingOptions } from '@servable/batching';
import { createRegistry } from '@bufbuild/protobuf';
import { fromBinary } from '@servable/protos';
import {
  BatchingParametersSchema,
  type PlatformConfigMap,
  PlatformConfigMapSchema,
  SavedModelBundleSourceAdapterConfigSchema,
  type SessionBundleConfig,
} from '@servable/protos/tensorflow-serving-config';
import { readBatchingParameters } from './batching-parameters.ts';
import type { ConfigFault } from './config-fault.ts';
import { formatPath } from './config-path.ts';
import { BATCHING_SETTINGS, type SettingPath } from './settings.ts';
import type { LayerValue, SettingLayer } from './setting-layers.ts';
import { readTextProtoFile, type TextProtoFile } from './text-proto-file.ts';
import type { SchemaFault } from './validate.ts';

/** What the files say that flags of TensorFlow Serving name, as far as they become settings. */
export interface TensorflowFiles {
  readonly settings: SettingLayer;
  /** Options of batching that are no settings. */
  readonly batching: BatchingOptions;
  readonly faults: readonly ConfigFault[];
  readonly notes: readonly string[];
}

const NOTHING: TensorflowFiles = { settings: new Map(), batching: {}, faults: [], notes: [] };

/** Which files, as the flags name them. */
export interface TensorflowFileNames {
  readonly batchingParametersFile: string | undefined;
  readonly platformConfigFile: string | undefined;
  readonly isBatching: boolean;
}

/** Reads `--batching_parameters_file` or, which wins, what `--platform_config_file` says of batching and warm-up. */
export async function readTensorflowFiles(names: TensorflowFileNames, cwd: string): Promise<TensorflowFiles> {
  const { batchingParametersFile, platformConfigFile, isBatching } = names;
  if (batchingParametersFile !== undefined && !isBatching) return { ...NOTHING, faults: [NOT_BATCHING] };
  if (platformConfigFile !== undefined) return readPlatforms(platformConfigFile, cwd);
  if (batchingParametersFile !== undefined) return readParameters(batchingParametersFile, cwd);
  return NOTHING;
}

const NOT_BATCHING: ConfigFault = {
  layer: 'flag',
  path: '--batching_parameters_file',
  found: undefined,
  problem: 'has no use: server_options.batching_parameters_file is set without setting server_options.enable_batching to true',
  cure: 'Add --enable_batching',
};

async function readParameters(path: string, cwd: string): Promise<TensorflowFiles> {
  const namedBy = '--batching_parameters_file';
  const file = await readTextProtoFile(BatchingParametersSchema, { path, namedBy, cwd });
  if ('fault' in file) return { ...NOTHING, faults: [file.fault] };
  const { options, faults } = readBatchingParameters(file.message);
  // What is wrong where it stands need not be told again as a setting.
  if (faults.length > 0) return { ...NOTHING, faults: faults.map((fault) => placed(fault, file)) };
  return { ...batchingFiles(options, `${namedBy}=${path}`), faults: [] };
}

function placed({ keys, ...fault }: SchemaFault, { locate }: Pick<TextProtoFile<unknown>, 'locate'>): ConfigFault {
  return { layer: 'flag', path: formatPath(keys), ...fault, location: locate(keys) };
}

/** Options as settings where they are, so that `servable config` shows them and flags of ours win; the others as they are. */
function batchingFiles(options: BatchingOptions, from: string): Pick<TensorflowFiles, 'settings' | 'batching' | 'notes'> {
  const settings = new Map<SettingPath, LayerValue>([['batching.enabled', { value: true, from }]]);
  for (const name of BATCHING_SETTINGS) if (options[name] !== undefined) settings.set(`batching.${name}`, { value: options[name], from });
  const { allowedBatchSizes = [], maxExecutionBatchSize } = options;
  const batching = { ...(allowedBatchSizes.length === 0 ? {} : { allowedBatchSizes }), ...(maxExecutionBatchSize === undefined ? {} : { maxExecutionBatchSize }) };
  return { settings, batching, notes: [] };
}

const ADAPTER = SavedModelBundleSourceAdapterConfigSchema.typeName;

async function readPlatforms(path: string, cwd: string): Promise<TensorflowFiles> {
  const namedBy = '--platform_config_file';
  const file = await readTextProtoFile(PlatformConfigMapSchema, { path, namedBy, cwd, registry: createRegistry(SavedModelBundleSourceAdapterConfigSchema) });
  if ('fault' in file) return { ...NOTHING, faults: [file.fault] };
  const from = `${namedBy}=${path}`;
  const { session, others } = sessionOf(file.message);
  const notes = others.map((platform) => `${from}: what it says of platform '${platform}' does not apply: its loader has options of its own`);
  if (session === undefined) return { ...NOTHING, notes };
  const read = session.batchingParameters === undefined ? undefined : readBatchingParameters(session.batchingParameters);
  if (read !== undefined && read.faults.length > 0) {
    return { ...NOTHING, faults: read.faults.map((fault) => placed({ ...fault, keys: [...PARAMETER_KEYS, ...fault.keys] }, file)) };
  }
  const batching = read === undefined ? batchingOff(from) : batchingFiles(read.options, from);
  const settings = new Map<SettingPath, LayerValue>([
    ...batching.settings,
    ['warmup', { value: session.enableModelWarmup, from }],
    ...warmupIterations(session, from),
    ['batching.fromVersionFiles', { value: session.enablePerModelBatchingParams, from }],
  ]);
  const idle = unusedFields(session).map((field) => `${from}: ${field} does not apply: sessions are the engine's, see the options of its loader`);
  return { settings, batching: batching.batching, faults: [], notes: [...notes, ...idle] };
}

function warmupIterations({ modelWarmupOptions }: SessionBundleConfig, from: string): readonly (readonly [SettingPath, LayerValue])[] {
  const value = modelWarmupOptions?.numRequestIterations ?? 0;
  return value > 0 ? [['warmupIterations', { value, from }]] : [];
}

/** Without parameters in the file its models are not batched. */
function batchingOff(from: string): Pick<TensorflowFiles, 'settings' | 'batching'> {
  return { settings: new Map([['batching.enabled', { value: false, from }]]), batching: {} };
}

/** What lies within an `Any` has no place of its own: the file is told. */
const PARAMETER_KEYS = ['platform_configs', 'tensorflow'] as const;

/** What the map says of SavedModels, and the platforms of which it says what cannot be used. */
function sessionOf({ platformConfigs }: PlatformConfigMap): { readonly session: SessionBundleConfig | undefined; readonly others: readonly string[] } {
  let session: SessionBundleConfig | undefined;
  const others: string[] = [];
  for (const [platform, { sourceAdapterConfig: any }] of Object.entries(platformConfigs)) {
    if (platform !== 'tensorflow' || any === undefined || !any.typeUrl.endsWith(`/${ADAPTER}`)) others.push(platform);
    else session = fromBinary(SavedModelBundleSourceAdapterConfigSchema, any.value).legacyConfig;
  }
  return { session, others };
}

/** The fields that are set and mean nothing here, as the file writes them. */
function unusedFields(session: SessionBundleConfig): readonly string[] {
  const isSet: readonly (readonly [string, boolean])[] = [
    ['session_target', session.sessionTarget !== ''],
    ['session_config', session.sessionConfig !== undefined],
    ['saved_model_tags', session.savedModelTags.some((tag) => tag !== 'serve')],
    ['in_graph_batching_parameters', session.inGraphBatchingParameters !== undefined],
    ['prefer_tflite_model', session.preferTfliteModel],
    ['mixed_precision', session.mixedPrecision !== ''],
  ];
  return isSet.filter(([, isGiven]) => isGiven).map(([name]) => name);
}
