import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertPluginApi, messageOf, type Plugin } from '@servable/core';
import { importPlugin } from './config/import-plugin.ts';
import { serverError } from './errors.ts';

/** The keyword by which a package says that its default export makes a plugin. */
const PLUGIN_KEYWORD = 'servable-plugin';

/**
 * Makes a plugin of what a config lists: a plugin as it is, a package's name, or `[name, options]`. Packages are looked up
 * from `folder`; their default export is called with the options.
 *
 * @throws ServingError `SRV_PLUGIN_MISSING`, `SRV_PLUGIN_INVALID`, `SRV_PLUGIN_API_MISMATCH`
 */
export async function resolvePlugin(reference: unknown, folder: string): Promise<Plugin> {
  if (typeof reference === 'string') return makePlugin(reference, await importPlugin(reference, folder), undefined);
  if (!Array.isArray(reference)) return assertPlugin(reference, nameOf(reference));
  const name = String(reference[0]);
  return makePlugin(name, await importPlugin(name, folder), reference[1]);
}

/**
 * Names of the plugins among the dependencies in the nearest `package.json`, from `folder` upwards: installed packages
 * with the keyword `servable-plugin`, sorted. Empty when there is no `package.json`.
 */
export async function discoverPluginNames(folder: string): Promise<readonly string[]> {
  const nearest = await findUp(folder, 'package.json');
  if (nearest === undefined) return [];
  const { dependencies, devDependencies, optionalDependencies } = nearest.content;
  const names = [dependencies, devDependencies, optionalDependencies].flatMap((each) => Object.keys(asRecord(each)));
  const plugins = await Promise.all(
    [...new Set(names)].sort().map(async (name) => {
      const installed = await findUp(nearest.folder, join('node_modules', name, 'package.json'));
      const keywords = installed?.content['keywords'];
      return Array.isArray(keywords) && keywords.includes(PLUGIN_KEYWORD) ? name : undefined;
    }),
  );
  return plugins.filter((name) => name !== undefined);
}

function makePlugin(name: string, factory: unknown, options: unknown): Plugin {
  if (typeof factory !== 'function') {
    if (options === undefined) return assertPlugin(factory, name);
    throw serverError('SRV_PLUGIN_INVALID', [name, 'takes no options: its default export is a plugin, not a function']);
  }
  const make = factory as (options?: unknown) => unknown;
  let made: unknown;
  try {
    made = options === undefined ? make() : make(options);
  } catch (error) {
    throw serverError('SRV_PLUGIN_INVALID', [name, `refuses its options: ${messageOf(error)}`], { cause: error });
  }
  return assertPlugin(made, name);
}

function assertPlugin(value: unknown, name: string): Plugin {
  const shape = asRecord(value);
  const plugin = value as Plugin;
  // First: a plugin for another API may well have another shape.
  if (NEEDS_BY_KIND.has(String(shape['kind'])) && typeof shape['apiVersion'] === 'number') assertPluginApi(plugin);
  const fault = shapeFault(shape);
  if (fault !== undefined) throw serverError('SRV_PLUGIN_INVALID', [name, `is no plugin: ${fault}`]);
  return plugin;
}

function shapeFault(plugin: Readonly<Record<string, unknown>>): string | undefined {
  const lacks = (key: string, type: string): boolean => (type === 'list' ? !Array.isArray(plugin[key]) : typeof plugin[key] !== type);
  const needs = NEEDS_BY_KIND.get(String(plugin['kind']));
  if (needs === undefined) return 'it was not made by defineLoader, defineSource or definePlugin';
  const missing = needs.find(([key, type]) => lacks(key, type));
  return missing === undefined ? undefined : `its '${missing[0]}' is no ${missing[1]}`;
}

const NEEDS_BY_KIND: ReadonlyMap<string, readonly (readonly [key: string, type: string])[]> = new Map([
  ['loader', [['apiVersion', 'number'], ['platform', 'string'], ['create', 'function']]],
  ['source', [['apiVersion', 'number'], ['name', 'string'], ['schemes', 'list'], ['create', 'function']]],
  ['hooks', [['apiVersion', 'number'], ['name', 'string'], ['apply', 'function']]],
]);

function nameOf(plugin: unknown): string {
  const { platform, name } = asRecord(plugin);
  return [platform, name].find((each) => typeof each === 'string') ?? 'unnamed';
}

interface PackageJson {
  readonly folder: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The nearest JSON file of this relative name, from a folder upwards, as Node looks up packages. Unreadable ones are passed over. */
async function findUp(folder: string, name: string): Promise<PackageJson | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const content = await readJson(join(at, name));
    if (content !== undefined) return { folder: at, content };
    if (dirname(at) === at) return undefined;
  }
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return asRecord(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
