import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly sideEffects?: boolean;
  readonly files?: readonly string[];
  readonly keywords?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface SourceFile {
  /** From the workspace's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface WorkspacePackage {
  /** The folder's name, which is the package's name without the scope. */
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Everything under `src`, generated code left out. */
  readonly sources: readonly SourceFile[];
  /** The sources that can be imported from outside, by the manifest's subpath: `.` is the package itself. */
  readonly entries: ReadonlyMap<string, string>;
}

/** The packages under `packages/`, in order of their names. */
export function readPackages(): WorkspacePackage[] {
  return readdirSync(join(ROOT, 'packages'))
    .filter((name) => existsSync(join(ROOT, 'packages', name, 'package.json')))
    .toSorted()
    .map((name) => {
      const folder = join(ROOT, 'packages', name);
      const manifest = readManifest(folder);
      return { name, folder, manifest, sources: readSources(join(folder, 'src')), entries: entriesOf(name, manifest) };
    });
}

function entriesOf(name: string, { exports = {} }: Manifest): ReadonlyMap<string, string> {
  const targets = Object.entries(exports).map(([subpath, target]) => [subpath, (target as { readonly '@servable/source'?: string })['@servable/source']] as const);
  return new Map(targets.flatMap(([subpath, source]) => (source === undefined ? [] : [[subpath, `packages/${name}/${source.slice(2)}`]])));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/]gen[\\/]/.test(path))
    .toSorted()
    .map((path) => ({ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }));
}
