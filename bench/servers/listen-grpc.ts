import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { PREDICT_PATH } from '../load/grpc-messages.ts';

type Answer = (request: Buffer) => Uint8Array | Promise<Uint8Array>;

const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

async function respondWith(answer: Answer, request: Buffer, respond: sendUnaryData<Uint8Array>): Promise<void> {
  try {
    respond(null, await answer(request));
  } catch (error) {
    respond(error as Error);
  }
}

/** A bare server of `@grpc/grpc-js` with the one method Predict, bytes to bytes. */
export async function listenGrpc(answer: Answer): Promise<void> {
  const server = new Server();
  const handle = (call: ServerUnaryCall<Buffer, Uint8Array>, respond: sendUnaryData<Uint8Array>): void => {
    void respondWith(answer, call.request, respond);
  };
  server.register(PREDICT_PATH, handle, bytes, (request) => request, 'unary');
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  console.log(`gRPC  127.0.0.1:${port}\nReady: Predict`);
  process.once('SIGTERM', () => process.exit(0));
}
