import { resolveBatchingOptions } from '@servable/batching';
import { messageOf, parseVersion, ServingError } from '@servable/core';
import type { LoaderResolver } from '../loader-resolver.ts';
import type { SourceResolver } from '../source-resolver.ts';
import type { ConfigKey } from './config-path.ts';
import { resolvePath, withoutUndefined } from './resolve.ts';
import { showValue } from './show-value.ts';
import type { UserModel } from './user-config.ts';
import type { SchemaFault } from './validate.ts';

/** A model whose form the schema found right, and where in the file it stands. */
export interface ListedModel {
  readonly keys: readonly ConfigKey[];
  readonly model: UserModel;
}

export interface ModelResolvers {
  readonly loaders: LoaderResolver;
  readonly sources: SourceResolver;
}

/** What a schema cannot see: names used twice, platforms and schemes that nobody has, options of the loader, labels. */
export function checkModels(models: readonly ListedModel[], resolvers: ModelResolvers): readonly SchemaFault[] {
  return [
    ...checkNames(models),
    ...models.flatMap((listed) => [...checkPlugins(listed, resolvers), ...checkLabels(listed), ...checkBatching(listed)]),
  ];
}

/** Whether there is a source for a model's path and a loader for its platform and options. */
export function checkPlugins(listed: ListedModel, resolvers: ModelResolvers): readonly SchemaFault[] {
  return [...checkPath(listed, resolvers.sources), ...checkPlatform(listed, resolvers.loaders)];
}

function checkNames(models: readonly ListedModel[]): readonly SchemaFault[] {
  const first = new Map<string, string>();
  return models.flatMap(({ keys, model }) => {
    const other = first.get(model.name);
    const place = String(keys.at(-1));
    if (other === undefined) first.set(model.name, place);
    if (other === undefined) return [];
    return [{ keys: [...keys, 'name'], found: showValue(model.name), problem: `is the name of models[${other}] too`, cure: 'Give each model its own name' }];
  });
}

function checkPath({ keys, model }: ListedModel, sources: SourceResolver): readonly SchemaFault[] {
  try {
    sources.forPath(resolvePath(model.path, '/'));
    return [];
  } catch (error) {
    return [faultOf(error, { keys: [...keys, 'path'], found: showValue(model.path), problem: 'no plugin finds versions there' })];
  }
}

function checkPlatform({ keys, model }: ListedModel, loaders: LoaderResolver): readonly SchemaFault[] {
  // Without a platform the loader is known when the files are, and the options are checked then.
  if (model.platform === undefined) return [];
  try {
    const faults = loaders.optionFaults(loaders.byPlatform(model.platform), model.options ?? {});
    return faults.map((fault) => ({ ...fault, keys: [...keys, 'options', ...fault.keys] }));
  } catch (error) {
    return [faultOf(error, { keys: [...keys, 'platform'], found: showValue(model.platform), problem: 'no plugin serves this platform' })];
  }
}

/** A label of a version that is never served would only answer with errors. */
function checkLabels({ keys, model }: ListedModel): readonly SchemaFault[] {
  const { versions } = model;
  if (typeof versions !== 'object' || !('specific' in versions)) return [];
  const served = new Set<bigint>(versions.specific.map(parseVersion));
  return Object.entries(model.labels ?? {})
    .filter(([, version]) => !served.has(parseVersion(version)))
    .map(([label, version]) => ({
      keys: [...keys, 'labels', label],
      found: showValue(version),
      problem: 'is none of the versions in versions.specific',
      cure: `Add it there, or label one of ${[...served].join(', ')}`,
    }));
}

/** What depends on `maxBatchSize` needs the model's own, so that the server's can change without a fault here. */
function checkBatching({ keys, model }: ListedModel): readonly SchemaFault[] {
  const { batching } = model;
  if (batching === undefined || batching === false) return [];
  const dependent = (['allowedBatchSizes', 'maxExecutionBatchSize'] as const).find((name) => batching[name] !== undefined);
  if (dependent !== undefined && batching.maxBatchSize === undefined) {
    const found = showValue(batching[dependent]);
    return [{ keys: [...keys, 'batching', dependent], found, problem: 'is given without maxBatchSize', cure: 'Add maxBatchSize beside it' }];
  }
  try {
    resolveBatchingOptions(withoutUndefined(batching));
    return [];
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    const [option, found, cure] = error.args.map(String);
    return [{ keys: [...keys, 'batching', option ?? ''], found, problem: 'does not fit the others', cure: capitalize(cure ?? '') }];
  }
}

/** Our resolvers end their arguments with the cure. */
function faultOf(error: unknown, fault: Omit<SchemaFault, 'cure'>): SchemaFault {
  const cure = ServingError.is(error) ? error.args.at(-1) : undefined;
  const isCured = typeof cure === 'string' && ServingError.is(error) && CURED.has(error.code);
  return isCured ? { ...fault, cure: capitalize(cure) } : { ...fault, problem: messageOf(error), cure: '' };
}

const CURED: ReadonlySet<string> = new Set(['SRV_PLATFORM_UNKNOWN', 'SRV_SCHEME_UNKNOWN']);

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
