import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { GrpcMethod } from '@servable/core';
import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server as NetServer, type Socket } from 'node:net';
import type { ResolvedTls } from '../config/read-tls.ts';
import { formatAddress } from '../format-address.ts';
import { listenFailure } from '../listen-failure.ts';
import { type GrpcStatusOf, registerMethod } from './register-method.ts';

export interface GrpcTransportOptions {
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  /** The largest message taken in; answers have no limit. */
  readonly maxMessageBytes: number;
  /** Whether it listens on `host` and `port`. */
  readonly tcp: boolean;
  /** A UNIX socket to listen on; what an ended server left there is replaced. */
  readonly socketPath: string | undefined;
  /** Arguments of the library; they win over those that are set here. */
  readonly channelArguments: Readonly<Record<string, string | number>>;
  /** `undefined`: without TLS. */
  readonly tls: ResolvedTls | undefined;
  readonly methods: readonly GrpcMethod[];
  /** Turns what a handler threw into what the client is told. */
  readonly statusOf: GrpcStatusOf;
}

/**
 * gRPC over HTTP/2, with or without TLS, on `@grpc/grpc-js`. A path that no method has is answered with UNIMPLEMENTED.
 *
 * The sockets are ours and are handed to the library: it says why it cannot listen only to its own log, and its forced
 * shutdown leaves connections open that a graceful one has begun to close.
 */
export class GrpcTransport {
  /** Where it listens, as `host:port`; the path of the socket when that is all. */
  readonly address: string;
  readonly #grpc: Server;
  readonly #listeners: readonly NetServer[];
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(grpc: Server, listeners: readonly NetServer[], sockets: ReadonlySet<Socket>) {
    this.#grpc = grpc;
    this.#listeners = listeners;
    this.#sockets = sockets;
    this.address = formatAddress(listeners[0]?.address() ?? null);
  }

  /** @throws ServingError `SRV_LISTEN_FAILED` */
  static async listen(options: GrpcTransportOptions): Promise<GrpcTransport> {
    const grpc = new Server({
      'grpc.max_receive_message_length': options.maxMessageBytes,
      'grpc.max_send_message_length': -1,
      'grpc.enable_channelz': 0,
      ...options.channelArguments,
    });
    for (const method of options.methods) registerMethod(grpc, method, options.statusOf);
    const injector = grpc.createConnectionInjector(credentialsOf(options.tls));
    const sockets = new Set<Socket>();
    const listeners: NetServer[] = [];
    const accept = (socket: Socket): void => {
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      injector.injectConnection(socket);
    };
    try {
      for (const place of placesOf(options)) {
        const listener = createServer({ noDelay: true }, accept);
        await listening(listener, place, options);
        listeners.push(listener);
      }
    } catch (error) {
      for (const listener of listeners) listener.close();
      throw error;
    }
    return new GrpcTransport(grpc, listeners, sockets);
  }

  /** Takes no new connection or call; resolves when the calls under way have ended. */
  async drain(): Promise<void> {
    // Called back when the last connection is gone; each goes when it was told to and its calls have ended.
    const closed = this.#listeners.map((listener) => new Promise<void>((resolve) => listener.close(() => resolve())));
    this.#grpc.tryShutdown(() => {});
    await Promise.all(closed);
  }

  /** Ends every call and connection at once. */
  destroy(): void {
    for (const listener of this.#listeners) listener.close();
    this.#grpc.forceShutdown();
    for (const socket of this.#sockets) socket.destroy();
  }
}

type Place = { readonly host: string; readonly port: number } | { readonly path: string };

function placesOf({ tcp, host, port, socketPath }: GrpcTransportOptions): readonly Place[] {
  return [...(tcp ? [{ host, port }] : []), ...(socketPath === undefined ? [] : [{ path: socketPath }])];
}

function credentialsOf(tls: ResolvedTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pairs = [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }];
  const roots = tls.clientCa === undefined ? null : Buffer.from(tls.clientCa);
  return ServerCredentials.createSsl(roots, pairs, tls.requiresClientCert);
}

async function listening(listener: NetServer, place: Place, { host, port }: GrpcTransportOptions): Promise<void> {
  try {
    if ('path' in place) await removeStaleSocket(place.path);
    const ready = once(listener, 'listening');
    listener.listen(place);
    await ready;
  } catch (cause) {
    const address = 'path' in place ? { path: place.path } : { host, port };
    throw listenFailure({ protocol: 'gRPC', ...address }, cause);
  }
}

/** A socket that nobody answers on is what a server left that was killed. Anything else is not ours to remove. */
async function removeStaleSocket(path: string): Promise<void> {
  const isSocket = (await lstat(path).catch(() => undefined))?.isSocket() ?? false;
  if (!isSocket || (await answers(path))) return;
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
