/** Lets at most `limit` jobs run at once; the others wait in line, first come, first served. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Rejects with `signal.reason`, without running, when the signal is aborted by the time it is this job's turn. */
  async run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await job();
    } finally {
      const next = this.#waiting.shift();
      // A slot goes from hand to hand, so that no newcomer takes it in between.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
