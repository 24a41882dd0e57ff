/** A promise settled from outside. Settling it again does nothing. */
export class Deferred<T = void> {
  readonly promise: Promise<T>;
  #settle: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void } | undefined;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever awaits it still sees the rejection; that nobody does yet must not end the process.
    this.promise.catch(() => {});
  }

  resolve(value: T): void {
    this.#settle?.resolve(value);
  }

  reject(error: unknown): void {
    this.#settle?.reject(error);
  }
}

/** Settles as `promise` does, or rejects with `signal.reason`, whichever comes first. Leaves no listener behind. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Deferred<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
