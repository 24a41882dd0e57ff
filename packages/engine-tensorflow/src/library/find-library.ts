import { type LibraryEnvironment, LIBRARY_VARIABLE, libraryEnvironment } from '../config/library-environment.ts';
import { tensorflowError } from '../errors.ts';
import type { LibraryFiles } from '../native/tf-library.ts';
import { libraryIn } from './library-files.ts';
import { npmPackages, pythonFolders } from './search-places.ts';

/** Where a library is, and how it was found. */
export interface FoundLibrary {
  readonly files: LibraryFiles;
  /** Such as `engine.path`, `@tensorflow/tfjs-node-gpu`, `Python wheel`. */
  readonly origin: string;
}

/** Where to look. */
export interface LibrarySearch {
  /** A library, or a folder that it is in: then nothing else is looked at. */
  readonly path?: string | undefined;
  /** From where packages are looked up, as Node does. Default: the current folder. */
  readonly folder?: string;
  readonly environment?: LibraryEnvironment;
}

/**
 * Finds a libtensorflow: the path that is given, else the one that `SERVABLE_LIBTENSORFLOW` names, else `@tensorflow/tfjs-node-gpu`, else
 * `@tensorflow/tfjs-node`, else a Python wheel. Opens nothing.
 *
 * @throws ServingError `SRV_TENSORFLOW_LIBRARY_MISSING`, which tells where it looked and what was half there
 */
export function findLibrary({ path, folder = process.cwd(), environment = libraryEnvironment() }: LibrarySearch = {}): FoundLibrary {
  if (path !== undefined) return named(path, 'engine.path');
  if (environment.library !== undefined) return named(environment.library, LIBRARY_VARIABLE);
  const faults: string[] = [];
  for (const { name, directory } of npmPackages(folder)) {
    const found = libraryIn(directory);
    if (typeof found === 'object') return { files: found, origin: name };
    faults.push(`${name} at '${directory}' is installed without it (${found}): npm did not run its install step. Allow it, and run 'npm rebuild ${name}'`);
  }
  for (const directory of pythonFolders(folder, environment)) {
    const found = libraryIn(directory);
    if (typeof found === 'object') return { files: found, origin: 'Python wheel' };
    faults.push(`'${directory}' has no whole one (${found}): a wheel of 2.12 or later has`);
  }
  const looked = `looked for '@tensorflow/tfjs-node-gpu' and '@tensorflow/tfjs-node' from '${folder}' upwards, and for Python's wheels`;
  throw tensorflowError('SRV_TENSORFLOW_LIBRARY_MISSING', [[...faults, looked].join('; ')]);
}

function named(path: string, origin: string): FoundLibrary {
  const found = libraryIn(path);
  if (typeof found === 'object') return { files: found, origin };
  throw tensorflowError('SRV_TENSORFLOW_LIBRARY_MISSING', [`${origin} says '${path}', but ${found}`]);
}
