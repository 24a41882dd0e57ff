/**
 * Predict over REST with a small model, our built server on one core, against a bare fastify server that answers a constant
 * and against fastify with ONNX Runtime called in its handler, in the same rounds.
 *
 *   npm run bench -- end-to-end-rest
 */
import { reportServers } from './load/compare-servers.ts';
import type { LoadResult } from './load/load-result.ts';
import { loadRest } from './load/rest-load.ts';
import { PREDICT_BODY, predictOnce } from './load/rest-messages.ts';
import { sized } from './runner/report.ts';
import { interleave } from './runner/rounds.ts';
import { handWritten, servable, ServerProcess } from './runner/server-process.ts';

const CONNECTIONS = [1, 16, 64];
const ROUNDS = sized(5, 2);
const ROUND_MS = sized(300, 150);
/** By then what is called for every request is compiled. */
const WARM_UP_REQUESTS = sized(10_000, 300);
const PACE_REQUESTS = 100;

await using ours = await ServerProcess.start(servable());
const answer = await predictOnce(ours.restUrl);
await using echo = await ServerProcess.start(handWritten('echo-rest', [answer]));
await using direct = await ServerProcess.start(handWritten('direct-rest'));
const directAnswer = await predictOnce(direct.restUrl);
const servers = { servable: [ours, answer], 'fastify answering a constant': [echo, answer], 'fastify + direct run': [direct, directAnswer] } as const;

function loads(connections: number, requestsOf: (name: string) => number) {
  const entries = Object.entries(servers).map(([name, [server, expected]]) => {
    const load = (): Promise<LoadResult> => loadRest(server, { connections, requests: requestsOf(name), request: PREDICT_BODY, answer: expected });
    return [name, load] as const;
  });
  return Object.fromEntries(entries);
}

await interleave(loads(16, () => WARM_UP_REQUESTS), 1);
for (const connections of CONNECTIONS) {
  const pace = await interleave(loads(connections, () => PACE_REQUESTS + connections), 1);
  const requestsOf = (name: string): number => Math.ceil(((pace.get(name)?.[0]?.perSecond ?? 0) * ROUND_MS) / 1000);
  const results = await interleave(loads(connections, requestsOf), ROUNDS);
  reportServers(`REST predict, ${connections} connection${connections === 1 ? '' : 's'}`, 'servable', results);
}
