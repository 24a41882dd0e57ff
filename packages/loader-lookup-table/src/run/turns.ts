/** How long one table may keep the event loop before others get a turn. */
const TURN_MS = 1;

/** Work in steps, each a small part of a turn. */
export interface SteppedWork {
  readonly total: number;
  /** Elements of one step. */
  readonly step: number;
  readonly work: (from: number, to: number) => void;
  readonly signal: AbortSignal;
}

interface Job extends SteppedWork {
  next: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Does a table's work on the event loop: a millisecond at a time, then others have a turn, however many requests there are. Requests of more
 * than a turn are worked at side by side, a step each, so that none waits for the largest.
 *
 * A batch of a few hundred keys is found in less time than it takes to send it to a thread and to get an answer; of many thousands it is
 * not, and `LookupThread` takes them.
 */
export class Turns {
  readonly #waiting: Job[] = [];

  /** Work that ends within the first turn is done when this returns; so is a single step, even while others wait. */
  run(stepped: SteppedWork): undefined | Promise<void> {
    const { total, step, work } = stepped;
    if (total <= step) {
      if (total > 0) work(0, total);
      return undefined;
    }
    const next = this.#waiting.length === 0 ? oneTurn(stepped) : 0;
    return next >= total ? undefined : this.#enqueue(stepped, next);
  }

  #enqueue(stepped: SteppedWork, next: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ ...stepped, next, resolve, reject }) === 1) setImmediate(this.#turn);
    });
  }

  readonly #turn = (): void => {
    const endMs = performance.now() + TURN_MS;
    do {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      if (!isOver(job)) this.#waiting.push(job);
    } while (performance.now() < endMs);
    if (this.#waiting.length > 0) setImmediate(this.#turn);
  };
}

/** Takes a step of a job. @returns whether that was the last */
function isOver(job: Job): boolean {
  try {
    job.signal.throwIfAborted();
    job.work(job.next, Math.min(job.next + job.step, job.total));
  } catch (error) {
    job.reject(error);
    return true;
  }
  job.next += job.step;
  if (job.next < job.total) return false;
  job.resolve();
  return true;
}

function oneTurn({ total, step, work }: SteppedWork): number {
  const endMs = performance.now() + TURN_MS;
  let at = 0;
  while (at < total) {
    work(at, Math.min(at + step, total));
    at += step;
    if (performance.now() >= endMs) break;
  }
  return at;
}
