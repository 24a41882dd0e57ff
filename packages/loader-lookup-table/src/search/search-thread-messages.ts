import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { ThreadMessage, ThreadReply } from '../threads/table-thread.ts';
import type { SearchAnswer, SearchRequest } from './matrix-search.ts';

/** In a search thread: takes the requests that have come together, and sends their answers. */
export function answerMessages(search: (requests: readonly SearchRequest[]) => readonly SearchAnswer[]): void {
  const port = parentPort;
  port?.on('message', (first: ThreadMessage<SearchRequest>) => {
    const messages = [first];
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) messages.push(next.message as ThreadMessage<SearchRequest>);
    const answers = search(messages.map(({ request }) => request));
    for (const [at, { id }] of messages.entries()) {
      const answer = answers[at];
      if (answer === undefined) continue;
      const reply: ThreadReply<SearchAnswer> = { id, kind: 'answer', answer };
      port.postMessage(reply);
    }
  });
}
