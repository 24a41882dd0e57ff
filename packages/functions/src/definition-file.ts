import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, ServingError } from '@servable/core';
import { functionError } from './errors.ts';

const NAMES: ReadonlySet<string> = new Set(['servable.ts', 'servable.js', 'servable.mts', 'servable.mjs']);

/** The names of definition files in a directory; empty when it cannot be read. */
export async function definitionNames(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => NAMES.has(name)).sort();
}

/**
 * Finds the one definition file of a version.
 *
 * @throws ServingError `SRV_FUNCTION_FILE_MISSING`, `SRV_FUNCTION_FILE_AMBIGUOUS`
 */
export async function findDefinitionFile(directory: string): Promise<string> {
  const [first, ...others] = await definitionNames(directory);
  if (first === undefined) throw functionError('SRV_FUNCTION_FILE_MISSING', [directory]);
  if (others.length > 0) throw functionError('SRV_FUNCTION_FILE_AMBIGUOUS', [directory, [first, ...others].join(' and ')]);
  return join(directory, first);
}

/**
 * Runs a definition file and gives its default export. A file that was changed in place runs anew; what it imports does not,
 * because Node keeps modules.
 *
 * @throws ServingError `SRV_FUNCTION_FILE_FAILED`
 */
export async function importDefinition(file: string): Promise<unknown> {
  try {
    const namespace = await importFile(file);
    return (namespace as { readonly default?: unknown }).default;
  } catch (error) {
    if (ServingError.is(error)) throw error;
    throw functionError('SRV_FUNCTION_FILE_FAILED', [file, messageOf(error)], { cause: error });
  }
}

async function importFile(file: string): Promise<unknown> {
  if (file.endsWith('ts') && !isTypescriptNative()) return importByJiti(file);
  const { mtimeMs } = await stat(file);
  try {
    return await import(/* @vite-ignore */ `${pathToFileURL(file).href}?changed=${mtimeMs}`);
  } catch (error) {
    // Enums and the like are more than stripping types: jiti compiles them.
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return importByJiti(file);
    throw error;
  }
}

/** `process.features.typescript` is missing before Node 22.10. */
function isTypescriptNative(): boolean {
  return Boolean((process.features as { readonly typescript?: unknown }).typescript);
}

async function importByJiti(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  return createJiti(file, { fsCache: false, moduleCache: false, interopDefault: false }).import(file);
}
