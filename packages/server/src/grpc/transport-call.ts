import { Metadata, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import type { GrpcCall, GrpcMetadata } from '@servable/core';

type SurfaceCall = ServerUnaryCall<Uint8Array, Uint8Array> | ServerDuplexStream<Uint8Array, Uint8Array>;

/** The answer to an expired call has to leave before the library's own timer ends the call in its own words. */
const HEAD_START_MS = 3;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * One call of `@grpc/grpc-js` as core's {@link GrpcCall}. Metadata and signal are made when they are asked for: most
 * calls need neither, and an `AbortController` costs more than the rest of a small call.
 */
export class TransportCall implements GrpcCall {
  readonly path: string;
  readonly peer: string;
  readonly deadlineMs: number | undefined;
  readonly #call: SurfaceCall;
  #metadata: GrpcMetadata | undefined;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(path: string, call: SurfaceCall) {
    this.path = path;
    this.#call = call;
    // Now: a socket that was closed has forgotten it.
    this.peer = call.getPeer();
    this.deadlineMs = deadlineOf(call);
    // Emitted after a good end too, when `finish` has run before it.
    call.once('cancelled', () => this.#abort());
  }

  get metadata(): GrpcMetadata {
    return (this.#metadata ??= toMap(this.#call.metadata));
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#call.cancelled) this.#abort();
    else if (!this.#isOver) this.#startTimer();
    return this.#controller.signal;
  }

  sendMetadata(entries: ReadonlyMap<string, string>): void {
    const metadata = new Metadata();
    for (const [key, value] of entries) metadata.set(key, value);
    this.#call.sendMetadata(metadata);
  }

  /** Frees the timer; a later cancellation is of no interest. */
  finish(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #startTimer(): void {
    if (this.deadlineMs === undefined) return;
    const remainingMs = this.deadlineMs - performance.now() - HEAD_START_MS;
    if (remainingMs > MAX_TIMER_MS) return;
    this.#timer = setTimeout(() => this.#controller?.abort(deadlinePassed()), Math.max(0, remainingMs));
  }

  #abort(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.#controller === undefined) return;
    const isLate = this.deadlineMs !== undefined && performance.now() >= this.deadlineMs - HEAD_START_MS;
    this.#controller.abort(isLate ? deadlinePassed() : new DOMException('The client cancelled the call', 'AbortError'));
  }
}

function deadlinePassed(): DOMException {
  return new DOMException('The deadline of the call passed', 'TimeoutError');
}

function deadlineOf(call: SurfaceCall): number | undefined {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? performance.now() + (deadline - Date.now()) : undefined;
}

function toMap(metadata: Metadata): GrpcMetadata {
  const map = new Map<string, readonly (string | Uint8Array)[]>();
  for (const key of Object.keys(metadata.getMap())) map.set(key, metadata.get(key));
  return map;
}
