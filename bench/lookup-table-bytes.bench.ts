/**
 * Look-ups by BYTES keys of 21 bytes in a table of 1 M and of 10 M rows, through the whole `lookup` signature, beside a JS `Map` of the
 * same keys; and opening the built files. Needs about 3 GB of memory and 1 GB of temporary files.
 *
 *   npm run bench -- lookup-table-bytes
 */
import { join } from 'node:path';
import { sized } from './runner/report.ts';
import { BATCH, benchKeys, keyOf, type KeySides } from './tables/bench-keys.ts';
import { withFolder, writeKeyFile, writeValues } from './tables/served-table.ts';

const KEY_BYTES = 21;

await withFolder(async (folder) => {
  for (const rows of [sized(1_000_000, 20_000), sized(10_000_000, 50_000)]) await benchKeys(folder, rows, sidesOf(rows));
});

function textOf(row: number): string {
  return `user:${BigInt.asUintN(64, keyOf(row)).toString(16).padStart(16, '0')}`;
}

/**
 * As requests are decoded: every key is a view of the message's bytes. A batch's bytes are copied to one message as if they had just
 * arrived: keys are in the cache, the table is not.
 */
function sidesOf(rows: number): KeySides<Uint8Array> {
  const message = new Uint8Array(BATCH * KEY_BYTES);
  const views = Array.from({ length: BATCH }, (_, at) => message.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES));
  const arrived = (bytes: Uint8Array): Uint8Array[] => {
    message.set(bytes);
    return views;
  };
  return {
    dtype: 'BYTES',
    write: (directory) => {
      writeValues(join(directory, 'rows.safetensors'), rows);
      writeKeyFile(directory, rows, textOf);
    },
    batchOf: (wanted) => new Uint8Array(Buffer.from(wanted.map(textOf).join(''))),
    tensorOf: (bytes) => ({ dtype: 'BYTES', shape: [BATCH], data: arrived(bytes) }),
    createMap: () => {
      const map = new Map<string, number>();
      for (let row = 0; row < rows; row += 1) map.set(textOf(row), row / 2);
      const decoder = new TextDecoder();
      // The Map's keys are strings: bytes must be decoded before they can be looked up.
      return (bytes) => Float32Array.from(arrived(bytes), (key) => map.get(decoder.decode(key)) ?? 0);
    },
  };
}
