import type { Plugin, SourcePlugin } from '@servable/core';
import { serverError } from './errors.ts';
import { sourcePackageFor } from './plugin-hints.ts';

/** Finds the source that watches a path. Made by {@link createSourceResolver}. */
export interface SourceResolver {
  /** Every scheme there is, sorted. */
  readonly schemes: readonly string[];
  /** @throws ServingError `SRV_SCHEME_UNKNOWN` */
  forPath(path: string): SourcePlugin;
}

/** The scheme of a URI in lower case; `file` for a plain path. One letter is a Windows drive. */
export function schemeOf(path: string): string {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1]?.toLowerCase() ?? 'file';
}

/** @throws ServingError `SRV_PLUGIN_CONFLICT` when two sources have one scheme */
export function createSourceResolver(plugins: readonly Plugin[]): SourceResolver {
  const byScheme = new Map<string, SourcePlugin>();
  for (const source of plugins.filter((plugin) => plugin.kind === 'source')) {
    for (const scheme of source.schemes) {
      const other = byScheme.get(scheme);
      if (other !== undefined) throw serverError('SRV_PLUGIN_CONFLICT', [`paths of scheme '${scheme}'`, other.name, source.name]);
      byScheme.set(scheme, source);
    }
  }
  const schemes = [...byScheme.keys()].sort();
  return {
    schemes,
    forPath(path) {
      const scheme = schemeOf(path);
      const source = byScheme.get(scheme);
      if (source === undefined) throw serverError('SRV_SCHEME_UNKNOWN', [path, scheme, schemeCure(scheme, schemes)]);
      return source;
    },
  };
}

function schemeCure(scheme: string, known: readonly string[]): string {
  const plugin = sourcePackageFor(scheme);
  if (plugin !== undefined) return `install ${plugin} and list it in plugins`;
  return known.length === 0 ? 'list a source in plugins' : `the plugins at hand watch ${known.join(', ')}`;
}
