/** A load cannot be interrupted: what comes of it after an abort is closed behind the caller's back. */
export function untilAborted<Session extends { close(): Promise<void> }>(loading: Promise<Session>, signal: AbortSignal): Promise<Session> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    loading.then(
      (session) => {
        signal.removeEventListener('abort', onAbort);
        // Nobody is left to tell that it could not be freed.
        if (signal.aborted) session.close().catch(() => {});
        resolve(session);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}
