import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@servable/core';
import { savedModelError } from '../errors.ts';
import { isMissing } from '../file-errors.ts';

/** Where a version's graph is. */
export interface SavedModelPath {
  readonly path: string;
  readonly format: 'binary' | 'text';
}

const BINARY = 'saved_model.pb';
const TEXT = 'saved_model.pbtxt';
const CHUNKED = 'saved_model.cpb';
const SESSION_BUNDLES: readonly string[] = ['export.meta', 'export.meta-00000-of-00001'];

/**
 * The graph of a version directory: `saved_model.pb`, else `saved_model.pbtxt`.
 *
 * @throws ServingError `SRV_SAVEDMODEL_NOT_FOUND`, `SRV_SAVEDMODEL_SESSION_BUNDLE`, `SRV_SAVEDMODEL_UNSUPPORTED`,
 * `SRV_SAVEDMODEL_UNREADABLE`
 */
export async function findSavedModel(directory: string): Promise<SavedModelPath> {
  const names = await namesIn(directory);
  if (names.includes(BINARY)) return { path: join(directory, BINARY), format: 'binary' };
  if (names.includes(TEXT)) return { path: join(directory, TEXT), format: 'text' };
  if (names.includes(CHUNKED)) {
    throw savedModelError('SRV_SAVEDMODEL_UNSUPPORTED', [join(directory, CHUNKED), `graphs in several chunks are not read. Serve the model with engine 'tensorflow', or save it below 2 GB`]);
  }
  const isSessionBundle = SESSION_BUNDLES.some((name) => names.includes(name));
  throw savedModelError(isSessionBundle ? 'SRV_SAVEDMODEL_SESSION_BUNDLE' : 'SRV_SAVEDMODEL_NOT_FOUND', [directory]);
}

/** Whether a directory is a SavedModel's version. Looks at names, not contents; never throws. */
export async function isSavedModel(directory: string): Promise<boolean> {
  try {
    const names = await readdir(directory);
    return [BINARY, TEXT, CHUNKED].some((name) => names.includes(name));
  } catch {
    return false; // Missing, not a directory or not readable: nobody's model.
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) throw savedModelError('SRV_SAVEDMODEL_NOT_FOUND', [directory], { cause: error });
    throw savedModelError('SRV_SAVEDMODEL_UNREADABLE', [directory, messageOf(error)], { cause: error });
  }
}
