import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { SearchAnswer, SearchRequest } from './matrix-search.ts';
import type { SearchMessage, SearchReply } from './search-thread.ts';

/** In a search thread: takes the requests that have come together, and sends their answers. */
export function answerMessages(search: (requests: readonly SearchRequest[]) => readonly SearchAnswer[]): void {
  const port = parentPort;
  port?.on('message', (first: SearchMessage) => {
    const messages = [first];
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) messages.push(next.message as SearchMessage);
    const answers = search(messages);
    for (const [at, { id }] of messages.entries()) {
      const answer = answers[at];
      if (answer === undefined) continue;
      const reply: SearchReply = { id, ...answer };
      port.postMessage(reply);
    }
  });
}
