import type { Clock } from './clock.ts';
import type { LookSchedule } from './look-schedule.ts';
import type { LookSlots } from './look-slots.ts';
import type { ModelWatch } from './model-watch.ts';

/** What the loops of all models share. */
export interface LookLoopContext {
  readonly clock: Clock;
  readonly schedule: LookSchedule<LookLoop>;
  readonly slots: LookSlots;
  /** 0: no polling. */
  readonly pollIntervalMs: number;
}

/** How often a model is looked at although events tell its changes: a kernel drops events when a queue is full. */
const SAFETY_INTERVAL_MS = 30_000;
/** Polls are due at multiples of this, so that one wake-up serves many models. */
const POLL_GRID_MS = 500;
/** Polls come this much sooner or later, so that many models, and many servers, do not look at the same moment. */
const POLL_JITTER = 0.1;
/** After an event the next look waits this many times what the last one took: a fifth of a core at most goes into looking. */
const PAUSE_FACTOR = 4;
const MAX_PAUSE_MS = 1000;

/** Looks at one model: one look at a time, at most one more in line, soon after an event and now and then without one. */
export class LookLoop {
  readonly watch: ModelWatch;
  readonly #context: LookLoopContext;
  /** Ends with the look that goes on, or ended with the last. */
  #running: Promise<void> = Promise.resolve();
  /** Ends with a look that has not begun. */
  #queued: Promise<void> | undefined;
  #isQueuedPoll = true;
  #hasChanged = false;
  #lastEndMs = -Infinity;
  #lastDurationMs = 0;

  constructor(context: LookLoopContext, createWatch: (onEvent: () => void) => ModelWatch) {
    this.#context = context;
    this.watch = createWatch(() => this.#changed());
  }

  /** Resolves when a look that begins after this call has ended. Never rejects. */
  look(): Promise<void> {
    return this.#enqueue(false);
  }

  /** Its time in the schedule has come. */
  due(): void {
    void this.#enqueue(!this.#hasChanged);
  }

  /** Ends all watching; resolves when no look goes on. */
  close(): Promise<void> {
    this.#context.schedule.delete(this);
    this.watch.close();
    return this.#queued ?? this.#running;
  }

  #enqueue(isPoll: boolean): Promise<void> {
    this.#isQueuedPoll &&= isPoll;
    this.#queued ??= this.#next();
    return this.#queued;
  }

  async #next(): Promise<void> {
    await this.#running;
    await this.#context.slots.run(() => {
      this.#queued = undefined;
      this.#running = this.#run();
      return this.#running;
    });
  }

  async #run(): Promise<void> {
    const { clock } = this.#context;
    const isPoll = this.#isQueuedPoll;
    this.#isQueuedPoll = true;
    this.#hasChanged = false;
    const startedMs = clock.nowMs();
    await this.watch.look(isPoll);
    this.#lastEndMs = clock.nowMs();
    this.#lastDurationMs = this.#lastEndMs - startedMs;
    this.#plan();
  }

  #plan(): void {
    const { pollIntervalMs, schedule } = this.#context;
    if (this.watch.isClosed) return;
    const { nextSettleMs } = this.watch;
    if (nextSettleMs !== undefined) schedule.advance(this, nextSettleMs);
    if (pollIntervalMs === 0) return;
    const intervalMs = this.watch.isWatched ? Math.max(pollIntervalMs, SAFETY_INTERVAL_MS) : pollIntervalMs;
    const jittered = intervalMs * (1 + POLL_JITTER * (2 * Math.random() - 1));
    const dueMs = this.#lastEndMs + jittered;
    const grid = Math.min(POLL_GRID_MS, intervalMs / 2);
    schedule.advance(this, Math.ceil(dueMs / grid) * grid);
  }

  #changed(): void {
    this.#hasChanged = true;
    const pauseMs = Math.min(MAX_PAUSE_MS, PAUSE_FACTOR * this.#lastDurationMs);
    this.#context.schedule.advance(this, Math.max(this.#context.clock.nowMs(), this.#lastEndMs + pauseMs));
  }
}
