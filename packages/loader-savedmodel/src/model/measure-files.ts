import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, type ResourceEstimate } from '@servable/core';
import { savedModelError } from '../errors.ts';
import { isMissing } from '../file-errors.ts';
import { findSavedModel } from './find-saved-model.ts';

/** Bytes of a version's files. */
export interface SavedModelSizes {
  /** `saved_model.pb` or `.pbtxt`. */
  readonly graph: number;
  readonly variables: number;
  readonly assets: number;
  /** All files, those that nothing reads included. */
  readonly total: number;
}

/** What TensorFlow Serving adds to the size of the files. Source: `util/memory_usage`, `EstimateMainRamBytes`. */
const FACTOR = 1.2;
/** A version has folders in folders two deep. A link may lead back to where it is. */
const MAX_DEPTH = 5;

/**
 * Sizes of a version's files, by names alone: nothing is opened.
 *
 * @throws ServingError `SRV_SAVEDMODEL_NOT_FOUND` and others of finding the model, `SRV_SAVEDMODEL_UNREADABLE`
 */
export async function measureFiles(directory: string, signal?: AbortSignal): Promise<SavedModelSizes> {
  const { path } = await findSavedModel(directory);
  const sizes = await allSizes(directory, signal);
  const under = (folder: string): number => sumOf(sizes.filter(([file]) => file.startsWith(join(directory, folder, '/'))));
  return { graph: sumOf(sizes.filter(([file]) => file === path)), variables: under('variables'), assets: under('assets'), total: sumOf(sizes) };
}

/**
 * What TensorFlow Serving takes a model to need: 1.2 times the size of all its files.
 *
 * @throws ServingError `SRV_SAVEDMODEL_NOT_FOUND` and others of finding the model, `SRV_SAVEDMODEL_UNREADABLE`
 */
export async function estimateSavedModel(directory: string, signal?: AbortSignal): Promise<ResourceEstimate> {
  const { total } = await measureFiles(directory, signal);
  return { ramBytes: Math.ceil(FACTOR * total) };
}

async function allSizes(directory: string, signal: AbortSignal | undefined): Promise<readonly (readonly [path: string, bytes: number])[]> {
  try {
    return await sizesUnder(directory, 0, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw savedModelError('SRV_SAVEDMODEL_UNREADABLE', [directory, messageOf(error)], { cause: error });
  }
}

/** Links are followed; one that leads nowhere, and a file that goes meanwhile, have no size. */
async function sizesUnder(directory: string, depth: number, signal: AbortSignal | undefined): Promise<[path: string, bytes: number][]> {
  signal?.throwIfAborted();
  const sizes: [string, number][] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error)));
    if (found?.isFile() === true) sizes.push([path, found.size]);
    if (found?.isDirectory() === true && depth < MAX_DEPTH) for (const size of await sizesUnder(path, depth + 1, signal)) sizes.push(size);
  }
  return sizes;
}

function sumOf(sizes: readonly (readonly [string, number])[]): number {
  return sizes.reduce((sum, [, size]) => sum + size, 0);
}
