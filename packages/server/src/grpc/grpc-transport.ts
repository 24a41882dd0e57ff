import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { GrpcMethod } from '@servable/core';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { formatAddress } from '../format-address.ts';
import { listenFailure } from '../listen-failure.ts';
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

/**
 * gRPC over HTTP/2 without TLS, on `@grpc/grpc-js`. A path that no method has is answered with UNIMPLEMENTED.
 *
 * The sockets are ours and are handed to the library: it says why it cannot listen only to its own log, and its forced
 * shutdown leaves connections open that a graceful one has begun to close.
 */
export class GrpcTransport {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly #grpc: Server;
  readonly #listener: NetServer;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(grpc: Server, listener: NetServer, sockets: ReadonlySet<Socket>) {
    this.#grpc = grpc;
    this.#listener = listener;
    this.#sockets = sockets;
    this.address = formatAddress(listener.address());
  }

  /** @throws ServingError `SRV_LISTEN_FAILED` */
  static async listen(options: GrpcTransportOptions): Promise<GrpcTransport> {
    const grpc = new Server({
      'grpc.max_receive_message_length': options.maxMessageBytes,
      'grpc.max_send_message_length': -1,
      'grpc.enable_channelz': 0,
    });
    for (const method of options.methods) registerMethod(grpc, method, options.statusOf);
    const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
    const sockets = new Set<Socket>();
    const listener = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      injector.injectConnection(socket);
    });
    await listening(listener, options);
    return new GrpcTransport(grpc, listener, sockets);
  }

  /** Takes no new connection or call; resolves when the calls under way have ended. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      // Called back when the last connection is gone; each goes when it was told to and its calls have ended.
      this.#listener.close(() => resolve());
      this.#grpc.tryShutdown(() => {});
    });
  }

  /** Ends every call and connection at once. */
  destroy(): void {
    this.#listener.close();
    this.#grpc.forceShutdown();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function listening(listener: NetServer, { host, port }: GrpcTransportOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(listenFailure({ protocol: 'gRPC', host, port }, cause));
    };
    listener.once('error', fail);
    listener.listen({ host, port }, () => {
      listener.removeListener('error', fail);
      resolve();
    });
  });
}
