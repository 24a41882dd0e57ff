import type { Clock } from './clock.ts';

/** When each of many things is due, with one timer for all. */
export class LookSchedule<Key> {
  readonly #clock: Clock;
  readonly #onDue: (key: Key) => void;
  readonly #dues = new Map<Key, number>();
  #cancel: (() => void) | undefined;
  #armedForMs = Infinity;

  constructor(clock: Clock, onDue: (key: Key) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Makes a thing due at a time of `clock.nowMs()`, unless it is due sooner. It is due once. */
  advance(key: Key, dueMs: number): void {
    if ((this.#dues.get(key) ?? Infinity) <= dueMs) return;
    this.#dues.set(key, dueMs);
    if (dueMs < this.#armedForMs) this.#arm(dueMs);
  }

  delete(key: Key): void {
    this.#dues.delete(key);
  }

  close(): void {
    this.#dues.clear();
    this.#cancel?.();
    this.#cancel = undefined;
    this.#armedForMs = Infinity;
  }

  #arm(dueMs: number): void {
    this.#cancel?.();
    this.#armedForMs = dueMs;
    this.#cancel = this.#clock.schedule(Math.max(0, dueMs - this.#clock.nowMs()), () => this.#fire());
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#armedForMs = Infinity;
    const nowMs = this.#clock.nowMs();
    const due = [...this.#dues].filter(([, dueMs]) => dueMs <= nowMs);
    for (const [key] of due) this.#dues.delete(key);
    for (const [key] of due) this.#onDue(key);
    const next = Math.min(...this.#dues.values());
    if (next < this.#armedForMs) this.#arm(next);
  }
}
