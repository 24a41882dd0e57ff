import { tableError } from '../errors.ts';
import { type RowBatch, rowError, rowText } from '../read/table-source.ts';
import { ByteStringsBuilder, stringAt } from '../storage/byte-strings.ts';
import { indexBytes } from '../storage/bytes-keys.ts';
import { type DuplicateKey, indexInt64 } from '../storage/int64-keys.ts';
import { sharedInt32 } from '../storage/shared-arrays.ts';
import type { TableKeys } from '../storage/table.ts';
import type { ColumnValues } from '../read/table-source.ts';
import { keyText, quoted, toBytes, toElement } from './convert.ts';

/** Rows of a batch that are kept, by their place in it. */
export type Picked = readonly number[] | Int32Array;

/** A cell of a batch, whatever its form. */
export function cellOf(values: ColumnValues, index: number): unknown {
  return values.kind === 'numeric' ? values.data[index * values.width] : values.values[index];
}

/** The key in a cell. @throws ServingError `SRV_TABLE_ROW_INVALID` */
export function keyOf(path: string, dtype: 'INT64' | 'BYTES', cell: { readonly batch: RowBatch; readonly index: number; readonly value: unknown }): bigint | Uint8Array {
  const { batch, index, value } = cell;
  if (value === null || value === undefined) throw rowError(path, batch, index, 'there is no key');
  const key = dtype === 'INT64' ? toElement('INT64', value) : toBytes(value);
  if (key === undefined || typeof key === 'number') throw rowError(path, batch, index, `the key ${quoted(value)} is no ${dtype}`);
  return key;
}

/** Collects keys and indexes them. */
export class KeyTarget {
  readonly #path: string;
  readonly #dtype: 'INT64' | 'BYTES';
  readonly #words: Int32Array;
  readonly #numbers: BigInt64Array;
  readonly #strings: ByteStringsBuilder;
  #rows = 0;

  constructor(path: string, dtype: 'INT64' | 'BYTES', rows: number) {
    this.#path = path;
    this.#dtype = dtype;
    this.#words = sharedInt32(dtype === 'INT64' ? rows * 2 : 0);
    this.#numbers = new BigInt64Array(this.#words.buffer);
    this.#strings = new ByteStringsBuilder(dtype === 'BYTES' ? rows : 0);
  }

  write(batch: RowBatch, values: ColumnValues, picked: Picked): void {
    if (this.#dtype === 'INT64' && values.kind === 'numeric' && values.data instanceof BigInt64Array && picked.length === batch.rows) {
      this.#numbers.set(values.data, this.#rows);
      this.#rows += batch.rows;
      return;
    }
    for (const index of picked) {
      const key = keyOf(this.#path, this.#dtype, { batch, index, value: cellOf(values, index) });
      if (typeof key === 'bigint') this.#numbers[this.#rows] = key;
      else if (!this.#strings.add(key)) throw tableError('SRV_TABLE_TOO_LARGE', [this.#path, 'bytes of keys', '4 GiB']);
      this.#rows += 1;
    }
  }

  /**
   * @param fileRow - the row of the file that a row of the table is
   * @throws ServingError `SRV_TABLE_DUPLICATE_KEY`
   */
  finish(fileRow: (row: number) => number): TableKeys {
    if (this.#dtype === 'INT64') {
      const keys = indexInt64(this.#words.subarray(0, this.#rows * 2));
      return 'dtype' in keys ? keys : this.#duplicate(keys, String(this.#numbers[keys.row] ?? 0n), fileRow);
    }
    const strings = this.#strings.finish();
    const keys = indexBytes({ ...strings, offsets: strings.offsets.subarray(0, this.#rows + 1) });
    return 'dtype' in keys ? keys : this.#duplicate(keys, keyText(stringAt(strings, keys.row)), fileRow);
  }

  #duplicate({ row, earlier }: DuplicateKey, key: string, fileRow: (row: number) => number): never {
    throw tableError('SRV_TABLE_DUPLICATE_KEY', [this.#path, key, rowText(fileRow(row)), rowText(fileRow(earlier))]);
  }
}
