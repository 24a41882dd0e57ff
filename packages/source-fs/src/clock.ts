/** Time as the source sees it; a test has its own. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  nowMs(): number;
  /** Nanoseconds since 1970, as file systems count. */
  wallNs(): bigint;
  /** Calls `run` after `delayMs`; returns the way to call that off. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** A timer can wait this long, in milliseconds; longer waits are made of several. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock. Its timers keep the process alive: a server that waits for its first model must not end. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallNs: () => BigInt(Date.now()) * 1_000_000n,
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
