import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { serverError } from '../errors.ts';
import { importDefault } from './import-module.ts';

/**
 * The default export of a package (or of a file, when the name begins with `./`), looked up from a folder as Node does.
 *
 * @throws ServingError `SRV_PLUGIN_MISSING`, and `SRV_CONFIG_FILE_UNREADABLE` when it does not run
 */
export function importPlugin(name: string, folder: string): Promise<unknown> {
  return importDefault(resolveModule(name, folder));
}

function resolveModule(name: string, folder: string): string {
  const from = join(folder, 'serving.config.js');
  try {
    return createRequire(from).resolve(name);
  } catch {
    // `require` does not see packages whose exports have only an `import` condition; jiti resolves as import does.
    const url = createJiti(from, { fsCache: false }).esmResolve(name, { try: true });
    if (url === undefined) throw serverError('SRV_PLUGIN_MISSING', [name, folder]);
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  }
}
