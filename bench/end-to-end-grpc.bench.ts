/**
 * Predict over gRPC with a small model, our built server on one core, against a bare `@grpc/grpc-js` server that gives bytes
 * back and against one with generated code and ONNX Runtime called in its handler, in the same rounds.
 *
 *   npm run bench -- end-to-end-grpc
 */
import { reportServers } from './load/compare-servers.ts';
import { loadGrpc } from './load/grpc-load.ts';
import type { LoadResult } from './load/load-result.ts';
import { callOnce, checkResponse, predictRequest } from './load/grpc-messages.ts';
import { sized } from './runner/report.ts';
import { interleave } from './runner/rounds.ts';
import { handWritten, servable, ServerProcess } from './runner/server-process.ts';

const LOADS = [
  { connections: 1, callsPerConnection: 1 },
  { connections: 4, callsPerConnection: 4 },
  { connections: 8, callsPerConnection: 8 },
];
const ROUNDS = sized(5, 2);
const ROUND_MS = sized(300, 150);
/** By then what is called for every request is compiled. */
const WARM_UP_REQUESTS = sized(10_000, 300);
const PACE_REQUESTS = 200;

const request = predictRequest();
await using ours = await ServerProcess.start(servable());
await using echo = await ServerProcess.start(handWritten('echo-grpc'));
await using direct = await ServerProcess.start(handWritten('direct-grpc'));
const answer = await callOnce(ours.grpcAddress, request);
const directAnswer = await callOnce(direct.grpcAddress, request);
checkResponse(answer);
checkResponse(directAnswer);
const servers = { servable: [ours, answer], 'grpc-js giving bytes back': [echo, request], 'grpc-js + direct run': [direct, directAnswer] } as const;

function loads(calls: (typeof LOADS)[number], requestsOf: (name: string) => number) {
  const entries = Object.entries(servers).map(([name, [server, expected]]) => {
    const load = (): Promise<LoadResult> => loadGrpc(server, { ...calls, requests: requestsOf(name), request, answer: expected });
    return [name, load] as const;
  });
  return Object.fromEntries(entries);
}

await interleave(loads({ connections: 4, callsPerConnection: 4 }, () => WARM_UP_REQUESTS), 1);
for (const calls of LOADS) {
  const pace = await interleave(loads(calls, () => PACE_REQUESTS), 1);
  const requestsOf = (name: string): number => Math.ceil(((pace.get(name)?.[0]?.perSecond ?? 0) * ROUND_MS) / 1000);
  const results = await interleave(loads(calls, requestsOf), ROUNDS);
  reportServers(`gRPC Predict, ${calls.connections * calls.callsPerConnection} at once`, 'servable', results);
}
