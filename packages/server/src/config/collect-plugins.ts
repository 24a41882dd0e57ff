import { dirname } from 'node:path';
import { messageOf, type Plugin } from '@servable/core';
import { createLoaderResolver, type LoaderResolver } from '../loader-resolver.ts';
import { discoverPluginNames, resolvePlugin } from '../resolve-plugins.ts';
import { createSourceResolver, type SourceResolver } from '../source-resolver.ts';
import { childOf } from './config-path.ts';
import type { ConfigFile } from './read-config-file.ts';
import { showValue } from './show-value.ts';
import type { SchemaFault } from './validate.ts';

export interface CollectedPlugins {
  readonly plugins: readonly Plugin[];
  readonly loaders: LoaderResolver;
  readonly sources: SourceResolver;
  /** Whether they come from `package.json`, not from the config. */
  readonly isDiscovered: boolean;
  readonly faults: readonly SchemaFault[];
}

/** The plugins that a config lists, or else those among the dependencies. All of their faults are told. */
export async function collectPlugins(file: ConfigFile | undefined, cwd: string): Promise<CollectedPlugins> {
  const folder = file === undefined ? cwd : dirname(file.file);
  const listed = childOf(file?.content, 'plugins');
  const references: unknown[] = Array.isArray(listed) ? listed : [...(await discoverPluginNames(folder))];
  const plugins: Plugin[] = [];
  const faults: SchemaFault[] = [];
  for (const [index, reference] of references.entries()) {
    try {
      plugins.push(await resolvePlugin(reference, folder));
    } catch (error) {
      const found = typeof reference === 'object' && !Array.isArray(reference) ? undefined : showValue(reference);
      faults.push({ keys: ['plugins', index], found, problem: messageOf(error), cure: '' });
    }
  }
  const isDiscovered = !Array.isArray(listed);
  return { plugins, isDiscovered, ...resolversOf(plugins, faults), faults };
}

/** Two plugins for one platform or scheme are a fault; what else there is can be looked at without them. */
function resolversOf(plugins: readonly Plugin[], faults: SchemaFault[]): Pick<CollectedPlugins, 'loaders' | 'sources'> {
  const orEmpty = <Resolver>(create: (plugins: readonly Plugin[]) => Resolver): Resolver => {
    try {
      return create(plugins);
    } catch (error) {
      faults.push({ keys: ['plugins'], found: undefined, problem: messageOf(error), cure: '' });
      return create([]);
    }
  };
  return { loaders: orEmpty(createLoaderResolver), sources: orEmpty(createSourceResolver) };
}
