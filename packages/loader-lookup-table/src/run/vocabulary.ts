import type { TableManifest } from '../table-manifest.ts';
import { createSignature, checkRank, inputOf, keysOf, type Operation } from './operation.ts';
import { bucketOf } from './shard.ts';
import type { TableView } from './table-view.ts';

const TOKENS_PER_STEP = 512;

type VocabularyOptions = NonNullable<TableManifest['vocabulary']>;

/**
 * `vocabulary`: tokens to ids, the numbers of their rows. A token that is not there gets an id of the out-of-vocabulary buckets, which
 * follow the last row, or -1 when there are none.
 *
 * Source: TensorFlow's `StaticVocabularyTable`: size + Fingerprint64(token) mod buckets.
 */
export function vocabularyOperation(view: TableView, { buckets = 0 }: VocabularyOptions): Operation {
  return {
    signature: createSignature({ inputs: { tokens: { dtype: 'BYTES', shape: [-1] } }, outputs: { ids: { dtype: 'INT64', shape: [-1] } }, batching: 'rows' }),
    run(inputs, { signal }) {
      const tokens = keysOf(inputs, 'tokens', 'BYTES');
      const total = tokens.data.length;
      const ids = new BigInt64Array(total);
      const work = (from: number, to: number): void => {
        const rows = view.find(tokens, from, to);
        for (const [at, row] of rows.entries()) {
          const token = tokens.data[from + at];
          const isBucket = row < 0 && buckets > 0 && token !== undefined && typeof token !== 'bigint';
          ids[from + at] = BigInt(isBucket ? view.rows + bucketOf(token, buckets) : row);
        }
      };
      const answer = (): Map<string, { dtype: 'INT64'; shape: number[]; data: BigInt64Array }> => new Map([['ids', { dtype: 'INT64', shape: [total], data: ids }]]);
      const later = view.turns.run({ total, step: TOKENS_PER_STEP, work, signal });
      return later === undefined ? answer() : later.then(answer);
    },
  };
}

/** `tokens`: ids back to tokens; the unknown token for an id of no row. */
export function tokensOperation(view: TableView, { unknown = '[UNK]' }: VocabularyOptions): Operation {
  const fallback = new TextEncoder().encode(unknown);
  return {
    signature: createSignature({ inputs: { ids: { dtype: 'INT64', shape: [-1] } }, outputs: { tokens: { dtype: 'BYTES', shape: [-1] } }, batching: 'rows' }),
    run(inputs, { signal }) {
      const ids = inputOf(inputs, 'ids', 'INT64');
      checkRank('ids', ids, 1, 'a list of ids, [n]');
      const total = ids.data.length;
      const tokens: Uint8Array[] = [];
      const last = BigInt(view.rows);
      const work = (from: number, to: number): void => {
        const rows = Int32Array.from(ids.data.subarray(from, to), (id) => (id >= 0n && id < last ? Number(id) : -1));
        tokens.push(...view.keyStrings(rows, fallback));
      };
      const answer = (): Map<string, { dtype: 'BYTES'; shape: number[]; data: Uint8Array[] }> => new Map([['tokens', { dtype: 'BYTES', shape: [total], data: tokens }]]);
      const later = view.turns.run({ total, step: TOKENS_PER_STEP, work, signal });
      return later === undefined ? answer() : later.then(answer);
    },
  };
}
