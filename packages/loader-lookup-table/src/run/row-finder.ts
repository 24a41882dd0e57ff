import { keyText } from '../build/convert.ts';
import { tableError } from '../errors.ts';
import type { TableManifest } from '../table-manifest.ts';
import { shardOf } from './shard.ts';
import type { KeyTensor } from './operation.ts';
import type { TableView } from './table-view.ts';

/** Finds the rows of keys, and refuses keys of other shards. */
export class RowFinder {
  readonly #view: TableView;
  readonly #shard: TableManifest['shard'];

  constructor(view: TableView, shard: TableManifest['shard']) {
    this.#view = view;
    this.#shard = shard;
  }

  /** Whether a key can be refused: then requests must not be joined, or one would fail for another's key. */
  get refusesKeys(): boolean {
    return this.#shard !== undefined && this.#shard.count > 1;
  }

  /** @throws ServingError `SRV_TABLE_KEY_OUTSIDE_SHARD` */
  find(keys: KeyTensor, from: number, to: number): Int32Array {
    const rows = this.#view.find(keys, from, to);
    // A key that is in the table is in the shard.
    if (this.refusesKeys) for (const [at, row] of rows.entries()) if (row < 0) this.#checkShard(keys.data[from + at]);
    return rows;
  }

  #checkShard(key: bigint | Uint8Array | undefined): void {
    const shard = this.#shard;
    if (shard === undefined || key === undefined) return;
    const own = shardOf(key, shard.count);
    if (own !== shard.index) throw tableError('SRV_TABLE_KEY_OUTSIDE_SHARD', [keyText(key), own, shard.index, shard.count]);
  }
}
