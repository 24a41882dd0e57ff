import { messageOf } from '@servable/core';
import { type FileHandle, open } from 'node:fs/promises';
import { tableError } from '../errors.ts';

/** Bytes that can be read from any place: a file's, or those of a part of one. */
export interface ByteSource {
  readonly path: string;
  readonly size: number;
  /** @throws ServingError `SRV_TABLE_FILE_INVALID` when the bytes are not all there */
  read(from: number, length: number): Promise<Uint8Array>;
}

/** Reads a file piece by piece; opened for each piece, so that nothing has to be closed. */
export class FileBytes implements ByteSource {
  readonly path: string;
  readonly size: number;

  private constructor(path: string, size: number) {
    this.path = path;
    this.size = size;
  }

  static async open(path: string): Promise<FileBytes> {
    try {
      const handle = await open(path);
      try {
        return new FileBytes(path, (await handle.stat()).size);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw tableError('SRV_TABLE_FILE_INVALID', [path, messageOf(error)], { cause: error });
    }
  }

  async read(from: number, length: number): Promise<Uint8Array> {
    if (from < 0 || from + length > this.size) throw tooShort(this, from + length);
    // Fresh memory: typed arrays over it are aligned.
    const bytes = new Uint8Array(length);
    const handle = await open(this.path);
    try {
      await readFully(handle, bytes, from);
    } catch (error) {
      throw tableError('SRV_TABLE_FILE_INVALID', [this.path, messageOf(error)], { cause: error });
    } finally {
      await handle.close();
    }
    return bytes;
  }
}

async function readFully(handle: FileHandle, bytes: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(bytes.length - done, 2 ** 30), from + done);
    if (bytesRead === 0) throw new Error(`it ends after ${from + done} bytes`);
    done += bytesRead;
  }
}

/** Bytes in memory. */
export function memoryBytes(path: string, bytes: Uint8Array): ByteSource {
  const source = {
    path,
    size: bytes.length,
    read: async (from: number, length: number): Promise<Uint8Array> => {
      if (from < 0 || from + length > bytes.length) throw tooShort(source, from + length);
      // A copy at the start of its own memory; a Buffer's `slice` would be a view.
      return new Uint8Array(bytes.subarray(from, from + length));
    },
  };
  return source;
}

/** A part of another source. */
export function partOf(source: ByteSource, path: string, part: { readonly from: number; readonly size: number }): ByteSource {
  const own = {
    path,
    size: part.size,
    read: async (from: number, length: number): Promise<Uint8Array> => {
      if (from < 0 || from + length > part.size) throw tooShort(own, from + length);
      return source.read(part.from + from, length);
    },
  };
  return own;
}

function tooShort({ path, size }: { readonly path: string; readonly size: number }, needed: number): Error {
  return tableError('SRV_TABLE_FILE_INVALID', [path, `it is cut short: it has ${size} bytes, and ${needed} are needed`]);
}
