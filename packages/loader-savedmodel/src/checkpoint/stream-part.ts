import { crc32c, maskCrc32c } from '@servable/tfrecord';
import { checksumError } from './checksum-error.ts';
import type { BundlePart } from './bundle-entry.ts';
import type { ShardFiles } from './shard-files.ts';

/** Bytes of a part, and where in it they are. */
export interface PartChunk {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** How {@link streamPart} reads. */
export interface StreamOptions {
  readonly files: ShardFiles;
  /** The tensor's, for messages. */
  readonly key: string;
  readonly chunkBytes: number;
  readonly signal: AbortSignal | undefined;
  /** Memory for the bytes at `position`. Two chunks are in hand at a time, the one yielded and the next. */
  readonly bufferFor: (position: number, length: number) => Uint8Array;
}

/** The checksum of this much takes about half a millisecond: as long as the event loop may be held. */
export const CHUNK_BYTES: number = 2 ** 20;

/**
 * Reads a part chunk by chunk; while one is summed and used, the next is being read.
 *
 * @throws ServingError `SRV_CHECKPOINT_CHECKSUM` after the last chunk, when the bytes are not those that were written
 */
export async function* streamPart(part: BundlePart, options: StreamOptions): AsyncGenerator<PartChunk> {
  const { files, key, signal } = options;
  let reading = readChunk(part, 0, options);
  let checksum = 0;
  try {
    for (let position = 0; position < part.byteLength; ) {
      const bytes = await reading;
      signal?.throwIfAborted();
      const chunk = { position, bytes };
      position += bytes.length;
      reading = readChunk(part, position, options);
      checksum = crc32c(bytes, checksum);
      yield chunk;
    }
  } finally {
    // Where the consumer stops early, nothing may be writing into its memory any more.
    await reading.catch(() => undefined);
  }
  const calculated = maskCrc32c(checksum);
  if (calculated !== part.checksum) throw checksumError(files.pathOf(part.shard), key, { part, calculated });
}

function readChunk(part: BundlePart, position: number, options: StreamOptions): Promise<Uint8Array> {
  const reading = fillChunk(part, position, options);
  // It is looked at one turn later: until then a failure must not count as one that nobody handles.
  reading.catch(() => undefined);
  return reading;
}

async function fillChunk(part: BundlePart, position: number, { files, key, chunkBytes, bufferFor }: StreamOptions): Promise<Uint8Array> {
  const buffer = bufferFor(position, Math.min(chunkBytes, part.byteLength - position));
  if (buffer.length > 0) await files.fill(key, part, position, buffer);
  return buffer;
}

/** Memory for two chunks, used in turns. */
export function alternatingBuffers(chunkBytes: number): StreamOptions['bufferFor'] {
  const buffers: [Uint8Array | undefined, Uint8Array | undefined] = [undefined, undefined];
  return (position, length) => {
    const turn = Math.floor(position / chunkBytes) % 2 === 0 ? 0 : 1;
    buffers[turn] ??= new Uint8Array(length);
    return buffers[turn].subarray(0, length);
  };
}
