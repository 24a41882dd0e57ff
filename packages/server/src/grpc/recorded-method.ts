import type { GrpcCall, GrpcMethod, Hooks } from '@servable/core';
import { REQUEST_ID_HEADER, requestIdOf } from '../request-id.ts';
import { type CallOrigin, recorded, type RequestRecord } from '../request-record.ts';

/** A call that is answered, and what becomes known of it. */
export interface RecordedCall {
  readonly request: Uint8Array;
  readonly call: GrpcCall;
  readonly record: RequestRecord;
}

export interface RecordedMethodOptions {
  readonly path: string;
  /** Such as `predict`. */
  readonly method: string;
  readonly hooks: Hooks;
  readonly answer: (call: RecordedCall) => Uint8Array | Promise<Uint8Array>;
}

/** A unary method whose calls are told to `requestDone`. */
export function recordedMethod({ path, method, hooks, answer }: RecordedMethodOptions): GrpcMethod {
  return {
    kind: 'unary',
    path,
    handle: (request, call) =>
      recorded(hooks, originOf(call, method), (record) => {
        record.encodeRequest = () => request;
        return answer({ request, call, record });
      }),
  };
}

/** Metadata as `admit` hooks see it: of several values of a key the first, of a key that ends in `-bin` none. */
export function headersOf(call: GrpcCall): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [key, [value]] of call.metadata) if (typeof value === 'string') headers.set(key, value);
  return headers;
}

function originOf(call: GrpcCall, method: string): CallOrigin {
  const [given] = call.metadata.get(REQUEST_ID_HEADER) ?? [];
  return {
    protocol: 'grpc-v1',
    method,
    requestId: requestIdOf(given),
    peer: call.peer,
    headers: () => headersOf(call),
    sendHeaders: (headers) => call.sendMetadata?.(headers),
  };
}
