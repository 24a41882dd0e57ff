import { type Hooks, type NamedTensors, type RequestDone, type RunTiming, ServingError, type Version } from '@servable/core';

/** Who asks, and by which way. */
export interface CallOrigin {
  /** Such as `grpc-v1` or `rest-v1`. */
  readonly protocol: string;
  /** Such as `predict` or `metadata`. */
  readonly method: string;
  readonly requestId: string;
  /** The client's address. */
  readonly peer: string;
  /** Headers of HTTP, metadata of gRPC; asked for only when a hook wants them. */
  headers(): ReadonlyMap<string, string>;
  /** Sends headers with the answer. */
  sendHeaders(headers: ReadonlyMap<string, string>): void;
}

const NO_ATTRIBUTES: ReadonlyMap<string, unknown> = new Map();

/** What becomes known of a request while it is answered; told to `requestDone` at its end. */
export class RequestRecord implements RequestDone, RunTiming {
  readonly protocol: string;
  readonly method: string;
  readonly requestId: string;
  readonly peer: string;
  readonly startedMs: number = performance.now();
  /** As the client wrote it; empty while it is not known. */
  model = '';
  version: Version | undefined;
  signature = '';
  status: RequestDone['status'] = 'OK';
  error: ServingError | undefined;
  totalMs = 0;
  runStartedMs = 0;
  runMs = 0;
  queueMs = 0;
  computeMs: number | undefined;
  inputs: NamedTensors | undefined;
  wantedOutputs: readonly string[] = [];
  outputs: NamedTensors | undefined;
  /** Makes the messages that a request in JSON stands for, when somebody asks for them. */
  encodeRequest: (() => Uint8Array) | undefined;
  encodeResponse: (() => Uint8Array) | undefined;
  exampleCount: number | undefined;
  #attributes: Map<string, unknown> | undefined;

  constructor({ protocol, method, requestId, peer }: CallOrigin) {
    this.protocol = protocol;
    this.method = method;
    this.requestId = requestId;
    this.peer = peer;
  }

  get requestMessage(): Uint8Array | undefined {
    return this.encodeRequest?.();
  }

  get responseMessage(): Uint8Array | undefined {
    return this.encodeResponse?.();
  }

  get attributes(): ReadonlyMap<string, unknown> {
    return this.#attributes ?? NO_ATTRIBUTES;
  }

  /** The same attributes, for hooks that add to them. */
  get ownAttributes(): Map<string, unknown> {
    return (this.#attributes ??= new Map());
  }

  /** Says how it ended. Nothing changes afterwards. */
  done(error: ServingError | undefined): RequestDone {
    this.status = error?.status ?? 'OK';
    this.error = error;
    this.totalMs = performance.now() - this.startedMs;
    return this;
  }
}

/**
 * Answers one request, and tells `requestStarted` that it came and `requestDone` how it ended. Whatever is thrown leaves as a
 * ServingError, garbage as `SRV_INTERNAL`.
 */
export async function recorded<T>(hooks: Hooks, origin: CallOrigin, answer: (record: RequestRecord) => T | Promise<T>): Promise<T> {
  const record = new RequestRecord(origin);
  if (hooks.requestStarted.isUsed()) tellStarted(hooks, origin, record);
  try {
    const response = await answer(record);
    if (response instanceof Uint8Array) record.encodeResponse = () => response;
    if (hooks.requestDone.isUsed()) hooks.requestDone.call(record.done(undefined));
    return response;
  } catch (thrown) {
    const error = ServingError.from(thrown);
    if (hooks.requestDone.isUsed()) hooks.requestDone.call(record.done(error));
    throw error;
  }
}

function tellStarted(hooks: Hooks, origin: CallOrigin, record: RequestRecord): void {
  const { protocol, method, requestId, peer } = origin;
  const responseHeaders = new Map<string, string>();
  hooks.requestStarted.call({ protocol, method, requestId, peer, headers: () => origin.headers(), attributes: record.ownAttributes, responseHeaders });
  if (responseHeaders.size > 0) origin.sendHeaders(responseHeaders);
}
