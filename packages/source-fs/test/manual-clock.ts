import type { Clock } from '../src/clock.ts';

interface Task {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. Files get the machine's times, so `wallNs` starts at those. */
export class ManualClock implements Clock {
  readonly #tasks = new Set<Task>();
  #nowMs = 0;
  /** Timers that went off. */
  fired = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  wallNs(): bigint {
    return BigInt(Date.now() + Math.round(this.#nowMs)) * 1_000_000n;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task: Task = { dueMs: this.#nowMs + delayMs, run };
    this.#tasks.add(task);
    // An event that asks for a look at once gets it, though time stands still.
    if (delayMs <= 0) setImmediate(() => this.#fire(task));
    return () => this.#tasks.delete(task);
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#tasks.size;
  }

  /** Moves time on, and lets what is due go off in order. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      const [next] = [...this.#tasks].filter((task) => task.dueMs <= endMs).toSorted((left, right) => left.dueMs - right.dueMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#fire(next);
    }
    this.#nowMs = endMs;
  }

  #fire(task: Task): void {
    if (!this.#tasks.delete(task)) return;
    this.fired += 1;
    task.run();
  }
}
