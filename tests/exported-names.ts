import { posix } from 'node:path';
import { withoutComments } from './import-scanner.ts';
import type { SourceFile, WorkspacePackage } from './workspace-packages.ts';

/** A name that a package's `index.ts` exports. */
export interface ExportedName {
  readonly name: string;
  readonly isType: boolean;
  /** The source that declares it, from the workspace's root. */
  readonly file: string;
  /** Its name there. */
  readonly localName: string;
}

const RE_EXPORT = /export\s+(?<type>type\s+)?\{(?<names>[^}]*)\}\s*from\s*['"](?<specifier>[^'"]+)['"]/g;
const RE_EXPORT_ALL = /export\s+\*\s+from\s*['"](?<specifier>[^'"]+)['"]/g;
const DEFAULT_EXPORT = /export\s+default\b/;

/** The sources that others can import, by subpath. */
export function entriesOf(item: WorkspacePackage): ReadonlyMap<string, SourceFile> {
  return new Map(
    [...item.entries].map(([subpath, path]) => {
      const source = item.sources.find((candidate) => candidate.path === path);
      if (source === undefined) throw new Error(`${item.manifest.name} has no source ${path}, its export '${subpath}'`);
      return [subpath, source];
    }),
  );
}

/** What an entry hands on whole, such as generated code. */
export function exportedModules(entry: SourceFile): string[] {
  return [...withoutComments(entry.text).matchAll(RE_EXPORT_ALL)].map((match) => match.groups?.['specifier'] ?? '');
}

/** What an `index.ts` exports by name. */
export function exportedNames(index: SourceFile): ExportedName[] {
  return [...withoutComments(index.text).matchAll(RE_EXPORT)].flatMap((match) => {
    const { type, names = '', specifier = '' } = match.groups ?? {};
    return names
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => {
        const isType = type !== undefined || part.startsWith('type ');
        const [localName = '', name = localName] = part.replace(/^type\s+/, '').split(/\s+as\s+/);
        return { name, isType, localName, file: posix.join(posix.dirname(index.path), specifier) };
      });
  });
}

export function hasDefaultExport(index: SourceFile): boolean {
  return DEFAULT_EXPORT.test(withoutComments(index.text));
}

/** What is left of an `index.ts` without its re-exports, imports and comments. */
export function otherCode(index: SourceFile): string {
  return withoutComments(index.text)
    .replaceAll(RE_EXPORT, '')
    .replaceAll(RE_EXPORT_ALL, '')
    .replaceAll(/import\s[^;]*;/g, '')
    .replaceAll(';', '')
    .trim();
}

/** Whether the declaration of a name has a TSDoc comment right before it. */
export function isDocumented(source: SourceFile, name: string): boolean {
  const declaration = String.raw`export\s+(?:declare\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const|interface|type)\s+`;
  return new RegExp(String.raw`\*\/\s*${declaration}${name}\b`).test(source.text);
}
