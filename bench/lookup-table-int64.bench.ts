/**
 * Look-ups by INT64 keys in a table of 1 M and of 10 M rows, through the whole `lookup` signature, beside a JS `Map` of the same keys;
 * and opening the built files. Needs about 2 GB of memory and of temporary files.
 *
 *   npm run bench -- lookup-table-int64
 */
import { join } from 'node:path';
import { sized } from './runner/report.ts';
import { benchKeys, keyOf, type KeySides } from './tables/bench-keys.ts';
import { withFolder, writeValues } from './tables/served-table.ts';

await withFolder(async (folder) => {
  for (const rows of [sized(1_000_000, 20_000), sized(10_000_000, 50_000)]) await benchKeys(folder, rows, sidesOf(rows));
});

function sidesOf(rows: number): KeySides<BigInt64Array> {
  const integers = BigInt64Array.from({ length: rows }, (_, row) => keyOf(row));
  return {
    dtype: 'INT64',
    write: (directory) => writeValues(join(directory, 'rows.safetensors'), rows, integers),
    batchOf: (wanted) => BigInt64Array.from(wanted, (row) => integers[row] ?? 0n),
    tensorOf: (keys) => ({ dtype: 'INT64', shape: [keys.length], data: keys }),
    createMap: () => {
      const map = new Map<bigint, number>();
      for (const [row, key] of integers.entries()) map.set(key, row / 2);
      return (keys) => Float32Array.from(keys as unknown as ArrayLike<bigint>, (key: bigint) => map.get(key) ?? 0);
    },
  };
}
