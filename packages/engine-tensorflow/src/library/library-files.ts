import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LibraryFiles } from '../native/tf-library.ts';

/** The C API's file, by preference: that of a wheel, then that of a C library with its version, then without. */
const MAIN = ['libtensorflow_cc.so.2', 'libtensorflow.so.2', 'libtensorflow.so'];
const FRAMEWORK = ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'];
/** Where it is inside what a user may name: itself, an npm package, `site-packages`, an unpacked C library. */
const INSIDE = ['', 'deps/lib', 'tensorflow', 'lib'];

/** The library that a path names or holds; else what is wrong with it. */
export function libraryIn(path: string): LibraryFiles | string {
  const kind = kindOf(path);
  if (kind === undefined) return 'there is no such file or folder';
  const folders = kind === 'file' ? [dirname(path)] : INSIDE.map((inside) => join(path, inside));
  const main = kind === 'file' ? basename(path) : undefined;
  let half: string | undefined;
  for (const folder of folders) {
    const found = filesIn(folder, main);
    if (typeof found === 'object') return found;
    half ??= found;
  }
  return half ?? `there is no '${MAIN.join("' or '")}' in it`;
}

/** The library's two files; what is missing when one is there alone; `undefined` when neither is. */
function filesIn(folder: string, wanted: string | undefined): LibraryFiles | string | undefined {
  const names = namesIn(folder);
  const main = wanted ?? MAIN.find((name) => names.has(name));
  const framework = FRAMEWORK.find((name) => names.has(name));
  if (main !== undefined && framework !== undefined) return { main: join(folder, main), framework: join(folder, framework) };
  if (main !== undefined) return `'${join(folder, FRAMEWORK[0] ?? '')}' is missing`;
  return framework === undefined ? undefined : `'${join(folder, framework)}' is there, but no '${MAIN.join("' or '")}'`;
}

function namesIn(folder: string): ReadonlySet<string> {
  try {
    // A link that leads nowhere is not there.
    return new Set(readdirSync(folder).filter((name) => kindOf(join(folder, name)) === 'file'));
  } catch {
    return new Set(); // Not a folder, or not ours to read.
  }
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    return statSync(realpathSync(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}
