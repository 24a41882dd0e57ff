import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32c } from '@servable/tfrecord';
import type { Checksum } from '../remote-store.ts';

const CHUNK_BYTES = 1 << 20;

/** The checksum of a file as it is on the disk, in lower-case hex. */
export async function digestFile(path: string, algorithm: Checksum['algorithm']): Promise<string> {
  const sum: Sum = algorithm === 'crc32c' ? new Crc32cSum() : createHash(algorithm);
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return sum.digest('hex');
      sum.update(chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

interface Sum {
  update(bytes: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}

class Crc32cSum implements Sum {
  #crc = 0;

  update(bytes: Uint8Array): void {
    this.#crc = crc32c(bytes, this.#crc);
  }

  digest(): string {
    return this.#crc.toString(16).padStart(8, '0');
  }
}
