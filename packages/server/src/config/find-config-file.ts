import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { serverError } from '../errors.ts';

const CONFIG_FILE = /^serving\.config\.(?:ts|mts|js|mjs|json|yaml|yml)$/;

/**
 * The config file: the one that was asked for, else the `serving.config.*` of the folder; `undefined` when it has none.
 *
 * @throws ServingError `SRV_CONFIG_FILE_MISSING`, `SRV_CONFIG_FILE_AMBIGUOUS`
 */
export async function findConfigFile(cwd: string, file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (!(await isFile(path))) throw serverError('SRV_CONFIG_FILE_MISSING', [path]);
    return path;
  }
  const names = (await readdir(cwd).catch(() => [])).filter((name) => CONFIG_FILE.test(name)).sort();
  if (names.length > 1) throw serverError('SRV_CONFIG_FILE_AMBIGUOUS', [cwd, names]);
  return names[0] === undefined ? undefined : resolve(cwd, names[0]);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
