import { collectLogger } from '@servable/plugin-testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shutDown, type ShutdownOptions } from '../src/shutdown.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

interface Recorded {
  readonly options: ShutdownOptions;
  readonly events: string[];
  readonly logger: ReturnType<typeof collectLogger>;
}

function recording(overrides: Partial<ShutdownOptions> = {}): Recorded {
  const events: string[] = [];
  const logger = collectLogger();
  const stopping = new AbortController();
  stopping.signal.addEventListener('abort', () => void events.push('stopping'));
  const note = (event: string) => (): Promise<void> => Promise.resolve(void events.push(event));
  const options = {
    startDraining: () => void events.push('draining'),
    stopping,
    transports: [{ drain: note('rest drained'), destroy: note('rest destroyed') }],
    steps: [{ name: 'sources', close: note('sources') }, { name: 'manager', close: note('manager') }],
    drainDelayMs: 0,
    drainTimeoutMs: 1000,
    logger,
    ...overrides,
  };
  return { options, events, logger };
}

it('goes from the health checks to the last step in order', async () => {
  const { options, events, logger } = recording();
  await shutDown(options);
  expect(events).toEqual(['draining', 'stopping', 'rest drained', 'sources', 'manager']);
  expect(logger.entries).toEqual([]);
});

it('waits the drain delay before it closes listeners', async () => {
  const { options, events } = recording({ drainDelayMs: 5000 });
  const ended = shutDown(options);
  await vi.advanceTimersByTimeAsync(4999);
  expect(events).toEqual(['draining']);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(events).toHaveLength(5);
});

it('destroys a transport that is not drained in time, says so, and goes on', async () => {
  let end = (): void => {};
  const events: string[] = [];
  const drain = (): Promise<void> => new Promise((resolve) => (end = resolve));
  const destroy = (): void => {
    events.push('destroyed');
    end();
  };
  const { options, logger } = recording({ transports: [{ drain, destroy }], steps: [{ name: 'x', close: () => Promise.resolve(void events.push('x')) }] });
  const ended = shutDown(options);
  await vi.advanceTimersByTimeAsync(999);
  expect(events).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(events).toEqual(['destroyed', 'x']);
  expect(logger.messages('warn')).toHaveLength(1);
});

it('logs a step that fails, and one that hangs, and runs the next', async () => {
  const events: string[] = [];
  const { options, logger } = recording({
    steps: [
      { name: 'failing', close: () => Promise.reject(new Error('stuck')) },
      { name: 'hanging', close: () => new Promise(() => {}) },
      { name: 'last', close: () => Promise.resolve(void events.push('last')) },
    ],
  });
  const ended = shutDown(options);
  await vi.advanceTimersByTimeAsync(60_000);
  await ended;
  expect(events).toEqual(['last']);
  expect(logger.messages('error')).toEqual(['failing did not close: stuck', 'Shutdown goes on without hanging: it did not close in time']);
});
