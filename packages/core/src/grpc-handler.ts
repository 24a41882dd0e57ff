/** Metadata of a call: keys in lower case; values text, or bytes when the key ends in `-bin`. */
export type GrpcMetadata = ReadonlyMap<string, readonly (string | Uint8Array)[]>;

/** What a transport knows of one call. */
export interface GrpcCall {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly metadata: GrpcMetadata;
  readonly peer: string;
  /** Aborted when the client cancelled or went away, or the deadline passed. */
  readonly signal: AbortSignal;
  /** As `performance.now()` counts; `undefined`: none. */
  readonly deadlineMs: number | undefined;
  /** Sends metadata ahead of the answer. Absent where a transport has no way to. */
  sendMetadata?(metadata: ReadonlyMap<string, string>): void;
}

/**
 * One method, as bytes to bytes, so that transports can change. A throw becomes the call's status by way of the
 * transport's error writer. Request bytes are the handler's until it ends; a view of them must not be kept longer.
 */
export type GrpcMethod =
  | {
      readonly kind: 'unary';
      readonly path: string;
      handle(request: Uint8Array, call: GrpcCall): Uint8Array | Promise<Uint8Array>;
    }
  | {
      readonly kind: 'streaming';
      readonly path: string;
      handle(requests: AsyncIterable<Uint8Array>, call: GrpcCall): AsyncIterable<Uint8Array>;
    };

/** The streaming form of any method: a unary one reads its one request and yields its one answer. */
export function asStreaming(method: GrpcMethod): Extract<GrpcMethod, { kind: 'streaming' }> {
  if (method.kind === 'streaming') return method;
  return {
    kind: 'streaming',
    path: method.path,
    async *handle(requests, call) {
      for await (const request of requests) {
        yield await method.handle(request, call);
        return;
      }
    },
  };
}
