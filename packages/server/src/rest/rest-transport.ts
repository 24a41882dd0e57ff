import type { Logger } from '@servable/core';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { ResolvedTls } from '../config/read-tls.ts';
import { formatAddress } from '../format-address.ts';
import { listenFailure } from '../listen-failure.ts';
import { REQUEST_ID_HEADER, requestIdOf } from '../request-id.ts';
import { compressReply } from './compress-reply.ts';
import { answerBrokenHttp, answerConnect } from './broken-http.ts';
import { HttpClock } from './http-clock.ts';
import { reasonOf, type RestReply } from './rest-reply.ts';

/** One HTTP request, its body read. */
export interface RestRequest {
  readonly method: string;
  /** Path and query as sent, not decoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** As sent: not inflated. */
  readonly body: Uint8Array;
  readonly requestId: string;
  readonly peer: string;
  readonly clock: HttpClock;
}

/** A request's headers by name; of one that came several times, what Node made of it. */
export function headersOf({ headers }: RestRequest): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

export interface RestTransportOptions {
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  /** `undefined`: plain HTTP. */
  readonly tls: ResolvedTls | undefined;
  /** Limit of one model run; 0 means none. */
  readonly runTimeoutMs: number;
  /** Whether answers are compressed for clients that take it. */
  readonly compresses: boolean;
  /** Answers every request; errors are its own to word. */
  handle(request: RestRequest): Promise<RestReply> | RestReply;
  /** Words a request that was refused before it could be read whole, such as a body that is too large. Never rejects. */
  refuse(error: FastifyError, request: RestRequest): Promise<RestReply>;
  /** Told of bytes that are no HTTP request; they are answered already. Never rejects. */
  noteBroken(error: Error, peer: string): Promise<void>;
  readonly logger: Logger;
}

const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const HEADERS_TIMEOUT_MS = 60_000;
/** A body of 256 MiB at 1 MB/s. */
const REQUEST_TIMEOUT_MS = 300_000;
const NO_BODY = new Uint8Array(0);

/**
 * HTTP/1.1 on fastify. Its router never sees a client's path: everything goes to one handler, with the target as it was
 * sent, so that no path can be refused, decoded or matched before our own rules are.
 */
export class RestTransport {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly #app: FastifyInstance;
  readonly #state: TransportState;

  private constructor(app: FastifyInstance, address: string, state: TransportState) {
    this.#app = app;
    this.address = address;
    this.#state = state;
  }

  /** @throws ServingError `SRV_LISTEN_FAILED` */
  static async listen(options: RestTransportOptions): Promise<RestTransport> {
    const state: TransportState = { isDraining: false, silent: new Map() };
    const app = createApp(options, state);
    try {
      await app.listen({ host: options.host, port: options.port });
    } catch (error) {
      throw listenFailure({ protocol: 'REST', host: options.host, port: options.port }, error);
    }
    return new RestTransport(app, formatAddress(app.server.address()), state);
  }

  /** Takes no new connection; resolves when the requests under way are answered and their connections are closed. */
  async drain(): Promise<void> {
    this.#state.isDraining = true;
    const closed = this.#app.close();
    for (const socket of this.#state.silent.values()) socket.destroy();
    await closed;
  }

  /** Ends every connection at once. */
  destroy(): void {
    this.#app.server.closeAllConnections();
  }
}

interface TransportState {
  isDraining: boolean;
  /**
   * Connections that have not sent a request yet: Node does not count them as idle, and would wait for them at the end. By the
   * client's address: with TLS a request has another socket than its connection.
   */
  readonly silent: Map<string, Socket>;
}

function createApp(options: RestTransportOptions, state: TransportState): FastifyInstance {
  const http = { headersTimeout: HEADERS_TIMEOUT_MS, requireHostHeader: false };
  const settings: FastifyServerOptions = {
    bodyLimit: options.maxBodyBytes,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      if (answerBrokenHttp(error, socket)) void options.noteBroken(error, peerOf(socket));
    },
    rewriteUrl(request) {
      // The content type means nothing here, and fastify refuses a request whose type it cannot read.
      delete request.headers['content-type'];
      return '/';
    },
  };
  const server = options.tls === undefined ? { http } : { https: { ...http, ...tlsOptions(options.tls) } };
  const app: FastifyInstance = fastify({ ...settings, ...server });
  app.server.on('connect', (_request, socket) => answerConnect(socket));
  app.server.on('connection', (socket) => {
    if (state.isDraining) socket.destroy();
    else {
      const peer = peerOf(socket);
      state.silent.set(peer, socket.once('close', () => state.silent.delete(peer)));
    }
  });
  app.server.on('request', ({ socket }) => state.silent.delete(peerOf(socket)));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const answer = (raw: FastifyRequest, reply: FastifyReply): void => void answerRequest(raw, reply, { options, state });
  app.all('/', answer);
  app.setNotFoundHandler(answer);
  app.setErrorHandler<FastifyError>((error, raw, reply) => void answerRefused(error, reply, { request: requestOf(raw, reply, 0), options }));
  return app;
}

interface Answering {
  readonly options: RestTransportOptions;
  readonly state: TransportState;
}

async function answerRequest(raw: FastifyRequest, reply: FastifyReply, { options, state }: Answering): Promise<void> {
  const request = requestOf(raw, reply, options.runTimeoutMs);
  try {
    const made = await options.handle(request);
    const answer = options.compresses ? await compressReply(made, raw.headers['accept-encoding']) : made;
    send(reply, answer, { requestId: request.requestId, close: state.isDraining || answer.close === true });
  } catch (error) {
    options.logger.error({ err: error, requestId: request.requestId }, 'A request could not be answered');
    raw.raw.destroy();
  } finally {
    request.clock.finish();
  }
}

async function answerRefused(error: FastifyError, reply: FastifyReply, { request, options }: { readonly request: RestRequest; readonly options: RestTransportOptions }): Promise<void> {
  const refusal = await options.refuse(error, request);
  send(reply, refusal, { requestId: request.requestId, close: true });
}

function requestOf(raw: FastifyRequest, reply: FastifyReply, runTimeoutMs: number): RestRequest {
  const { socket } = raw;
  return {
    method: raw.method,
    target: targetOf(raw.originalUrl),
    headers: raw.headers,
    body: raw.body instanceof Uint8Array ? raw.body : NO_BODY,
    requestId: requestIdOf(raw.headers[REQUEST_ID_HEADER]),
    peer: peerOf(socket),
    clock: new HttpClock(reply.raw, runTimeoutMs),
  };
}

function peerOf({ remoteAddress = '', remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort ?? ''}`;
}

function tlsOptions({ cert, key, clientCa, requiresClientCert }: ResolvedTls): ServerOptions {
  const roots = clientCa === undefined ? {} : { ca: clientCa };
  return { cert, key, ...roots, requestCert: requiresClientCert, rejectUnauthorized: requiresClientCert };
}

/** A proxy's absolute form, `http://host/path`, without scheme and host. */
function targetOf(url: string): string {
  if (url.startsWith('/')) return url;
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(url);
  return match?.[1] ?? url;
}

/** Up to this size a body leaves in one write with its headers, as text of one byte a character: a write less for a small answer. */
const MAX_JOINED_BYTES = 16 * 1024;

interface SendOptions {
  readonly requestId: string;
  readonly close: boolean;
}

function send(reply: FastifyReply, answer: RestReply, options: SendOptions): void {
  const { status, body } = answer;
  if (status === 200 && typeof body !== 'string' && body.byteLength <= MAX_JOINED_BYTES) return sendJoined(reply, { ...answer, body }, options);
  reply.raw.statusMessage = reasonOf(status);
  reply.code(status).header('content-type', answer.contentType).header(REQUEST_ID_HEADER, options.requestId);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (options.close) reply.header('connection', 'close');
  // As bytes: fastify would add a charset to the type of a text.
  reply.send(typeof body === 'string' ? Buffer.from(body) : body);
}

function sendJoined(reply: FastifyReply, answer: RestReply & { readonly body: Uint8Array }, { requestId, close }: SendOptions): void {
  const { body, contentType, headers: more } = answer;
  const headers: Record<string, string | number> = { 'content-type': contentType, [REQUEST_ID_HEADER]: requestId, 'content-length': body.byteLength };
  if (more !== undefined) Object.assign(headers, more);
  if (close) headers['connection'] = 'close';
  reply.hijack();
  reply.raw.writeHead(200, reasonOf(200), headers);
  reply.raw.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 'latin1');
}
