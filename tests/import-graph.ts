import { posix } from 'node:path';
import { findImports } from './import-scanner.ts';
import type { WorkspacePackage } from './workspace-packages.ts';

/** Files, and the files they import: type imports and imports of other packages of ours included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

export function importGraph(packages: readonly WorkspacePackage[]): ImportGraph {
  const sources = packages.flatMap((item) => item.sources);
  const known = new Set(sources.map((source) => source.path));
  const entries = new Map(packages.flatMap((item) => [...item.entries].map(([subpath, path]) => [posix.join(item.manifest.name, subpath), path])));
  return new Map(
    sources.map((source) => {
      const targets = findImports(source.text)
        .filter((found) => found.kind !== 'augmentation')
        .map(({ specifier }) => (specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : entries.get(specifier)))
        .filter((path) => path !== undefined && known.has(path));
      return [source.path, targets as string[]];
    }),
  );
}

/** The name without the scope when a specifier means a package of ours. */
export function ourPackageOf(specifier: string): string | undefined {
  return /^@servable\/(?<name>[^/]+)/.exec(specifier)?.groups?.['name'];
}

/** Every file that can be reached from itself, as paths `a -> b -> a`; one path for each way back that a walk meets. */
export function findCycles(graph: ImportGraph): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start !== -1) {
      cycles.push([...path.slice(start), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}
