import type { sendUnaryData, Server, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { GrpcMethod } from '@servable/core';
import type { GrpcStatus } from '@servable/protocol';
import { once } from 'node:events';
import { TransportCall } from './transport-call.ts';

/** Turns what a handler threw into what ends its call. */
export type GrpcStatusOf = (error: unknown) => GrpcStatus;

type UnaryMethod = Extract<GrpcMethod, { kind: 'unary' }>;
type StreamingMethod = Extract<GrpcMethod, { kind: 'streaming' }>;
type Duplex = ServerDuplexStream<Uint8Array, Uint8Array>;

const takeBytes = (bytes: Buffer): Uint8Array => bytes;
const giveBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Puts one method on a server of `@grpc/grpc-js`: bytes in, bytes out. */
export function registerMethod(server: Server, method: GrpcMethod, statusOf: GrpcStatusOf): void {
  if (method.kind === 'unary') {
    server.register(
      method.path,
      (call: ServerUnaryCall<Uint8Array, Uint8Array>, respond: sendUnaryData<Uint8Array>) => {
        void answerUnary(method, call, { respond, statusOf });
      },
      giveBytes,
      takeBytes,
      'unary',
    );
    return;
  }
  server.register(method.path, (call: Duplex) => void answerStream(method, call, statusOf), giveBytes, takeBytes, 'bidi');
}

interface UnaryAnswer {
  readonly respond: sendUnaryData<Uint8Array>;
  readonly statusOf: GrpcStatusOf;
}

async function answerUnary(method: UnaryMethod, call: ServerUnaryCall<Uint8Array, Uint8Array>, answer: UnaryAnswer): Promise<void> {
  const transportCall = new TransportCall(method.path, call);
  try {
    const response = await method.handle(call.request, transportCall);
    transportCall.finish();
    answer.respond(null, response);
  } catch (error) {
    transportCall.finish();
    answer.respond(statusOfThrown(error, answer.statusOf));
  }
}

async function answerStream(method: StreamingMethod, call: Duplex, statusOf: GrpcStatusOf): Promise<void> {
  const transportCall = new TransportCall(method.path, call);
  // A handler that stops reading must not end the call: its answers are still to be written.
  const requests = call.iterator({ destroyOnReturn: false });
  try {
    for await (const response of method.handle(requests, transportCall)) {
      if (call.destroyed) return;
      if (!call.write(response)) await once(call, 'drain', { signal: transportCall.signal });
    }
    call.end();
  } catch (error) {
    if (!call.destroyed) call.emit('error', statusOfThrown(error, statusOf));
  } finally {
    transportCall.finish();
  }
}

/** Half a surrogate pair, at which the library's percent-encoding of the text would throw. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

function statusOfThrown(error: unknown, statusOf: GrpcStatusOf): { code: number; details: string } {
  const status = statusOf(error);
  return { code: status.code, details: status.details.replaceAll(LONE_SURROGATE, '\uFFFD') };
}
