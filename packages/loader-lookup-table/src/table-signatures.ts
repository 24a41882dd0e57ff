import { DEFAULT_SIGNATURE_NAME } from '@servable/core';
import { embeddingOf } from './build/table-plan.ts';
import { tableError } from './errors.ts';
import { embedOperation } from './run/embed.ts';
import { FOUND, lookupOperation } from './run/lookup.ts';
import { missingVector } from './run/missing-vector.ts';
import type { Operation } from './run/operation.ts';
import { nearestOperation, searchOperation } from './run/nearest.ts';
import { poolOperation } from './run/pool.ts';
import { RowFinder } from './run/row-finder.ts';
import { tokensOperation, vocabularyOperation } from './run/vocabulary.ts';
import type { TableView } from './run/table-view.ts';
import type { TableSearch } from './search/table-search.ts';
import type { Combiner, TableManifest } from './table-manifest.ts';

/** What signatures are made of. */
export interface TableParts {
  readonly view: TableView;
  readonly search: TableSearch;
  readonly manifest: TableManifest;
  /** Of `table.json`, for errors. */
  readonly path: string;
}

const COMBINERS: readonly Combiner[] = ['sum', 'mean', 'sqrtn'];

/**
 * What can be asked of a table, by signature name. `serving_default` is `embed` for a table of vectors alone, `vocabulary` for one of
 * keys alone, else `lookup`.
 *
 * @throws ServingError `SRV_TABLE_MANIFEST_INVALID`
 */
export function tableOperations({ view, search, manifest, path }: TableParts): ReadonlyMap<string, Operation> {
  const { columns, embedding } = view.table;
  if (columns.some(({ name }) => name === FOUND)) {
    const reason = `a column cannot be named '${FOUND}', which says whether a key is there: leave it out of "columns"`;
    throw tableError('SRV_TABLE_MANIFEST_INVALID', [path, '/columns', reason]);
  }
  const finder = new RowFinder(view, manifest.shard);
  const operations = new Map<string, Operation>([['lookup', lookupOperation(view, finder)]]);
  if (embedding !== undefined) {
    const missing = missingVector(view, checkedEmbedding(view, manifest, path));
    operations.set('embed', embedOperation(view, finder, missing));
    const { combiner = 'mean' } = manifest.pool ?? {};
    operations.set('pool', poolOperation({ view, finder, missing, combiner }));
    operations.set('nearest', nearestOperation(view, search, manifest.nearest ?? {}));
    operations.set('search', searchOperation(view, search, manifest.nearest ?? {}));
    for (const each of COMBINERS) operations.set(`pool_${each}`, poolOperation({ view, finder, missing, combiner: each }));
  }
  const isBare = columns.length === 0 && embedding === undefined;
  if (view.table.keys.dtype === 'BYTES' && manifest.shard === undefined && view.layers.delta === undefined && (isBare || manifest.vocabulary !== undefined)) {
    operations.set('vocabulary', vocabularyOperation(view, manifest.vocabulary ?? {}));
    operations.set('tokens', tokensOperation(view, manifest.vocabulary ?? {}));
  }
  const standard = operations.get(isBare && operations.has('vocabulary') ? 'vocabulary' : columns.length === 0 ? 'embed' : 'lookup') ?? operations.get('lookup');
  return standard === undefined ? operations : operations.set(DEFAULT_SIGNATURE_NAME, standard);
}

function checkedEmbedding(view: TableView, manifest: TableManifest, path: string): ReturnType<typeof embeddingOf> {
  const embedding = embeddingOf(manifest);
  const fail = (member: string, reason: string): Error => tableError('SRV_TABLE_MANIFEST_INVALID', [path, `/embedding/${member}`, reason]);
  const { default: vector, buckets } = embedding;
  if (vector !== undefined && vector.length !== view.dim) throw fail('default', `it has ${vector.length} numbers, vectors have ${view.dim}`);
  if (buckets !== undefined && buckets > view.rows) throw fail('buckets', `there are ${buckets} of them, and ${view.rows} rows`);
  return embedding;
}
