import { messageOf } from '@servable/core';
import { join } from 'node:path';
import { describe } from 'vitest';
import { libraryEnvironment } from '../src/config/library-environment.ts';
import { findLibrary } from '../src/library/find-library.ts';
import type { LibraryFiles } from '../src/native/tf-library.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A version directory of the fixtures. */
export function fixture(...path: readonly string[]): string {
  return join(ROOT, 'fixtures', ...path);
}

/** The library that tests run with: the one a user would get, else that of the interop suite's Python. */
export function installedLibrary(): { readonly files: LibraryFiles } | { readonly missing: string } {
  const environment = libraryEnvironment();
  try {
    const pythonFolders = [...environment.pythonFolders, join(ROOT, '.interop', 'venv')];
    return { files: findLibrary({ folder: ROOT, environment: { ...environment, pythonFolders } }).files };
  } catch (error) {
    return { missing: messageOf(error) };
  }
}

/** A suite that needs a libtensorflow; skipped, with the reason in its title, where there is none. */
export function describeWithLibrary(title: string, body: (library: LibraryFiles) => void): void {
  const library = installedLibrary();
  if ('files' in library) describe(title, { timeout: 60_000 }, () => body(library.files));
  else describe.skip(`${title} (skipped: ${library.missing})`, () => {});
}
