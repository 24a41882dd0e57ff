import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { htmlPage, reasonOf } from './rest-reply.ts';

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers bytes that are no HTTP request: 400, or what fits better, and the end of the connection. Whether there were such bytes. */
export function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): boolean {
  if (error.code === 'ECONNRESET' || socket.destroyed) return false;
  // A handshake that failed: there is no channel to answer on.
  if (isTlsFault(error)) {
    socket.destroy();
    return false;
  }
  end(socket, STATUS_BY_CODE[error.code ?? ''] ?? 400);
  return socket.bytesRead > 0;
}

function isTlsFault({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO';
}

/** Answers `CONNECT`, which Node hands over as a bare socket. */
export function answerConnect(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  end(socket, 501);
}

function end(socket: Duplex, status: number): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { contentType, body } = htmlPage(status);
  const head = `HTTP/1.1 ${status} ${reasonOf(status)}\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  // Whatever the client still sends is of no interest: without this a half-closed socket would linger.
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body.toString()}`, () => socket.destroy());
}
