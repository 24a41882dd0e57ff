/** One thread's place among those that compute, from `acquire` to `release`. */
export interface Turn {
  /** Whether the thread may compute. */
  readonly isActive: boolean;
}

interface Waiter extends Turn {
  readonly cost: number;
  readonly begin: () => void;
  isActive: boolean;
}

/**
 * Lets as many engine threads compute at once as there are CPUs; the others wait in line. More at once would only take
 * the CPU from each other and, under a container's quota, stop the event loop for the rest of the period.
 *
 * A thread holds its turn over many runs. When others wait (`isContended`) it must take no more runs, and release.
 */
export class ThreadTurns {
  readonly #limit: number;
  readonly #waiting = new Set<Waiter>();
  readonly #active = new Set<Turn>();
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isContended(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * @param cost - the CPUs it will keep busy; more than there are counts as all
   * @param begin - called when the turn comes, unless it is active already when this returns
   */
  acquire(cost: number, begin: () => void): Turn {
    const turn: Waiter = { cost: Math.min(cost, this.#limit), begin, isActive: false };
    if (!this.isContended && this.#used + turn.cost <= this.#limit) this.#activate(turn);
    else this.#waiting.add(turn);
    return turn;
  }

  /** Gives the turn back, or the place in line. Releasing twice is releasing once. */
  release(turn: Turn): void {
    const waiter = turn as Waiter;
    if (!this.#waiting.delete(waiter) && this.#active.delete(waiter)) this.#used -= waiter.cost;
    waiter.isActive = false;
    this.#grant();
  }

  #grant(): void {
    for (const waiter of this.#waiting) {
      if (this.#used + waiter.cost > this.#limit) return;
      this.#waiting.delete(waiter);
      this.#activate(waiter);
      waiter.begin();
    }
  }

  #activate(turn: Waiter): void {
    turn.isActive = true;
    this.#active.add(turn);
    this.#used += turn.cost;
  }
}
