import { open } from 'node:fs/promises';
import { formatBytes } from '../format-bytes.ts';

/** More than any config holds. A device that never ends must not fill the memory. */
const MAX_CONFIG_BYTES = 64 * 2 ** 20;

/** Reads a file of configuration whole. Rejects with a system error, and for one that is larger than any config. */
export async function readBounded(path: string, maxBytes: number = MAX_CONFIG_BYTES): Promise<Buffer> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new RangeError(`it holds more than ${formatBytes(maxBytes)}`);
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}
