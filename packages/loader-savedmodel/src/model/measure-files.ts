import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResourceEstimate } from '@servable/core';
import { messageOf } from '@servable/core';
import { savedModelError } from '../errors.ts';
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

/**
 * Sizes of a version's files, by names alone: nothing is opened.
 *
 * @throws ServingError `SRV_SAVEDMODEL_NOT_FOUND` and others of finding the model, `SRV_SAVEDMODEL_UNREADABLE`
 */
export async function measureFiles(directory: string, signal?: AbortSignal): Promise<SavedModelSizes> {
  const { path } = await findSavedModel(directory);
  const sizes = await sizesUnder(directory, signal);
  const under = (folder: string): number => sumOf([...sizes].filter(([file]) => file.startsWith(join(directory, folder, '/'))));
  return { graph: sizes.get(path) ?? 0, variables: under('variables'), assets: under('assets'), total: sumOf([...sizes]) };
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

async function sizesUnder(directory: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, number>> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const sizes = new Map<string, number>();
    for (const entry of entries) {
      signal?.throwIfAborted();
      const path = join(entry.parentPath, entry.name);
      const found = await stat(path);
      if (found.isFile()) sizes.set(path, found.size);
    }
    return sizes;
  } catch (error) {
    signal?.throwIfAborted();
    throw savedModelError('SRV_SAVEDMODEL_UNREADABLE', [directory, messageOf(error)], { cause: error });
  }
}

function sumOf(sizes: readonly (readonly [string, number])[]): number {
  return sizes.reduce((sum, [, size]) => sum + size, 0);
}
