/** Lets at most `limit` jobs run at once; the others wait in line, first come, first served. */
export class LookSlots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(limit: number) {
    this.#free = limit;
  }

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      // A slot goes from hand to hand, so that no newcomer takes it in between.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
