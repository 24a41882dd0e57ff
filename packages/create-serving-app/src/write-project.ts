import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from './user-error.ts';
import type { ProjectFiles } from './render-project.ts';

/** What a directory may hold and still count as empty. */
const NOTHING = new Set(['.git', '.DS_Store']);

/** @throws UserError when the directory is a file, or holds something and `overwrites` is not set */
export async function checkDirectory(directory: string, overwrites: boolean): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new UserError(`'${directory}' cannot be used: ${(error as Error).message}`);
  }
  const found = names.filter((name) => !NOTHING.has(name));
  if (found.length > 0 && !overwrites) {
    throw new UserError(`'${directory}' is not empty (it holds ${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}): choose another directory, or --overwrite`);
  }
}

/**
 * Writes a project's files: all into a folder beside the directory first, and only then into place, so that nothing half-written is left.
 *
 * @throws UserError when the disk refuses
 */
export async function writeProject(directory: string, files: ProjectFiles): Promise<void> {
  let staging: string | undefined;
  const removeStaging = (): void => {
    if (staging !== undefined) rmSync(staging, { recursive: true, force: true });
  };
  // For Ctrl-C.
  process.once('exit', removeStaging);
  try {
    await mkdir(dirname(directory), { recursive: true });
    staging = await mkdtemp(join(dirname(directory), '.create-serving-app-'));
    await writeFiles(staging, files);
    await moveIntoPlace(staging, directory, files);
  } catch (error) {
    throw new UserError(`'${directory}' cannot be written: ${(error as Error).message}`);
  } finally {
    process.off('exit', removeStaging);
    removeStaging();
  }
}

async function writeFiles(folder: string, files: ProjectFiles): Promise<void> {
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

/** A new directory appears whole; into one that is there, file after file is moved. */
async function moveIntoPlace(staging: string, directory: string, files: ProjectFiles): Promise<void> {
  if (!existsSync(directory)) {
    await rename(staging, directory);
    return;
  }
  for (const name of files.keys()) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await rename(join(staging, name), join(directory, name));
  }
}
