import { tableError } from '../errors.ts';
import { TableThread, type ThreadMain } from '../threads/table-thread.ts';
import type { SearchAnswer, SearchRequest } from './matrix-search.ts';

/** Where the event loop computes in a matrix's memory, and where the search thread does. */
export const EVENT_LOOP_SLOT = 0;
export const SEARCH_THREAD_SLOT = 1;

/** What a search thread runs. */
export type SearchThreadMain = 'exact' | 'hnsw';

const ENTRIES: Readonly<Record<SearchThreadMain, Pick<ThreadMain, 'source' | 'built'>>> = {
  exact: { source: new URL('./search-thread-main.ts', import.meta.url), built: new URL('./search-thread-main.js', import.meta.url) },
  hnsw: { source: new URL('./hnsw-thread-main.ts', import.meta.url), built: new URL('./hnsw-thread-main.js', import.meta.url) },
};

/** One table's search thread. */
export class SearchThread {
  readonly #thread: TableThread<SearchRequest, SearchAnswer>;

  constructor(main: SearchThreadMain, workerData: object) {
    const lost = (reason: string): Error => tableError('SRV_TABLE_SEARCH_LOST', [reason]);
    this.#thread = new TableThread({ ...ENTRIES[main], name: 'servable-table-search', lost, closed: () => tableError('SRV_TABLE_UNLOADED', []) }, workerData);
  }

  /** Rejects with `signal.reason` as soon as it aborts. */
  search(request: SearchRequest, signal: AbortSignal): Promise<SearchAnswer> {
    return this.#thread.ask(request, signal);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
