import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Matrix } from '../storage/matrix.ts';
import { MatrixSearch } from './matrix-search.ts';
import { SEARCH_THREAD_SLOT, type SearchMessage, type SearchReply } from './search-thread.ts';

/** A search thread: it takes what has come together, and answers it in one pass over the rows. */
function main(): void {
  const { matrix, hidden } = workerData as { readonly matrix: Matrix; readonly hidden: Uint8Array | undefined };
  const search = new MatrixSearch(matrix, SEARCH_THREAD_SLOT, hidden);
  const port = parentPort;
  port?.on('message', (first: SearchMessage) => {
    const messages = [first];
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) messages.push(next.message as SearchMessage);
    const answers = search.search(messages);
    for (const [at, { id }] of messages.entries()) {
      const answer = answers[at];
      if (answer === undefined) continue;
      const reply: SearchReply = { id, ...answer };
      port.postMessage(reply);
    }
  });
}

main();
