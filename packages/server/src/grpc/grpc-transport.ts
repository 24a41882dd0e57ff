import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type GrpcMethod, messageOf } from '@servable/core';
import { serverError } from '../errors.ts';
import { type GrpcStatusOf, registerMethod } from './register-method.ts';

export interface GrpcTransportOptions {
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** The largest message taken in; answers have no limit. */
  readonly maxMessageBytes: number;
  readonly methods: readonly GrpcMethod[];
  /** Turns what a handler threw into what the client is told. */
  readonly statusOf: GrpcStatusOf;
}

/** gRPC over HTTP/2 without TLS, on `@grpc/grpc-js`. A path that no method has is answered with UNIMPLEMENTED. */
export class GrpcTransport {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly #server: Server;

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.address = address;
  }

  /** @throws ServingError `SRV_LISTEN_FAILED` */
  static async listen(options: GrpcTransportOptions): Promise<GrpcTransport> {
    const server = new Server({
      'grpc.max_receive_message_length': options.maxMessageBytes,
      'grpc.max_send_message_length': -1,
      'grpc.enable_channelz': 0,
    });
    for (const method of options.methods) registerMethod(server, method, options.statusOf);
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    return new GrpcTransport(server, `${host}:${await bind(server, host, options.port)}`);
  }

  /** Takes no new connection or call; resolves when the calls under way have ended. */
  drain(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Ends every call and connection at once. */
  destroy(): void {
    this.#server.forceShutdown();
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, boundPort) => {
      if (error === null) resolve(boundPort);
      else reject(serverError('SRV_LISTEN_FAILED', ['gRPC', `${host}:${port}`, messageOf(error)], { cause: error }));
    });
  });
}
