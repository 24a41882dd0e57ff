import { isAbsolute } from 'node:path';
import { type LoggingConfig, type ModelConfig, type ModelServerConfig, ModelType } from '@servable/protos/tensorflow-serving-config';
import { schemeOf } from '../source-resolver.ts';
import type { ListedModel } from './check-models.ts';
import type { ConfigKey } from './config-path.ts';
import { showValue } from './show-value.ts';
import type { UserModel, UserVersions } from './user-config.ts';
import type { SchemaFault } from './validate.ts';

/** One model of a list: what a config file of ours can say too, and what only this message can. */
export interface ConfiguredModel extends ListedModel {
  readonly logging: LoggingConfig | undefined;
}

/** What a `ModelServerConfig` says, from a `models.config` or a reload request. */
export interface ConfiguredModels {
  readonly models: readonly ConfiguredModel[];
  /** With the fields' names as the file writes them, and TensorFlow Serving's texts where it has one. */
  readonly faults: readonly ModelListFault[];
}

/** A fault in TensorFlow Serving's words where it has some, which are all that it says. */
export interface ModelListFault extends SchemaFault {
  readonly text: string;
}

/** What TensorFlow Serving asks for, and this server may do without. */
export interface ModelServerConfigRules {
  readonly isPathAbsolute: boolean;
  /** Else it may be left to the files. */
  readonly isPlatformRequired: boolean;
}

/** Where the models stand in the message. */
const LIST: readonly ConfigKey[] = ['model_config_list', 'config'];

/** The names of a model's settings in a `ModelConfig`, for faults that were found after it was read. */
const FIELD_NAMES: ReadonlyMap<ConfigKey, string> = new Map([
  ['path', 'base_path'],
  ['platform', 'model_platform'],
  ['versions', 'model_version_policy'],
  ['labels', 'version_labels'],
]);

/** The same keys with the names of the message's fields. */
export function asMessageKeys(keys: readonly ConfigKey[]): readonly ConfigKey[] {
  return keys.map((key, index) => (index === LIST.length + 1 ? (FIELD_NAMES.get(key) ?? key) : key));
}

/**
 * Turns a message into models. Pure. Nothing set lists no model, as an empty list does.
 *
 * Source: TF Serving, `ServerCore::ValidateModelConfigList` and its neighbours in `model_servers/server_core.cc`.
 */
export function readModelServerConfig({ config }: ModelServerConfig, rules: ModelServerConfigRules): ConfiguredModels {
  if (config.case === 'customModelConfig') return { models: [], faults: [CUSTOM] };
  const configs = config.case === 'modelConfigList' ? config.value.config : [];
  const listed = configs.map((model, index) => readModel(model, [...LIST, index], rules));
  return { models: listed.map(({ model }) => model), faults: [...repeatedNames(configs), ...listed.flatMap(({ faults }) => faults)] };
}

const CUSTOM: ModelListFault = {
  keys: ['custom_model_config'],
  found: undefined,
  problem: 'is not supported: there is nothing that would read it',
  cure: 'List the models in model_config_list',
  text: 'custom_model_config is not supported',
};

interface FaultParts {
  readonly keys: readonly ConfigKey[];
  readonly found: string | undefined;
  readonly text: string;
  readonly cure: string;
}

function faultOf({ text, ...parts }: FaultParts): ModelListFault {
  return { ...parts, text, problem: text.replace(/\.$/, '') };
}

function repeatedNames(configs: readonly ModelConfig[]): readonly ModelListFault[] {
  const seen = new Set<string>();
  return configs.flatMap(({ name }, index) => {
    const isRepeated = seen.has(name);
    seen.add(name);
    if (name === '' || !isRepeated) return [];
    const text = `Illegal to list model ${name} multiple times in config list`;
    return [faultOf({ keys: [...LIST, index, 'name'], found: showValue(name), text, cure: 'Give each model its own name' })];
  });
}

interface ReadModel {
  readonly model: ConfiguredModel;
  readonly faults: readonly ModelListFault[];
}

function readModel(config: ModelConfig, keys: readonly ConfigKey[], rules: ModelServerConfigRules): ReadModel {
  const { name, basePath } = config;
  const model: UserModel = {
    name,
    path: basePath,
    platform: config.modelPlatform || (config.modelType === ModelType.TENSORFLOW ? 'tensorflow' : undefined),
    versions: versionsOf(config),
    labels: config.versionLabels,
  };
  const faults = [...nameFaults(config), ...pathFaults(config, rules), ...platformFaults(config, rules)];
  return { model: { keys, model, logging: config.loggingConfig }, faults: faults.map((fault) => ({ ...fault, keys: [...keys, ...fault.keys] })) };
}

function nameFaults({ name }: ModelConfig): readonly ModelListFault[] {
  if (name !== '') return [];
  return [{ keys: ['name'], found: "''", problem: 'must be text that is not empty', cure: 'Write name: "mnist"', text: 'A model name cannot be empty' }];
}

function pathFaults({ name, basePath }: ModelConfig, { isPathAbsolute }: ModelServerConfigRules): readonly ModelListFault[] {
  if (basePath !== '' && (isAbsolute(basePath) || schemeOf(basePath) !== 'file' || !isPathAbsolute)) return [];
  return [{ ...relativePathFault({ name, path: basePath }), keys: ['base_path'] }];
}

/** As TensorFlow Serving says it of a base path that is relative, or empty. */
export function relativePathFault({ name, path }: Pick<UserModel, 'name' | 'path'>): ModelListFault {
  const text = `Expected model ${name} to have an absolute path or URI; got base_path()=${path}`;
  return faultOf({ keys: ['path'], found: showValue(path), text, cure: `Give an absolute path, such as /models/${name || 'mnist'}` });
}

function platformFaults({ name, modelPlatform, modelType }: ModelConfig, { isPlatformRequired }: ModelServerConfigRules): readonly ModelListFault[] {
  const setting = 'ModelServerConfig::model_type (deprecated)';
  if (modelType !== 0 && modelPlatform !== '') {
    const text = `Illegal setting both ${setting} and ModelServerConfig::model_platform, model name is ${name}`;
    return [faultOf({ keys: ['model_platform'], found: showValue(modelPlatform), text, cure: 'Remove model_type' })];
  }
  if (modelType !== 0 && modelType !== ModelType.TENSORFLOW) {
    const cure = 'Write model_platform instead, such as model_platform: "tensorflow"';
    return [faultOf({ keys: ['model_type'], found: String(modelType), text: `ModelServerConfig::model_type choice ${modelType} not supported.`, cure })];
  }
  if (!isPlatformRequired || modelType !== 0 || modelPlatform !== '') return [];
  const text = `Illegal setting neither ${setting} nor ModelServerConfig::model_platform, model name is ${name}`;
  return [faultOf({ keys: ['model_platform'], found: undefined, text, cure: 'Add model_platform: "tensorflow"' })];
}

function versionsOf({ modelVersionPolicy }: ModelConfig): UserVersions {
  const policy = modelVersionPolicy?.policyChoice;
  switch (policy?.case) {
    case 'all':
      return 'all';
    case 'specific':
      return { specific: policy.value.versions };
    case 'latest':
      return { latest: Math.max(1, policy.value.numVersions) };
    case undefined:
      return 'latest';
    default:
      return policy satisfies never;
  }
}
