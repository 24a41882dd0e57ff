import { afterEach, expect, it, vi } from 'vitest';
import { type SteppedWork, Turns } from '../src/run/turns.ts';

const STEP_MS = 0.3;
/** Steps of which the last ends after a millisecond. */
const STEPS_OF_A_TURN = 4;
const { signal } = new AbortController();

afterEach(() => {
  vi.restoreAllMocks();
});

/** A clock that only work moves, and work of so many steps that says when each was done. */
function clockedWork(): { readonly log: string[]; readonly of: (name: string, steps: number, given?: Partial<SteppedWork>) => SteppedWork } {
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const log: string[] = [];
  const of = (name: string, steps: number, given: Partial<SteppedWork> = {}): SteppedWork => ({
    total: steps * 10,
    step: 10,
    signal,
    ...given,
    work: (from, to) => {
      nowMs += STEP_MS;
      log.push(name);
      given.work?.(from, to);
    },
  });
  return { log, of };
}

it('is done with small work when it returns, also while large work waits', async () => {
  const { log, of } = clockedWork();
  const turns = new Turns();
  expect(turns.run(of('small', 1))).toBeUndefined();
  expect(turns.run(of('fits a turn', STEPS_OF_A_TURN))).toBeUndefined();
  const large = turns.run(of('large', 20));
  expect(turns.run(of('small', 1))).toBeUndefined();
  expect(log.filter((name) => name === 'small')).toHaveLength(2);
  await large;
  expect(log.filter((name) => name === 'large')).toHaveLength(20);
  expect(turns.run({ ...of('none', 0) })).toBeUndefined();
});

it('keeps the event loop for one turn, however much work waits', async () => {
  const { log, of } = clockedWork();
  const turns = new Turns();
  const perTurn: number[] = [];
  const jobs = Array.from({ length: 16 }, async (_, at) => turns.run(of(`job ${at}`, 25)));
  // Only the first to come took a turn at once.
  expect(log).toHaveLength(STEPS_OF_A_TURN);
  while (log.length < 16 * 25) {
    const before = log.length;
    await new Promise((resolve) => setImmediate(resolve));
    perTurn.push(log.length - before);
  }
  await Promise.all(jobs);
  expect(Math.max(...perTurn)).toBe(STEPS_OF_A_TURN);
  expect(log).toHaveLength(16 * 25);
});

it('goes on with others when one fails or is not wanted any more', async () => {
  const { log, of } = clockedWork();
  const turns = new Turns();
  const controller = new AbortController();
  const failure = new Error('row 7');
  const good = turns.run(of('good', 30));
  const bad = turns.run(of('bad', 30, { work: (from) => { if (from === 50) throw failure; } }));
  const gone = turns.run(of('gone', 30, { signal: controller.signal }));
  controller.abort(new Error('gone'));
  await Promise.all([expect(bad).rejects.toBe(failure), expect(gone).rejects.toThrow('gone'), good]);
  expect(log.filter((name) => name === 'good')).toHaveLength(30);
  expect(log.filter((name) => name === 'bad')).toHaveLength(6);
  expect(log.filter((name) => name === 'gone')).toHaveLength(0);
});
