import { type Hooks, type RequestDone, ServingError, type Version } from '@servable/core';

/** Who asks, and by which way. */
export interface CallOrigin {
  /** Such as `grpc-v1` or `rest-v1`. */
  readonly protocol: string;
  /** Such as `predict` or `metadata`. */
  readonly method: string;
  readonly requestId: string;
  /** The client's address. */
  readonly peer: string;
}

/** What becomes known of a request while it is answered; told to `requestDone` at its end. */
export class RequestRecord {
  readonly origin: CallOrigin;
  readonly #startedMs: number = performance.now();
  /** As the client wrote it; empty while it is not known. */
  model = '';
  version: Version | undefined;
  signature = '';
  runMs = 0;

  constructor(origin: CallOrigin) {
    this.origin = origin;
  }

  /** What `requestDone` is told. */
  done(error: ServingError | undefined): RequestDone {
    const { protocol, method, requestId, peer } = this.origin;
    const { model, version, signature, runMs } = this;
    const totalMs = performance.now() - this.#startedMs;
    return { protocol, method, requestId, peer, model, version, signature, status: error?.status ?? 'OK', error, totalMs, runMs };
  }
}

/**
 * Answers one request and tells `requestDone` how that ended. Whatever is thrown leaves as a ServingError, garbage as
 * `SRV_INTERNAL`.
 */
export async function recorded<T>(hooks: Hooks, origin: CallOrigin, answer: (record: RequestRecord) => T | Promise<T>): Promise<T> {
  const record = new RequestRecord(origin);
  try {
    const response = await answer(record);
    if (hooks.requestDone.isUsed()) hooks.requestDone.call(record.done(undefined));
    return response;
  } catch (thrown) {
    const error = ServingError.from(thrown);
    if (hooks.requestDone.isUsed()) hooks.requestDone.call(record.done(error));
    throw error;
  }
}
