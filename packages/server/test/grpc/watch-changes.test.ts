import { expect, it } from 'vitest';
import { changesOf } from '../../src/grpc/watch-changes.ts';

interface Source {
  readonly changes: AsyncGenerator<void>;
  readonly notify: () => void;
  readonly end: AbortController;
  readonly isSubscribed: () => boolean;
}

function watching(): Source {
  const end = new AbortController();
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const changes = changesOf(subscribe, [new AbortController().signal, end.signal]);
  return { changes, notify: () => listeners.forEach((listener) => listener()), end, isSubscribed: () => listeners.size > 0 };
}

it('yields at once, then after every change, and counts changes in between as one', async () => {
  const { changes, notify } = watching();
  expect((await changes.next()).done).toBe(false);
  notify();
  notify();
  expect((await changes.next()).done).toBe(false);
  let isWaiting = true;
  const third = changes.next().then((result) => {
    isWaiting = false;
    return result;
  });
  await new Promise(setImmediate);
  expect(isWaiting).toBe(true);
  notify();
  expect((await third).done).toBe(false);
});

it('ends when a signal is aborted, after a change that came before, and unsubscribes', async () => {
  const { changes, notify, end, isSubscribed } = watching();
  await changes.next();
  expect(isSubscribed()).toBe(true);
  notify();
  end.abort();
  expect((await changes.next()).done).toBe(false);
  expect((await changes.next()).done).toBe(true);
  expect(isSubscribed()).toBe(false);
});

it('ends while it waits', async () => {
  const { changes, end } = watching();
  await changes.next();
  const next = changes.next();
  end.abort();
  expect((await next).done).toBe(true);
});
