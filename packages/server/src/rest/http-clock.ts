import type { ServerResponse } from 'node:http';
import type { CallClock } from '../inference.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The time of one HTTP request: over when the client closes the connection, or `runTimeoutMs` after the run began. */
export class HttpClock implements CallClock {
  deadlineMs: number | undefined;
  readonly #response: ServerResponse;
  readonly #runTimeoutMs: number;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param runTimeoutMs - 0 means no limit */
  constructor(response: ServerResponse, runTimeoutMs: number) {
    this.#response = response;
    this.#runTimeoutMs = runTimeoutMs;
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    this.#response.once('close', this.#onClose);
    if (this.#response.closed) this.#onClose();
    return this.#controller.signal;
  }

  startRun(): void {
    if (this.#runTimeoutMs <= 0 || this.#runTimeoutMs > MAX_TIMER_MS) return;
    this.deadlineMs = performance.now() + this.#runTimeoutMs;
    this.#timer = setTimeout(() => {
      this.#controller?.abort(new DOMException('The time limit of the run passed', 'TimeoutError'));
    }, this.#runTimeoutMs);
  }

  /** Frees the timer and the listener. */
  finish(): void {
    clearTimeout(this.#timer);
    this.#response.removeListener('close', this.#onClose);
  }

  readonly #onClose = (): void => {
    this.#controller?.abort(new DOMException('The client closed the connection', 'AbortError'));
  };
}
