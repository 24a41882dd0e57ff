import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

const bytesOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const identity = (bytes: Buffer): Uint8Array => bytes;

export interface CallOptions {
  /** Milliseconds from now. */
  readonly timeoutMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told what comes ahead of the answer. */
  readonly onMetadata?: (metadata: Metadata) => void;
}

/** What a call ended with. */
export interface Outcome {
  readonly code: number;
  readonly details: string;
}

/** A gRPC client of bytes, so that tests decide what goes over the wire. */
export class RawGrpcClient {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  }

  unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(path, bytesOf, identity, request, metadataOf(options), callOptions(options), (error, value) => {
        if (error === null && value !== undefined) resolve(value);
        else reject(error ?? new Error('no answer'));
      });
      options.signal?.addEventListener('abort', () => call.cancel());
      if (options.onMetadata !== undefined) call.on('metadata', options.onMetadata);
    });
  }

  /** The status that a call ends with, 0 when it was answered. */
  async outcome(path: string, request: Uint8Array, options: CallOptions = {}): Promise<Outcome> {
    try {
      await this.unary(path, request, options);
      return { code: 0, details: '' };
    } catch (error) {
      const { code, details } = error as ServiceError;
      return { code, details };
    }
  }

  /** The status that a call fails with. */
  async failure(path: string, request: Uint8Array, options: CallOptions = {}): Promise<Outcome> {
    const outcome = await this.outcome(path, request, options);
    if (outcome.code === 0) throw new Error(`${path} was answered, a failure was expected`);
    return outcome;
  }

  /** Sends these messages and yields what comes back; `hold` keeps the sending side open. */
  async *stream(path: string, requests: readonly Uint8Array[], options: CallOptions & { readonly hold?: boolean } = {}): AsyncGenerator<Uint8Array> {
    const call = this.#client.makeBidiStreamRequest(path, bytesOf, identity, metadataOf(options), callOptions(options));
    options.signal?.addEventListener('abort', () => call.cancel());
    for (const request of requests) call.write(request);
    if (options.hold !== true) call.end();
    yield* call as AsyncIterable<Uint8Array>;
  }

  close(): void {
    this.#client.close();
  }
}

function metadataOf(options: CallOptions): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
  return metadata;
}

function callOptions(options: CallOptions): { deadline?: number } {
  return options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
}
