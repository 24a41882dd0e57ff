import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The folders of the workspace that have a package.json, relative to `root`, in order. */
export function packageFolders(root) {
  const folders = [];
  for (const parent of ['packages', 'examples']) {
    for (const entry of readdirSync(join(root, parent), { withFileTypes: true })) {
      if (entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json'))) folders.push(`${parent}/${entry.name}`);
    }
  }
  return [...folders, 'bench', 'interop'].toSorted();
}

/** What an installation follows from: the lock file, every manifest, and what machine this is. */
export function installFingerprint(root) {
  const manifests = packageFolders(root).map((folder) => join(root, folder, 'package.json'));
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(root, name));
  return hashFiles(root, [...files, ...manifests], `${process.platform}-${process.arch}`);
}

/** What a build follows from: the installation, the compiler's settings and every source. */
export function buildFingerprint(root) {
  const files = ['tsconfig.base.json', 'tsconfig.json'].map((name) => join(root, name));
  for (const folder of packageFolders(root)) {
    const tsconfig = join(root, folder, 'tsconfig.json');
    if (!existsSync(tsconfig)) continue;
    files.push(tsconfig, ...filesUnder(join(root, folder, 'src')));
  }
  return hashFiles(root, files, installFingerprint(root));
}

/** Every file under a folder, in order. */
export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function hashFiles(root, files, seed) {
  const hash = createHash('sha256').update(seed);
  for (const file of files) {
    hash.update(`\0${relative(root, file).split(sep).join('/')}\0`);
    hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** A fingerprint kept from the last time a step was done; it lies in node_modules, so it goes when that goes. */
export class Stamp {
  #path;

  constructor(root, name) {
    this.#path = join(root, 'node_modules', '.servable', name);
  }

  matches(fingerprint) {
    return existsSync(this.#path) && readFileSync(this.#path, 'utf8') === fingerprint;
  }

  write(fingerprint) {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, fingerprint);
  }

  clear() {
    rmSync(this.#path, { force: true });
  }
}
