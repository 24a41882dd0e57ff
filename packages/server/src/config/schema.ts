import { parseVersion } from '@servable/core';
import { BATCHING_SETTINGS, SETTING_PATHS, SETTINGS } from './settings.ts';
import { compileSchema, type KeywordChecks, type Validate } from './validate.ts';

/** What JSON schema cannot say: bigints and functions are no JSON. */
const CHECKS: KeywordChecks = { isVersion, isPluginReference };

const VERSION = { isVersion: true, expects: 'a version: a whole number of 64 bits (above 2^53 - 1 as a string)', example: '3' };
const NAME = { type: 'string', minLength: 1, expects: 'text that is not empty', example: "'mnist'" };
const PATH = { type: 'string', minLength: 1, expects: 'a path or a URI', example: "'./models/mnist'" };
const COUNT = { type: 'integer', minimum: 1, maximum: 2 ** 32 - 1, expects: 'a whole number of versions from 1 up', example: '1' };
const SPECIFIC = { type: 'array', items: VERSION, minItems: 1, expects: 'a list of versions that is not empty', example: '[3]' };

const VERSIONS = {
  type: ['string', 'object'],
  expects: "'latest', 'all', { latest: count } or { specific: [versions] }",
  example: "'latest'",
  // A rule for objects does not touch texts.
  properties: { latest: COUNT, specific: SPECIFIC },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  if: { type: 'object' },
  else: { enum: ['latest', 'all'] },
};

/** A model's own batching: the settings of the same name, and what only one model can have. */
const BATCHING = {
  type: ['object', 'boolean'],
  expects: 'an object with batching options, or false for none',
  example: '{ maxBatchSize: 256 }',
  properties: {
    ...Object.fromEntries(BATCHING_SETTINGS.map((name) => [name, SETTINGS[`batching.${name}`].schema])),
    allowedBatchSizes: { type: 'array', items: { type: 'integer', minimum: 1 }, expects: 'row counts, ascending', example: '[32, 128]' },
    maxExecutionBatchSize: { type: 'integer', minimum: 1, expects: 'a whole number of rows from 1 up', example: '64' },
  },
  additionalProperties: false,
  if: { type: 'object' },
  else: { enum: [false] },
};

const LOGGING = {
  type: 'object',
  expects: 'an object that says how requests are logged',
  example: "{ prefix: './logs/mnist', samplingRate: 0.01 }",
  properties: {
    prefix: { type: 'string', minLength: 1, expects: "the beginning of the files' path", example: "'./logs/mnist'" },
    collector: { type: 'string', minLength: 1, expects: "'tfrecord', 'json', or what a plugin knows", example: "'tfrecord'" },
    samplingRate: { type: 'number', minimum: 0, maximum: 1, expects: 'a number from 0 to 1', example: '0.01' },
    maxFileBytes: { type: 'integer', minimum: 1, expects: 'a whole number of bytes from 1 up', example: '268435456' },
  },
  required: ['prefix'],
  additionalProperties: false,
};

const MODEL = {
  type: 'object',
  expects: 'a model',
  example: "{ name: 'mnist', path: './models/mnist' }",
  properties: {
    name: NAME,
    path: PATH,
    platform: { type: 'string', minLength: 1, expects: "the platform of a loader, or nothing to find it from the files" },
    versions: VERSIONS,
    labels: {
      type: 'object',
      additionalProperties: VERSION,
      propertyNames: { minLength: 1, expects: 'a label that is not empty', example: "'stable'" },
      expects: 'versions by label',
      example: '{ stable: 3 }',
    },
    batching: BATCHING,
    logging: LOGGING,
    options: { type: 'object', expects: "an object with the loader's options", example: '{}' },
  },
  required: ['name', 'path'],
  additionalProperties: false,
};

interface ObjectSchema {
  readonly type: 'object';
  readonly expects: string;
  readonly additionalProperties: false;
  readonly properties: Record<string, object>;
  readonly elsewhere?: ReadonlyMap<string, readonly string[]>;
}

/** JSON schema of a config file, for ajv with the annotations and keywords of `validate.ts`. */
export function configSchema(): ObjectSchema {
  const root = objectSchema('a config: an object', {
    plugins: {
      type: 'array',
      expects: 'a list of plugins',
      example: '[]',
      items: { isPluginReference: true, expects: 'a plugin, the name of its package, or [name, options]', example: "'@servable/loader-onnx'" },
    },
    models: { type: 'array', items: MODEL, expects: 'a list of models', example: "[{ name: 'mnist', path: './models/mnist' }]" },
  });
  for (const path of SETTING_PATHS) place(root, path.split('.'), SETTINGS[path].schema);
  return { ...root, elsewhere: leavesOf(root) };
}

/** Checks a config file's content. */
export function createConfigValidator(): Validate {
  return compileSchema(configSchema(), CHECKS);
}

function place(parent: ObjectSchema, path: readonly string[], schema: object): void {
  const [head, leaf] = path;
  if (head === undefined) return;
  if (leaf === undefined) {
    parent.properties[head] = schema;
    return;
  }
  const group = (parent.properties[head] ??= objectSchema(`an object with settings of ${head}`, {})) as ObjectSchema;
  group.properties[leaf] = schema;
}

function objectSchema(expects: string, properties: Record<string, object>): ObjectSchema {
  return { type: 'object', expects, additionalProperties: false, properties };
}

/** Where a setting's last name stands, for those who write `port` at the top: `port` → `['rest.port', 'grpc.port']`. */
function leavesOf(root: ObjectSchema): ReadonlyMap<string, readonly string[]> {
  const paths = SETTING_PATHS.filter((path) => path.includes('.'));
  const leaves = new Map<string, string[]>();
  for (const path of paths) {
    const leaf = path.slice(path.indexOf('.') + 1);
    if (!Object.hasOwn(root.properties, leaf)) leaves.set(leaf, [...(leaves.get(leaf) ?? []), path]);
  }
  return leaves;
}

function isVersion(value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return false;
  try {
    parseVersion(value);
    return true;
  } catch {
    return false;
  }
}

function isPluginReference(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (Array.isArray(value)) return (value.length === 1 || value.length === 2) && typeof value[0] === 'string' && value[0] !== '';
  // Whether it is a plugin of this API is asked where plugins are resolved, with an answer that names it.
  return typeof value === 'object' && value !== null && 'kind' in value;
}
