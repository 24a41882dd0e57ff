import { expect, it } from 'vitest';
import { ThreadTurns } from '../src/thread-turns.ts';

function waiter(turns: ThreadTurns, log: string[], name: string, cost = 1) {
  const turn = turns.acquire(cost, () => log.push(name));
  return turn;
}

it('lets as many begin at once as there are CPUs', () => {
  const log: string[] = [];
  const turns = new ThreadTurns(2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => waiter(turns, log, name));
  expect([a?.isActive, b?.isActive, c?.isActive, turns.isContended]).toEqual([true, true, false, true]);
  expect(log).toEqual([]);
});

it('gives a turn to the first in line', () => {
  const log: string[] = [];
  const turns = new ThreadTurns(1);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => waiter(turns, log, name));
  if (a !== undefined) turns.release(a);
  expect([log, b?.isActive, c?.isActive]).toEqual([['b'], true, false]);
});

it('counts what a turn costs, and lets nobody overtake a large one', () => {
  const log: string[] = [];
  const turns = new ThreadTurns(4);
  const small = waiter(turns, log, 'small', 2);
  const large = waiter(turns, log, 'large', 3);
  const late = waiter(turns, log, 'late', 1);
  expect([small.isActive, large.isActive, late.isActive]).toEqual([true, false, false]);
  turns.release(small);
  expect(log).toEqual(['large', 'late']);
});

it('takes a cost above all CPUs as all of them', () => {
  const turns = new ThreadTurns(2);
  const all = turns.acquire(64, () => {});
  expect([all.isActive, turns.acquire(1, () => {}).isActive]).toEqual([true, false]);
});

it('forgets one in line that is released, and takes a second release as none', () => {
  const log: string[] = [];
  const turns = new ThreadTurns(1);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => waiter(turns, log, name));
  for (const turn of [b, a, a, a]) if (turn !== undefined) turns.release(turn);
  expect(log).toEqual(['c']);
  expect(waiter(turns, log, 'd').isActive).toBe(false);
  if (c !== undefined) turns.release(c);
  expect(log).toEqual(['c', 'd']);
});
