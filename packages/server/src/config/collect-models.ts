import { dirname, isAbsolute, resolve } from 'node:path';
import { ModelServerConfigSchema } from '@servable/protos/tensorflow-serving-config';
import { schemeOf } from '../source-resolver.ts';
import { checkModels, type ListedModel, type ModelResolvers } from './check-models.ts';
import type { ConfigFault } from './config-fault.ts';
import { childOf, formatPath } from './config-path.ts';
import { discoverModels } from './discover-models.ts';
import { asFileFault } from './file-fault.ts';
import { relativePathFault } from './model-server-config.ts';
import type { ConfigFile } from './read-config-file.ts';
import { resolveModelList } from './resolve-model-list.ts';
import { resolveModel } from './resolve.ts';
import type { ResolvedModel } from './resolved-config.ts';
import { modelOfEnvironment, type TensorflowFlags } from './tensorflow-flags.ts';
import { readTextProtoFile, type TextProtoFile } from './text-proto-file.ts';
import type { UserModel } from './user-config.ts';
import type { SchemaFault } from './validate.ts';

export interface ModelOrigins extends ModelResolvers {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From the command line. */
  readonly folder: string | undefined;
  readonly tensorflow: TensorflowFlags;
  /** Whether `compat` is `strict`. */
  readonly isStrict: boolean;
  readonly file: ConfigFile | undefined;
  /** What the schema has against the file: models that it names are not looked at any further. */
  readonly schemaFaults: readonly SchemaFault[];
}

export interface CollectedModels {
  readonly models: readonly ResolvedModel[];
  readonly faults: readonly ConfigFault[];
  readonly notes: readonly string[];
  readonly from: string;
}

/**
 * A folder or TensorFlow Serving's flags name all the models there are; without them the file does, and without that the
 * environment.
 */
export async function collectModels(origins: ModelOrigins): Promise<CollectedModels> {
  const { folder, tensorflow, file } = origins;
  const flag = namingFlag(tensorflow);
  if (folder !== undefined && flag !== undefined) {
    const cure = 'Give one of them';
    return refuse({ layer: 'flag', path: flag, found: undefined, problem: `and the folder ${folder} both say what to serve`, cure });
  }
  if (folder !== undefined) return fromFolder(folder, origins);
  if (tensorflow.modelConfigFile !== undefined) return fromModelConfigFile(tensorflow.modelConfigFile, origins);
  if (tensorflow.model !== undefined) return fromOneModel(tensorflow.model, '--model_base_path', origins);
  if (file !== undefined) return fromFile(file, origins);
  const model = modelOfEnvironment(origins.env);
  if (model !== undefined) return fromOneModel(model, 'MODEL_BASE_PATH', origins);
  // Whoever made a fault in a flag that says what to serve has said enough.
  return tensorflow.faults.length > 0 ? NO_MODELS : refuse(NOTHING_TO_SERVE);
}

function namingFlag({ model, modelConfigFile }: TensorflowFlags): string | undefined {
  if (modelConfigFile !== undefined) return '--model_config_file';
  return model === undefined ? undefined : '--model_base_path';
}

const NO_MODELS: CollectedModels = { models: [], faults: [], notes: [], from: '' };

const NOTHING_TO_SERVE: ConfigFault = {
  layer: 'default',
  path: '',
  found: undefined,
  problem: 'No models: there is no serving.config.* in this folder',
  cure: 'Write one, or give a folder of models: servable serve ./models',
};

async function fromFolder(folder: string, { cwd, loaders, sources }: ModelOrigins): Promise<CollectedModels> {
  const { faults, ...found } = await discoverModels(resolve(cwd, folder), loaders);
  const unwatched = found.models.slice(0, 1).flatMap(({ name, path }) => checkModels([{ keys: [], model: { name, path } }], { loaders, sources }));
  return { ...found, faults: [...faults, ...unwatched.map((fault) => asFlagFault(fault, folder))], from: `folder ${folder}` };
}

function asFlagFault({ keys: _keys, found: _found, ...fault }: SchemaFault, path: string): ConfigFault {
  return { layer: 'flag', path, found: undefined, ...fault };
}

async function fromModelConfigFile(path: string, { cwd, ...origins }: ModelOrigins): Promise<CollectedModels> {
  const read = await readTextProtoFile(ModelServerConfigSchema, { path, namedBy: MODEL_CONFIG_FLAG, cwd });
  if ('fault' in read) return { ...refuse(read.fault), from: MODEL_CONFIG_FLAG };
  const rules = { isPathAbsolute: origins.isStrict, isPlatformRequired: origins.isStrict };
  const { models, faults } = resolveModelList(read.message, { ...origins, ...rules, folder: dirname(read.file) });
  return { models, faults: faults.map(({ text: _text, ...fault }) => asTextFault(fault, read)), notes: [], from: `${MODEL_CONFIG_FLAG}=${path}` };
}

const MODEL_CONFIG_FLAG = '--model_config_file';

function asTextFault({ keys, ...fault }: SchemaFault, { locate }: Pick<TextProtoFile<unknown>, 'locate'>): ConfigFault {
  return { layer: 'flag', path: formatPath(keys), ...fault, location: locate(keys) };
}

function fromOneModel(model: UserModel, namedBy: string, origins: ModelOrigins): CollectedModels {
  const relative = origins.isStrict && !isAbsolute(model.path) && schemeOf(model.path) === 'file' ? [relativePathFault(model)] : [];
  const faults = relative.length > 0 ? relative : checkModels([{ keys: [], model }], origins);
  return {
    models: faults.length > 0 ? [] : [resolveModel(model, origins.cwd)],
    faults: faults.map((fault) => ({ ...asFlagFault(fault, namedBy), found: fault.found })),
    notes: [],
    from: namedBy,
  };
}

function fromFile(file: ConfigFile, origins: ModelOrigins): CollectedModels {
  const listed = childOf(file.content, 'models');
  const models = Array.isArray(listed) ? wellFormed(listed, origins.schemaFaults) : [];
  const found = checkModels(models, origins);
  const isMissing = listed === undefined && origins.schemaFaults.every(({ keys }) => keys.length > 0);
  const faults = isMissing ? [...found, MODELS_MISSING] : found;
  return {
    models: faults.length > 0 ? [] : models.map(({ model }) => resolveModel(model, dirname(file.file))),
    faults: faults.map((fault) => asFileFault(fault, file, origins.cwd)),
    notes: [],
    from: asFileFault(MODELS_MISSING, file, origins.cwd).location ?? '',
  };
}

const MODELS_MISSING: SchemaFault = {
  keys: ['models'],
  found: undefined,
  problem: 'is missing',
  cure: "Add models: [{ name: 'mnist', path: './models/mnist' }], or give a folder: servable serve ./models",
};

function wellFormed(listed: readonly unknown[], faults: readonly SchemaFault[]): readonly ListedModel[] {
  const malformed = new Set(faults.filter(({ keys }) => keys[0] === 'models').map(({ keys }) => keys[1]));
  return listed.flatMap((model, index) =>
    // The schema found nothing wrong with it, which is what the cast stands on.
    malformed.has(index) ? [] : [{ keys: ['models', index], model: model as UserModel }],
  );
}

function refuse(fault: ConfigFault): CollectedModels {
  return { ...NO_MODELS, faults: [fault] };
}
