import { describe, expect, it } from 'vitest';
import { type LifecycleState, parseModelName, parseVersion, servableError, StateMonitor } from '../../src/index.ts';

const a = parseModelName('a');
const b = parseModelName('b');
const v = (number: number) => parseVersion(number);

function monitor(): StateMonitor & { set(model: 'a' | 'b', version: number, state: LifecycleState, fault?: string): void } {
  const made = new StateMonitor();
  return Object.assign(made, {
    set(model: 'a' | 'b', version: number, state: LifecycleState, fault?: string) {
      const id = { name: parseModelName(model), version: v(version) };
      made.record(fault === undefined ? { id, state } : { id, state, error: servableError('SRV_LOAD_FAILED', [model, String(version), fault]) });
    },
  });
}

/** What a promise has come to by now. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  const pending = Symbol('pending');
  const outcome = await Promise.race([promise.catch((error: unknown) => error), Promise.resolve().then(() => Promise.resolve(pending))]);
  return outcome === pending ? 'pending' : outcome;
}

it('lists models in the order of their first mention, with versions descending', () => {
  const states = monitor();
  states.aspire(b, new Set());
  states.aspire(a, new Set([v(1)]));
  for (const version of [2, 10, 1]) states.set('a', version, 'new');
  states.set('a', 10, 'loading');
  expect(states.models()).toEqual([b, a]);
  expect(states.versions(a).map(({ id, state }) => [id.version, state])).toEqual([[10n, 'loading'], [2n, 'new'], [1n, 'new']]);
  expect(states.versions(b)).toEqual([]);
  expect(states.version(a, v(3))).toBeUndefined();
  expect(states.versions(parseModelName('unknown'))).toEqual([]);
});

it('keeps ended versions, and a new load replaces them', () => {
  const states = monitor();
  states.set('a', 1, 'ended', 'disk');
  expect(states.version(a, v(1))?.error?.args).toEqual(['a', '1', 'disk']);
  states.set('a', 1, 'new');
  expect(states.version(a, v(1))).toEqual({ id: { name: a, version: 1n }, state: 'new' });
});

describe('waitFor', () => {
  it('resolves with the present state when that fits', async () => {
    const states = monitor();
    states.set('a', 1, 'ready');
    expect(await states.waitFor(a, v(1), ({ state }) => state === 'ready')).toBe(states.version(a, v(1)));
  });

  it('resolves with the first later state that fits', async () => {
    const states = monitor();
    const waiting = states.waitFor(a, v(1), ({ state }) => state === 'ready');
    states.set('b', 1, 'ready');
    states.set('a', 1, 'loading');
    expect(await outcomeOf(waiting)).toBe('pending');
    states.set('a', 1, 'ready');
    states.set('a', 1, 'draining');
    expect((await waiting).state).toBe('ready');
  });

  it('rejects with what its predicate throws', async () => {
    const states = monitor();
    const waiting = states.waitFor(a, v(1), () => {
      throw new Error('bad predicate');
    });
    states.set('a', 1, 'new');
    await expect(waiting).rejects.toThrow('bad predicate');
  });

  it('rejects with the reason of its signal, before or while it waits', async () => {
    const states = monitor();
    const controller = new AbortController();
    const waiting = states.waitFor(a, v(1), () => true, controller.signal);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    await expect(states.waitUntilReady([a], controller.signal)).rejects.toBe('enough');
  });
});

describe('waitUntilReady', () => {
  it('resolves at once for no models', async () => {
    await monitor().waitUntilReady([]);
  });

  it('resolves when each model has a ready version', async () => {
    const states = monitor();
    const waiting = states.waitUntilReady([a, b, a]);
    states.set('a', 1, 'ready');
    expect(await outcomeOf(waiting)).toBe('pending');
    states.set('b', 3, 'ready');
    await waiting;
  });

  it('does not resolve when a model is no longer ready by the time the others are', async () => {
    const states = monitor();
    const waiting = states.waitUntilReady([a, b]);
    states.set('a', 1, 'ready');
    states.set('a', 1, 'draining');
    states.set('b', 1, 'ready');
    expect(await outcomeOf(waiting)).toBe('pending');
  });

  it('waits for a model that has no versions', async () => {
    const states = monitor();
    states.aspire(a, new Set());
    expect(await outcomeOf(states.waitUntilReady([a]))).toBe('pending');
  });

  it('waits while another aspired version is on its way', async () => {
    const states = monitor();
    states.aspire(a, new Set([v(1), v(2)]));
    states.set('a', 1, 'new');
    states.set('a', 2, 'ended', 'disk');
    const waiting = states.waitUntilReady([a]);
    expect(await outcomeOf(waiting)).toBe('pending');
    states.set('a', 1, 'ready');
    await waiting;
  });

  it('does not count versions that are no longer aspired', async () => {
    const states = monitor();
    states.aspire(a, new Set([v(1)]));
    states.set('a', 1, 'ended', 'disk');
    states.aspire(a, new Set());
    expect(await outcomeOf(states.waitUntilReady([a]))).toBe('pending');
  });

  it('rejects with the faults of every version once all that are aspired failed', async () => {
    const states = monitor();
    states.aspire(a, new Set([v(1), v(2)]));
    states.set('a', 1, 'ended', 'disk');
    const waiting = states.waitUntilReady([a]);
    states.set('a', 2, 'ended', 'cable');
    const error = await waiting.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SRV_MODEL_NOT_READY', status: 'UNKNOWN' });
    expect((error as Error).message).toBe("Model 'a' did not become ready: version 1: Cannot load a/1: disk; version 2: Cannot load a/2: cable");
  });

  it('lets the others come to an end, then names every model that failed', async () => {
    const states = monitor();
    states.aspire(a, new Set([v(1)]));
    states.aspire(b, new Set([v(7)]));
    states.set('b', 7, 'loading');
    states.set('a', 1, 'ended', 'disk');
    const waiting = states.waitUntilReady([a, b]);
    expect(await outcomeOf(waiting)).toBe('pending');
    states.set('b', 7, 'ended', 'cable');
    await expect(waiting).rejects.toThrow("nor did model 'b': version 7: Cannot load b/7: cable");
  });

  it('does not wait with a fault for a model that has nothing on its way', async () => {
    const states = monitor();
    states.aspire(a, new Set([v(1)]));
    states.set('a', 1, 'ended', 'disk');
    await expect(states.waitUntilReady([a, b])).rejects.toMatchObject({ args: ['a', 'version 1: Cannot load a/1: disk'] });
  });

  it('forgives a fault of a version that was left out while others were on their way', async () => {
    const states = monitor();
    states.aspire(a, new Set([v(1)]));
    states.aspire(b, new Set([v(1)]));
    states.set('a', 1, 'ended', 'disk');
    states.set('b', 1, 'loading');
    const waiting = states.waitUntilReady([a, b]);
    states.aspire(a, new Set());
    states.set('b', 1, 'ready');
    expect(await outcomeOf(waiting)).toBe('pending');
    states.set('a', 2, 'ready');
    await waiting;
  });
});
