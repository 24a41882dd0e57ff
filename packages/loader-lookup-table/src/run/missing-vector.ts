import { keyText } from '../build/convert.ts';
import { tableError } from '../errors.ts';
import type { ManifestEmbedding } from '../table-manifest.ts';
import { bucketOf } from './shard.ts';
import type { KeyTensor } from './operation.ts';
import type { TableView } from './table-view.ts';

/** What stands in for the vector of a key that is not there. */
export interface MissingVector {
  /** Whether a key can be refused: then requests must not be joined, or one would fail for another's key. */
  readonly refusesKeys: boolean;
  /** Writes the vector of key `index` to `out`, which holds zeros, from `at` on. @throws ServingError `SRV_TABLE_KEY_UNKNOWN` */
  write(keys: KeyTensor, index: number, out: Float32Array, at: number): void;
}

export function missingVector(view: TableView, { missing = 'zeros', default: vector = [], buckets = 0 }: ManifestEmbedding): MissingVector {
  switch (missing) {
    case 'zeros':
      return { refusesKeys: false, write: () => {} };
    case 'default':
      return { refusesKeys: false, write: (_keys, _index, out, at) => out.set(vector, at) };
    case 'bucket':
      return {
        refusesKeys: false,
        write: (keys, index, out, at) => view.readVector(view.rows - buckets + bucketOf(keyAt(keys, index), buckets), out, at),
      };
    case 'error':
      return {
        refusesKeys: true,
        write: (keys, index) => {
          throw tableError('SRV_TABLE_KEY_UNKNOWN', [keyText(keyAt(keys, index))]);
        },
      };
    default:
      return missing satisfies never;
  }
}

function keyAt(keys: KeyTensor, index: number): bigint | Uint8Array {
  return keys.data[index] ?? new Uint8Array(0);
}
