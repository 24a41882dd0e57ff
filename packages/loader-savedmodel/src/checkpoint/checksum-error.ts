import type { ServingError } from '@servable/core';
import { unmaskCrc32c } from '@servable/tfrecord';
import { savedModelError } from '../errors.ts';
import type { BundlePart } from './bundle-entry.ts';

/** The error of bytes that are not those that were written; `calculated` is masked, as the part's own checksum. */
export function checksumError(path: string, tensor: string, { part, calculated }: { readonly part: BundlePart; readonly calculated: number }): ServingError {
  const { offset, byteLength: bytes, checksum } = part;
  const place = { offset, bytes, stored: unmaskCrc32c(checksum), calculated: unmaskCrc32c(calculated) };
  return savedModelError('SRV_CHECKPOINT_CHECKSUM', [path, tensor, place]);
}
