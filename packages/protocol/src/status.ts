import type { Status } from '@servable/core';

/** How one status is numbered by the protocols. */
export interface StatusNumbers {
  /** gRPC's code, which is TensorFlow's `error.Code` too. */
  readonly grpc: number;
  /** The HTTP status that TensorFlow Serving's REST API answers with. */
  readonly http: number;
}

/**
 * The numbers of every status. 499 is what nginx calls "client closed request".
 *
 * Source: gRPC's `status.h`; TF Serving, `ToHTTPStatusCode` in `model_servers/http_server.cc`.
 */
export const STATUS_NUMBERS: Readonly<Record<'OK' | Status, StatusNumbers>> = {
  OK: { grpc: 0, http: 200 },
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  DATA_LOSS: { grpc: 15, http: 500 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
};
