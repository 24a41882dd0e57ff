import { expect, it } from 'vitest';
import { backOffMs, pause, unlessAborted } from '../src/waiting.ts';

it('waits twice as long after each failure, up to a limit, and half of that at least', () => {
  const backOff = { firstMs: 100, maxMs: 1000 };
  expect([1, 2, 3, 4, 5, 100].map((failures) => backOffMs(backOff, failures, 1))).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect([1, 2, 3, 4, 5, 100].map((failures) => backOffMs(backOff, failures, 0))).toEqual([50, 100, 200, 400, 500, 500]);
});

it('ends a pause and a wait with the reason of the signal', async () => {
  const reason = new Error('no longer');
  const controller = new AbortController();
  const waits = [pause(3_600_000, controller.signal), unlessAborted(new Promise(() => {}), controller.signal)];
  controller.abort(reason);
  for (const wait of waits) await expect(wait).rejects.toBe(reason);
  await expect(pause(0, controller.signal)).rejects.toBe(reason);
  await expect(unlessAborted(Promise.reject(new Error('nobody looks')), controller.signal)).rejects.toBe(reason);
});
