import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { InputShapes } from '../compile-model.ts';

/** Raised whenever the compiler writes something else for the same model. */
const COMPILER_VERSION = 13;

/** What a compiled model depends on, besides its files. */
export interface CacheKeyParts {
  readonly tags: readonly string[];
  readonly signatures: readonly string[];
  /** Of inputs, where others than the signatures' are meant. */
  readonly shapes?: InputShapes | undefined;
  /** Of the engine that runs it. */
  readonly engineVersion: string;
}

/**
 * A name for what compiling a model gives: equal for equal content, wherever it lies. Weights themselves are not read: the index of the variables
 * has a checksum of each.
 */
export async function cacheKey(directory: string, parts: CacheKeyParts, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([COMPILER_VERSION, parts]));
  for (const name of ['saved_model.pb', 'saved_model.pbtxt', ...(await assetsOf(directory))]) await addFile(hash.update(`${name}\n`), join(directory, name), signal);
  hash.update(await readFile(join(directory, 'variables', 'variables.index')).catch(() => new Uint8Array(0)));
  return hash.digest('hex').slice(0, 40);
}

/** Files that tables are filled from. */
async function assetsOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(join(directory, 'assets'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isFile() ? [relative(directory, join(entry.parentPath, entry.name))] : [])).toSorted();
}

async function addFile(hash: ReturnType<typeof createHash>, path: string, signal: AbortSignal): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  hash.update(`${found?.size ?? -1}\n`);
  if (found === undefined) return;
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Uint8Array);
}
