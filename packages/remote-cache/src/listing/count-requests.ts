import type { SourceObserver } from '@servable/core';
import type { RemoteStore } from '../remote-store.ts';
import { unlessAborted } from '../waiting.ts';
import type { ListPages } from './group-listing.ts';

/** A store's `list`, with every page told to the observer, and given up when a page takes longer than `timeoutMs`. */
export function countRequests(store: RemoteStore, options: { readonly source: string; readonly observer: SourceObserver | undefined; readonly timeoutMs: number }): ListPages {
  const { source, observer, timeoutMs } = options;
  const tell = (startedMs: number, isOk: boolean): void => {
    observer?.requestDone({ source, operation: 'list', isOk, bytes: 0, durationMs: performance.now() - startedMs });
  };
  return async function* (location, signal) {
    const controller = new AbortController();
    const combined = AbortSignal.any([signal, controller.signal]);
    const pages = store.list(location, combined)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const startedMs = performance.now();
        const timer = setTimeout(() => controller.abort(new Error(`no answer came for ${timeoutMs} ms`)), timeoutMs);
        try {
          const next = await unlessAborted(pages.next(), combined);
          if (next.done === true) return;
          tell(startedMs, true);
          yield next.value;
        } catch (error) {
          tell(startedMs, false);
          throw error;
        } finally {
          clearTimeout(timer);
        }
      }
    } finally {
      // Not awaited: it may be what hangs.
      void pages.return?.().catch(() => undefined);
    }
  };
}
