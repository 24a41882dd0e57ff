/**
 * Yields once at once, and again after every call of the listener it hands to `subscribe`; several calls while the
 * consumer is busy count as one. Ends, without an error, when one of the signals is aborted; leaves no listener on them.
 */
export async function* changesOf(subscribe: (listener: () => void) => () => void, endings: readonly AbortSignal[]): AsyncGenerator<void> {
  let isPending = true;
  let wake = (): void => {};
  const notify = (): void => {
    isPending = true;
    wake();
  };
  const unsubscribe = subscribe(notify);
  const onEnd = (): void => wake();
  const isOver = (): boolean => endings.some((signal) => signal.aborted);
  for (const signal of endings) signal.addEventListener('abort', onEnd);
  try {
    while (isPending || !isOver()) {
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
    for (const signal of endings) signal.removeEventListener('abort', onEnd);
  }
}
