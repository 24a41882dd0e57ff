/** Resolves after `ms`; rejects with `signal.reason` when that is aborted first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      end();
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      end();
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** Settles as `promise` does, or rejects with `signal.reason`, whichever comes first. Leaves no listener behind. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // When the signal is aborted by now, nobody else looks at how the promise ends.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let stopListening = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stopListening = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stopListening();
  }
}

/**
 * How long an HTTP answer's `Retry-After` asks to wait, in milliseconds; `undefined` when there is none that can be read. Pure.
 *
 * Source: RFC 9110, 10.2.3.
 */
export function parseRetryAfter(text: string | null, nowMs: number): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const waitMs = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

/** What the thrower of an error said about the next try: 0 when nothing, and never more than `maxMs`. */
export function retryAfterOf(error: unknown, maxMs: number): number {
  const said: unknown = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return typeof said === 'number' && said > 0 ? Math.min(maxMs, said) : 0;
}

/** How long to wait before a try, in milliseconds. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * The wait after `failures` failed tries: twice as long after each, up to `maxMs`, and then anything from half of it to all of
 * it, so that many clients that failed together do not come back together. Pure but for `random`, from 0 to 1.
 */
export function backOffMs({ firstMs, maxMs }: BackOff, failures: number, random: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return full * (0.5 + random / 2);
}
