import type { GrpcMethod } from '@servable/core';
import { grpcStatusOf } from '@servable/protocol';
import { GrpcTransport, type GrpcTransportOptions } from '../../src/grpc/grpc-transport.ts';
import { RawGrpcClient } from './grpc-client.ts';

/** A gRPC server of some methods and a client to it; `close` ends both. */
export interface GrpcFixture {
  readonly client: RawGrpcClient;
  readonly transport: GrpcTransport;
  close(): void;
}

/** A free port, without TLS. */
export const PLAIN_TCP: Pick<GrpcTransportOptions, 'tcp' | 'host' | 'port' | 'socketPath' | 'channelArguments' | 'tls'> = {
  tcp: true,
  host: '127.0.0.1',
  port: 0,
  socketPath: undefined,
  channelArguments: {},
  tls: undefined,
};

/** Serves methods with TensorFlow Serving's statuses. */
export async function serveGrpc(methods: readonly GrpcMethod[]): Promise<GrpcFixture> {
  const transport = await GrpcTransport.listen({ ...PLAIN_TCP, maxMessageBytes: 1 << 24, methods, statusOf: (error) => grpcStatusOf(error) });
  const client = new RawGrpcClient(transport.address);
  const close = (): void => {
    client.close();
    transport.destroy();
  };
  return { client, transport, close };
}
