import autocannon from 'autocannon';
import { defer } from '../runner/deferred.ts';
import type { ServerProcess } from '../runner/server-process.ts';
import { type LoadResult, underLoad } from './load-result.ts';
import { PREDICT_URL_PATH } from './rest-messages.ts';

export interface RestLoad {
  readonly connections: number;
  /** A number of requests and not a time: at the end of a time autocannon leaves requests unanswered. */
  readonly requests: number;
  readonly request: string;
  /** What every answer must be. */
  readonly answer: string;
}

/** How often autocannon looks whether it is done. */
const LOOK_MS = 20;

/** Posts to `:predict` as often as the server answers. Fails unless every answer is as it should be. */
export function loadRest(server: ServerProcess, { connections, requests, request, answer }: RestLoad): Promise<LoadResult> {
  return underLoad(server, async (answers) => {
    const options = {
      url: `${server.restUrl}${PREDICT_URL_PATH}`,
      method: 'POST' as const,
      headers: { 'content-type': 'application/json' },
      body: request,
      expectBody: answer,
      connections,
      amount: Math.max(requests, connections),
      sampleInt: LOOK_MS,
    };
    const { promise, resolve, reject } = defer<autocannon.Result>();
    const tracker = autocannon(options, (error: unknown, result) => (error ? reject(error as Error) : resolve(result)));
    // Its own summary has whole milliseconds.
    tracker.on('response', (_client, _status, _bytes, responseMs) => answers.add(responseMs));
    const { errors, mismatches, non2xx } = await promise;
    if (errors + mismatches + non2xx > 0) throw new Error(`${errors} errors, ${mismatches} wrong answers, ${non2xx} refusals`);
  });
}
