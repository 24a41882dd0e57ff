import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LibraryEnvironment } from '../config/library-environment.ts';

/** Packages that bring a libtensorflow, the one for GPUs first: it runs on a CPU too. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
const PYTHON_FOLDER = /^python3(\.\d+)?$/;

/** Those packages that are installed, as Node would find them from a folder upwards; each where it is found first. */
export function npmPackages(folder: string): readonly { readonly name: string; readonly directory: string }[] {
  return PACKAGES.flatMap((name) => {
    const directory = withParents(folder).map((parent) => join(parent, 'node_modules', name)).find((place) => existsSync(place));
    return directory === undefined ? [] : [{ name, directory }];
  });
}

/** Folders of installed `tensorflow` wheels: of active environments, of `.venv` and `venv` here or above, of the user, of the system. */
export function pythonFolders(folder: string, { pythonFolders: active, home }: LibraryEnvironment): readonly string[] {
  const environments = withParents(folder).flatMap((parent) => [join(parent, '.venv'), join(parent, 'venv')]);
  const user = home === undefined ? [] : [join(home, '.local')];
  const roots = [...active, ...environments, ...user, '/usr/local', '/usr'];
  return [...new Set(roots.flatMap(packageFolders).map((packages) => join(packages, 'tensorflow')))].filter((place) => existsSync(place));
}

/** `site-packages` of every Python of an environment; Debian says `dist-packages`. */
function packageFolders(root: string): readonly string[] {
  const lib = join(root, 'lib');
  return namesIn(lib)
    .filter((name) => PYTHON_FOLDER.test(name))
    .flatMap((name) => [join(lib, name, 'site-packages'), join(lib, name, 'dist-packages')]);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Not there, or not ours to read.
  }
}

function withParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}
