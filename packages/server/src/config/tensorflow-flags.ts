import { availableParallelism, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import type { BatchingOptions } from '@servable/batching';
import type { ConfigFault } from './config-fault.ts';
import { type LayerValue, parseBoolean, parseInteger, type SettingLayer } from './setting-layers.ts';
import type { SettingPath, SettingValues } from './settings.ts';
import { showValue } from './show-value.ts';
import { readTensorflowFiles } from './tensorflow-batching.ts';
import { readMonitoringFile } from './tensorflow-monitoring.ts';
import { type FlagRefusal, TENSORFLOW_FLAGS, type TensorflowFlag } from './tensorflow-flag-table.ts';

/** What TensorFlow Serving's flags of one command line mean here. */
export interface TensorflowFlags {
  readonly settings: SettingLayer;
  /** Defaults that its flags bring along; empty when none is used. */
  readonly defaults: SettingLayer;
  /** The one model that its flags name. */
  readonly model: { readonly name: string; readonly path: string } | undefined;
  /** Options of batching that are no settings. */
  readonly batching: BatchingOptions;
  /** The file that lists the models; it wins over `model`. */
  readonly modelConfigFile: string | undefined;
  /** Every file that its flags name and that was read. */
  readonly files: readonly string[];
  /** The file with gRPC's certificate and key. */
  readonly sslConfigFile: string | undefined;
  readonly faults: readonly ConfigFault[];
  /** Which flags mean nothing here, and why. */
  readonly notes: readonly string[];
}

type TensorflowFlagTexts = Readonly<Record<string, string | boolean>>;
type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULTS_FROM = "TensorFlow Serving's default, because its flags are used";

/** One command line. */
export interface TensorflowFlagsRequest {
  readonly flags: TensorflowFlagTexts;
  readonly env: Environment;
  /** What files in flags are relative to. */
  readonly cwd: string;
}

/**
 * Reads TensorFlow Serving's flags, and the files that they name but for that of models. When any is used, the bind address is
 * any, REST is off unless it has a port, and a failed load is tried again 5 times, once a minute.
 *
 * Source: TF Serving, `model_servers/main.cc`.
 */
export async function readTensorflowFlags({ flags, env, cwd }: TensorflowFlagsRequest): Promise<TensorflowFlags> {
  const settings = new Map<SettingPath, LayerValue>();
  const faults: ConfigFault[] = [...threadFaults(flags)];
  const used = Object.entries(flags).filter(([name]) => TENSORFLOW_FLAGS.has(name));
  for (const [name, text] of used) {
    const result = name === 'port' && isSocketOnly(flags) ? { 'grpc.tcp': false } : readFlag(name, text);
    if ('problem' in result) faults.push({ layer: 'flag', path: `--${name}`, found: showValue(text), ...result });
    else for (const [path, value] of Object.entries(result)) settings.set(path as SettingPath, { value, from: `--${name}` });
  }
  const batchingParametersFile = textOf(flags['batching_parameters_file']);
  const platformConfigFile = textOf(flags['platform_config_file']);
  const isBatching = settings.get('batching.enabled')?.value === true;
  const files = await readTensorflowFiles({ batchingParametersFile, platformConfigFile, isBatching }, cwd);
  const monitoringConfigFile = textOf(flags['monitoring_config_file']);
  const monitoring = await readMonitoringFile(monitoringConfigFile, cwd);
  const modelConfigFile = textOf(flags['model_config_file']);
  return {
    settings: new Map([...settings, ...files.settings, ...monitoring.settings]),
    defaults: used.length === 0 ? new Map() : tensorflowDefaults(),
    model: modelConfigFile === undefined ? readModel(flags, env, faults) : undefined,
    batching: files.batching,
    modelConfigFile,
    sslConfigFile: textOf(flags['ssl_config_file']),
    files: [modelConfigFile, batchingParametersFile, platformConfigFile, monitoringConfigFile].flatMap((file) => (file === undefined ? [] : [resolve(cwd, file)])),
    faults: [...faults, ...files.faults, ...monitoring.faults],
    notes: [...used.flatMap(([name, text]) => noteOf(name, text)), ...files.notes],
  };
}

function threadFaults(flags: TensorflowFlagTexts): readonly ConfigFault[] {
  const isGiven = (name: string): boolean => Number(flags[name] ?? 0) !== 0;
  const isBoth = isGiven('tensorflow_session_parallelism') && (isGiven('tensorflow_intra_op_parallelism') || isGiven('tensorflow_inter_op_parallelism'));
  if (!isBoth) return [];
  const problem = 'Either configure server_options.tensorflow_session_parallelism or (server_options.tensorflow_intra_op_parallelism, server_options.tensorflow_inter_op_parallelism) separately. You cannot configure all';
  const found = showValue(flags['tensorflow_session_parallelism']);
  return [{ layer: 'flag', path: '--tensorflow_session_parallelism', found, problem, cure: 'Remove it, or the other two' }];
}

/** TensorFlow Serving listens on its socket alone when its port is 0. */
function isSocketOnly(flags: TensorflowFlagTexts): boolean {
  const port = flags['port'];
  return typeof port === 'string' && parseInteger(port) === 0 && textOf(flags['grpc_socket_path']) !== undefined;
}

/** Text that is not empty. */
function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function noteOf(name: string, text: string | boolean): readonly string[] {
  const flag = TENSORFLOW_FLAGS.get(name);
  if (flag?.ignored === undefined || parseFlag(flag.kind, text) === flag.idle) return [];
  return [`--${name} means nothing here: ${flag.ignored}`];
}

function readFlag(name: string, text: string | boolean): Partial<SettingValues> | FlagRefusal {
  const flag = TENSORFLOW_FLAGS.get(name);
  if (flag === undefined) return { problem: 'is a flag of TensorFlow Serving that is not supported yet', cure: `Remove --${name}` };
  const value = parseFlag(flag.kind, text);
  return refusalOf(name, flag.kind, value) ?? flag.settings?.(value) ?? {};
}

function refusalOf(name: string, kind: TensorflowFlag['kind'], value: unknown): FlagRefusal | undefined {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value) ? undefined : { problem: 'must be a whole number', cure: `Write --${name}=1` };
    case 'number':
      return typeof value === 'number' ? undefined : { problem: 'must be a number', cure: `Write --${name}=0.5` };
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { problem: 'must be true or false', cure: `Write --${name}=true` };
    case 'text':
      return undefined;
    default:
      return kind satisfies never;
  }
}

function parseFlag(kind: TensorflowFlag['kind'], text: string | boolean): unknown {
  if (typeof text === 'boolean') return text;
  if (kind === 'integer') return parseInteger(text);
  if (kind === 'number') return parseNumber(text);
  return kind === 'boolean' ? parseBoolean(text) : text;
}

function parseNumber(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Where the images of TensorFlow Serving and of this server have their one model; see {@link modelOfEnvironment}. */
const MODEL_VARIABLES = { name: 'MODEL_NAME', basePath: 'MODEL_BASE_PATH' } as const;

/**
 * The model that `MODEL_NAME` and `MODEL_BASE_PATH` name, as the entry point of TensorFlow Serving's image does: `<base path>/<name>`.
 * `undefined` when neither is set. Images set both for everyone, so they count only where nothing else says what to serve.
 */
export function modelOfEnvironment(env: Readonly<Record<string, string | undefined>>): TensorflowFlags['model'] {
  const [name = '', basePath = ''] = [env[MODEL_VARIABLES.name], env[MODEL_VARIABLES.basePath]];
  if (name === '' && basePath === '') return undefined;
  return { name: name || 'model', path: `${(basePath || '/models').replace(/\/+$/, '')}/${name || 'model'}` };
}

function readModel(flags: TensorflowFlagTexts, env: Environment, faults: ConfigFault[]): TensorflowFlags['model'] {
  const [name, path] = [textOf(flags['model_name']), textOf(flags['model_base_path'])];
  if (path !== undefined) return { name: name ?? 'default', path };
  if (flags['model_name'] === undefined && flags['model_base_path'] === undefined) return undefined;
  const model = modelOfEnvironment(env);
  if (model !== undefined) return { ...model, name: name ?? model.name };
  const cure = 'Add --model_base_path=/models/mnist, the folder that holds the numbered version folders';
  const problem = 'is missing: Both server_options.model_base_path and server_options.model_config_file are empty';
  faults.push({ layer: 'flag', path: '--model_base_path', found: undefined, problem, cure });
  return undefined;
}

function tensorflowDefaults(): SettingLayer {
  const values: Partial<SettingValues> = {
    host: anyAddress(),
    'manager.maxLoadRetries': 5,
    'manager.loadRetryIntervalMs': 60_000,
    'rest.enabled': false,
    'manager.maxConcurrentInitialLoads': Math.min(1024, 4 * availableParallelism()),
    allowLabelsForUnavailableVersions: false,
  };
  return new Map(Object.entries(values).map(([path, value]) => [path as SettingPath, { value, from: DEFAULTS_FROM }]));
}

/** What `compat: 'strict'` changes of the defaults when its flags are used: requests are joined only when asked for, and as it does. */
export const STRICT_DEFAULTS: SettingLayer = new Map([
  ['batching.enabled', { value: false, from: DEFAULTS_FROM }],
  ['batching.leaveWhenIdle', { value: false, from: DEFAULTS_FROM }],
]);

/** `::` also takes IPv4, but cannot be bound on a machine without IPv6. */
function anyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some((each) => each.family === 'IPv6') ? '::' : '0.0.0.0';
}
