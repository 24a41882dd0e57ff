import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder for models that goes when the test ends. */
export async function modelsFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'servable-models-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Version folders with a file in each, such as a loader of tests needs. Returns the base path. */
export async function versionFolders(folder: string, model: string, versions: readonly number[]): Promise<string> {
  for (const version of versions) {
    const path = join(folder, model, String(version));
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'model.fake'), '');
  }
  await mkdir(join(folder, model), { recursive: true });
  return join(folder, model);
}
