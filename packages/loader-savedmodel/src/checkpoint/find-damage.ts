import { ServingError } from '@servable/core';
import type { TensorBundle } from './tensor-bundle.ts';

/** Faults of the files, not of the reader. */
const DAMAGE: ReadonlySet<string> = new Set(['SRV_CHECKPOINT_CHECKSUM', 'SRV_CHECKPOINT_ENTRY_INVALID', 'SRV_CHECKPOINT_SHARD_TRUNCATED', 'SRV_CHECKPOINT_SHARD_MISSING']);

/**
 * Reads tensors until one is not what was written; numbers a mebibyte at a time, strings a tensor at a time.
 *
 * @returns the fault, with the tensor and its place; `undefined` when all are whole
 */
export async function findDamage(bundle: TensorBundle, keys: Iterable<string>, signal: AbortSignal): Promise<ServingError | undefined> {
  for (const key of keys) {
    try {
      await readThrough(bundle, key, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (ServingError.is(error) && DAMAGE.has(error.code)) return error;
    }
  }
  return undefined;
}

async function readThrough(bundle: TensorBundle, key: string, signal: AbortSignal): Promise<void> {
  if (bundle.find(key)?.dtype === 'BYTES') return void (await bundle.readTensor(key, { signal }));
  const chunks = bundle.readChunks(key, signal);
  while ((await chunks.next()).done !== true) signal.throwIfAborted();
}
