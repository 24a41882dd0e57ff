import type { ModelServerConfig } from '@servable/protos/tensorflow-serving-config';
import { checkPlugins, type ModelResolvers } from './check-models.ts';
import { asMessageKeys, type ConfiguredModel, type ModelListFault, type ModelServerConfigRules, readModelServerConfig } from './model-server-config.ts';
import { resolveLoggingConfig } from './resolve-logging.ts';
import { resolveModel } from './resolve.ts';
import type { ResolvedModel } from './resolved-config.ts';

export interface ModelListOptions extends ModelServerConfigRules, ModelResolvers {
  /** What relative base paths start from. */
  readonly folder: string;
}

/** The models of a `ModelServerConfig`, checked against the plugins at hand; none when anything is wrong. */
export function resolveModelList(
  message: ModelServerConfig,
  options: ModelListOptions,
): { readonly models: readonly ResolvedModel[]; readonly faults: readonly ModelListFault[] } {
  const { models, faults } = readModelServerConfig(message, options);
  // What the plugins say of a list that is wrong already would only repeat it.
  const all = faults.length > 0 ? faults : models.flatMap((model) => pluginFaults(model, options));
  return { models: all.length > 0 ? [] : models.map((model) => resolveListed(model, options.folder)), faults: all };
}

function pluginFaults(listed: ConfiguredModel, resolvers: ModelResolvers): readonly ModelListFault[] {
  const { name, platform = '' } = listed.model;
  return checkPlugins(listed, resolvers).map((fault) => {
    const isPlatform = fault.keys.at(-1) === 'platform';
    // Source: TF Serving, `ServerCore` in `model_servers/server_core.cc`.
    const problem = isPlatform ? `Model ${name} requests unsupported platform ${platform}` : fault.problem;
    return { ...fault, keys: asMessageKeys(fault.keys), problem, text: isPlatform ? problem : `Model ${name}: ${fault.found ?? ''}: ${problem}. ${fault.cure}` };
  });
}

function resolveListed({ model, logging }: ConfiguredModel, folder: string): ResolvedModel {
  return { ...resolveModel(model, folder), logging: resolveLoggingConfig(logging, folder) };
}
