import { setImmediate } from 'node:timers/promises';

/** How long one request may keep the event loop before others get a turn. */
const TURN_MS = 1;

export interface Slices {
  readonly total: number;
  /** Elements of one step: a small part of a turn. */
  readonly step: number;
  readonly work: (from: number, to: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Does work on the event loop, step by step, and lets others have a turn whenever a millisecond has passed. Work that ends within
 * the first turn is done when this returns.
 *
 * A batch of a few hundred keys is found in less time than it takes to send it to a thread and to get an answer. Of many thousands it is
 * not: those are answered here all the same, a turn at a time, which costs the loop more of its time and leaves it free for others.
 */
export function inSlices(slices: Slices): undefined | Promise<void> {
  const next = oneTurn(slices, 0);
  return next < slices.total ? remainingTurns(slices, next) : undefined;
}

async function remainingTurns(slices: Slices, from: number): Promise<void> {
  for (let next = from; next < slices.total; next = oneTurn(slices, next)) {
    await setImmediate();
    slices.signal.throwIfAborted();
  }
}

function oneTurn({ total, step, work }: Slices, from: number): number {
  const endMs = performance.now() + TURN_MS;
  let at = from;
  while (at < total) {
    work(at, Math.min(at + step, total));
    at += step;
    if (performance.now() >= endMs) break;
  }
  return at;
}
