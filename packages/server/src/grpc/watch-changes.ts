/**
 * Yields once at once, and again after every call of the listener it hands to `subscribe`; several calls while the
 * consumer is busy count as one. Ends, without an error, when the signal is aborted.
 */
export async function* changesOf(subscribe: (listener: () => void) => () => void, ended: AbortSignal): AsyncGenerator<void> {
  let isPending = true;
  let wake = (): void => {};
  const notify = (): void => {
    isPending = true;
    wake();
  };
  const unsubscribe = subscribe(notify);
  const onEnd = (): void => wake();
  ended.addEventListener('abort', onEnd, { once: true });
  try {
    while (isPending || !ended.aborted) {
      if (isPending) {
        isPending = false;
        yield;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    unsubscribe();
    ended.removeEventListener('abort', onEnd);
  }
}
