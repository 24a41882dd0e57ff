import type { ServerProcess } from '../runner/server-process.ts';
import { GrpcConnection } from './grpc-connection.ts';
import { PREDICT_PATH } from './grpc-messages.ts';
import { type LoadResult, underLoad } from './load-result.ts';

export interface GrpcLoad {
  readonly connections: number;
  readonly callsPerConnection: number;
  readonly requests: number;
  readonly request: Uint8Array;
  /** What every answer must be. */
  readonly answer: Uint8Array;
}

/** Calls Predict as often as the server answers. Fails at the first call that is not answered as it should be. */
export function loadGrpc(server: ServerProcess, load: GrpcLoad): Promise<LoadResult> {
  const { hostname: host, port } = new URL(`http://${server.grpcAddress}`);
  const target = { host, port: Number(port), path: PREDICT_PATH, request: load.request, answer: load.answer };
  return underLoad(server, async (answers) => {
    const connections = Array.from({ length: load.connections }, () => new GrpcConnection(target));
    const calls = Math.ceil(load.requests / load.connections);
    await Promise.all(connections.map((connection) => connection.run(calls, load.callsPerConnection, answers)));
  });
}
