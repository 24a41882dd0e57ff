import { workerData } from 'node:worker_threads';
import type { Matrix } from '../storage/matrix.ts';
import { MatrixSearch } from './matrix-search.ts';
import { answerMessages } from './search-thread-messages.ts';
import { SEARCH_THREAD_SLOT } from './search-thread.ts';

/** A search thread: it takes what has come together, and answers it in one pass over the rows. */
function main(): void {
  const { matrix, hidden } = workerData as { readonly matrix: Matrix; readonly hidden: Uint8Array | undefined };
  const search = new MatrixSearch(matrix, SEARCH_THREAD_SLOT, hidden);
  answerMessages((requests) => search.search(requests));
}

main();
