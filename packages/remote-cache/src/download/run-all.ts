/**
 * Runs jobs side by side. When one fails the others are aborted; rejects with that first fault once all have ended, so that
 * nothing goes on behind the caller's back.
 */
export async function runAll(jobs: readonly ((signal: AbortSignal) => Promise<void>)[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const combined = AbortSignal.any([signal, controller.signal]);
  let fault: { readonly error: unknown } | undefined;
  await Promise.all(
    jobs.map(async (job) => {
      try {
        await job(combined);
      } catch (error) {
        fault ??= { error };
        controller.abort(error);
      }
    }),
  );
  signal.throwIfAborted();
  if (fault !== undefined) throw fault.error;
}
