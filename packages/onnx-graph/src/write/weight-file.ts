import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ExternalPlace } from './encode-model.ts';
import type { StoredTensor } from './graph-to-write.ts';
import { bytesOf, releaseBytes } from './stored-bytes.ts';

/** ONNX Runtime maps external data into memory where it begins at a page. */
const PAGE_BYTES = 4096;
/** Of files that are read back, at a time. */
const CHUNK_BYTES = 2 ** 20;

/**
 * Weights of one model or several, beside them in one file: what has the same bytes lies there once, so that graphs that share weights map the same
 * part of the file. Made when there is something to write.
 */
export class WeightFile {
  readonly #path: string;
  readonly #places = new Map<StoredTensor, ExternalPlace>();
  /** Where tensors of a size begin. */
  readonly #offsets = new Map<number, number[]>();
  #file: FileHandle | undefined;
  #end = 0;

  /** @param path - of the file; models name it relative to their own folder, which must be its folder */
  constructor(path: string) {
    this.#path = path;
  }

  /** Where a tensor lies; it is written now, unless it was before. @throws the file system's errors; the signal's reason */
  async place(tensor: StoredTensor, signal?: AbortSignal): Promise<ExternalPlace> {
    signal?.throwIfAborted();
    const known = this.#places.get(tensor);
    if (known !== undefined) return known;
    const place = { location: basename(this.#path), offset: await this.#offsetOf(tensor) };
    this.#places.set(tensor, place);
    return place;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #offsetOf(tensor: StoredTensor): Promise<number> {
    const bytes = bytesOf(tensor);
    try {
      return await this.#write(bytes);
    } finally {
      releaseBytes(tensor, bytes);
    }
  }

  async #write(bytes: Uint8Array): Promise<number> {
    const file = (this.#file ??= await open(this.#path, 'w+'));
    const others = this.#offsets.get(bytes.byteLength) ?? [];
    for (const offset of others) if (await isThere(file, bytes, offset)) return offset;
    const offset = this.#end;
    await writeAll(file, bytes, offset);
    this.#offsets.set(bytes.byteLength, [...others, offset]);
    this.#end = Math.ceil((offset + bytes.byteLength) / PAGE_BYTES) * PAGE_BYTES;
    return offset;
  }
}

/** Whether a file has these bytes at a place; most that differ do so at once. */
async function isThere(file: FileHandle, bytes: Uint8Array, offset: number): Promise<boolean> {
  const first = Math.min(PAGE_BYTES, bytes.byteLength);
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes.byteLength));
  for (let at = 0; at < bytes.byteLength; ) {
    const length = Math.min(at === 0 ? first : chunk.byteLength, bytes.byteLength - at);
    const { bytesRead } = await file.read(chunk, 0, length, offset + at);
    if (bytesRead !== length || Buffer.compare(chunk.subarray(0, length), bytes.subarray(at, at + length)) !== 0) return false;
    at += length;
  }
  return true;
}

/** One call writes at most 2 GiB. */
async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, written, Math.min(bytes.byteLength - written, 2 ** 30), offset + written);
    written += bytesWritten;
  }
}
