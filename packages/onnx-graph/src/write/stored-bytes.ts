import type { NumericData, TensorData } from '@servable/core';
import type { StoredTensor } from './graph-to-write.ts';

/** What a tensor holds, as it lies in a file. */
export function bytesOf(tensor: StoredTensor): Uint8Array {
  const data = tensor.read();
  if (isStrings(data)) throw new Error('strings have no bytes of their own in a model');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Gives back what was made for the caller alone, where Node can (from 21 on): else it lies there until the garbage collector comes, which knows little
 * of how large it is.
 */
export function releaseBytes({ isMade = false }: StoredTensor, { buffer }: Uint8Array): void {
  const { transfer } = buffer as { readonly transfer?: (byteLength: number) => ArrayBuffer };
  if (isMade) transfer?.call(buffer, 0);
}

function isStrings(data: TensorData | NumericData): data is readonly Uint8Array[] {
  return Array.isArray(data);
}
